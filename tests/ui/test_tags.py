"""What templates say often, and how forms are drawn."""

import datetime
import decimal

import pytest
from django import forms as fields
from django.db import models
from django.template import Context, Template
from django.utils import timezone, translation
from lucide import IconDoesNotExist

from tms.ui import forms

DAY = datetime.date(2026, 9, 3)


def draw(text, **context):
    return Template(text).render(Context(context))


@pytest.mark.parametrize(
    ("language", "long", "short", "number"),
    [
        ("en", "3 September 2026", "3 Sep 2026", "12,345.5"),
        ("de", "3. September 2026", "03.09.2026", "12.345,5"),
    ],
)
def test_days_and_numbers_are_written_the_readers_way(language, long, short, number):
    with translation.override(language):
        text = draw(
            "{{ d|day }}|{{ d|day_short }}|{{ n|number }}", d=DAY, n=decimal.Decimal("12345.5")
        )
    assert text == f"{long}|{short}|{number}"


def test_a_moment_is_told_in_the_installations_zone():
    moment = datetime.datetime(2026, 9, 3, 22, 30, tzinfo=datetime.UTC)
    with timezone.override("Europe/Berlin"):
        assert (
            draw("{{ m|moment }}, {{ m|day }}", m=moment) == "4 Sep 2026, 00:30, 4 September 2026"
        )


def test_nothing_is_written_for_nothing():
    assert draw("{{ d|day }}{{ d|day_short }}{{ d|moment }}{{ d|number }}", d=None) == ""


def test_an_icon_is_hidden_from_screen_readers():
    assert draw('{% icon "x" %}') == (
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">'
        '<path d="M18 6 6 18"/><path d="m6 6 12 12"/></svg>'
    )
    with pytest.raises(IconDoesNotExist):
        draw('{% icon "no-such-icon" %}')


class Status(models.TextChoices):
    ACTIVE = "active", "In <use>"


def test_a_status_is_a_word_with_its_tone():
    badge = '<span class="badge" data-status="active">In &lt;use&gt;</span>'
    assert draw("{% status s %}", s=Status.ACTIVE) == badge
    assert draw("{% status 'active' label %}", label="In <use>") == badge
    assert draw("{% status '' %}") == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ada Lindqvist", "AL"),
        ("ada", "A"),
        ("Ada B. Lindqvist", "AL"),
        ("", ""),
        ("李 明", "李明"),
    ],
)
def test_initials(name, letters):
    assert draw("{{ name|initials }}", name=name) == letters


@pytest.mark.parametrize(
    ("query", "html"),
    [
        ("lind", "Ada <mark>Lind</mark>qvist &amp; Co"),
        ("AD lind", "<mark>Ad</mark>a <mark>Lind</mark>qvist &amp; Co"),
        ("&", "Ada Lindqvist <mark>&amp;</mark> Co"),
        (".*", "Ada Lindqvist &amp; Co"),
        ("", "Ada Lindqvist &amp; Co"),
    ],
)
def test_what_was_searched_for_is_marked_and_all_is_text(query, html):
    assert draw("{{ t|marked:q }}", t="Ada Lindqvist & Co", q=query) == html


class AllKinds(forms.Form):
    name = fields.CharField(help_text="People see <it>.")
    on = fields.DateField(required=False, initial=DAY)
    at = fields.DateTimeField(required=False)
    mail = fields.BooleanField(required=False, help_text="At once")
    way = fields.ChoiceField(choices=[("a", "One"), ("b", "Two")], widget=fields.RadioSelect)


class TestForms:
    def test_label_control_help_error_in_this_order(self):
        html = str(AllKinds({"name": ""})["name"].as_field_group())
        places = [
            html.index(part) for part in ("<label", "<input", 'class="help"', 'class="error"')
        ]
        assert places == sorted(places)
        assert 'aria-describedby="id_name_helptext id_name_error"' in html
        assert 'aria-invalid="true"' in html
        assert "People see &lt;it&gt;." in html

    def test_optional_is_said_and_required_is_not(self):
        form = AllKinds()
        assert "<small>optional</small>" in form["on"].as_field_group()
        assert "optional" not in form["name"].as_field_group()

    @pytest.mark.parametrize("language", ["en", "de"])
    def test_days_are_native_and_iso_in_every_language(self, language):
        with translation.override(language):
            assert 'type="date" name="on" value="2026-09-03"' in str(AllKinds()["on"])
            sent = {"name": "A", "on": "2026-09-03", "at": "2026-09-03T10:15", "way": "a"}
            form = AllKinds(sent)
            assert form.is_valid()
        assert form.cleaned_data["on"] == DAY
        assert form.cleaned_data["at"].minute == 15

    def test_a_tick_box_stands_in_its_label(self):
        html = str(AllKinds()["mail"].as_field_group())
        assert html.startswith('<div class="field"><label class="check"><input type="checkbox"')
        assert '<small id="id_mail_helptext">At once</small>' in html
        assert 'aria-describedby="id_mail_helptext"' in html

    def test_choices_are_a_group_with_a_legend(self):
        html = str(AllKinds({})["way"].as_field_group())
        assert html.startswith(
            '<fieldset class="field" aria-describedby="id_way_error"><legend>Way'
        )
        assert html.count("One") == 1

    def test_a_banner_counts_what_needs_another_look(self):
        form = AllKinds({})
        form.add_error(None, "A sentence.")
        html = str(form)
        assert "<p>A sentence.</p>" in html
        assert "2 answers need another look." in html
