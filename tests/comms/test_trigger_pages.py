"""The pages of triggers: the list, the form, the preview and the calendar."""

import datetime
import re
from html import unescape

import pytest
from django.urls import reverse

from comms.models import Message, Trigger
from tests.factories import PassOptionFactory
from tms.models import JournalRow

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff(office, browse):
    return browse(office)


def words(response) -> str:
    """What stands on a page, without markup."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def answers(template, **more):
    return {
        "name": "Pass ends in 30 days",
        "abbreviation": "PE30",
        "template": template.pk,
        "target": "pass",
        "occasion": "pass.expired",
        "offset": "30",
        "side": "before",
        "audience": ["learner"],
        **more,
    }


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_the_same_queries_however_long_it_is(staff, trigger, count_queries, rows):
    for _each in range(rows):
        trigger()
    assert count_queries(lambda: staff.get(reverse("comms:triggers"))) == 5


def test_the_list_says_what_each_does(staff, trigger, log, clock, ada):
    rule = trigger("pass.expired", 30, "before", name="Pass ends soon", abbreviation="PE30")
    trigger("pass.renewed", automatic=False, disabled=True, name="Thanks", abbreviation="TH")
    for state in ("sent", "failed", "sent"):
        Message.objects.create(
            trigger=rule,
            subject_kind="pass",
            subject_id=1,
            occurrence=f"o{Message.objects.count()}",
            recipient="c1",
            state=state,
            due_at=clock.at,
            due_on=clock.on(),
            made_at=clock.at,
            sent_at=clock.at,
        )
    said = words(staff.get(reverse("comms:triggers")))
    assert re.search(
        r"Pass ends soon PE30 Training Pass Expired 30 days before .* Automatic 2 1 ", said
    )
    assert re.search(r"Thanks TH Training Pass Renewed At once .* By approval Disabled 0 0 ", said)


def test_the_list_is_narrowed(staff, trigger):
    trigger(name="Pass ends soon", abbreviation="PE30")
    trigger("tokens.expired", name="Gold ends", abbreviation="TE", audience=["owner"])
    trigger("pass.renewed", name="Thanks", abbreviation="TH", automatic=False, disabled=True)

    def found(**asked):
        said = words(staff.get(reverse("comms:triggers"), asked, headers=HTMX))
        return [name for name in ("Pass ends soon", "Gold ends", "Thanks") if name in said]

    assert found(target="tokens") == ["Gold ends"]
    assert found(automatic="no") == ["Thanks"]
    assert found(disabled="no") == ["Pass ends soon", "Gold ends"]
    assert found(q="te") == ["Gold ends"]
    assert found(q="SOON") == ["Pass ends soon"]


def test_a_target_reveals_its_own_fields_and_none_hides_them(staff, letter, library, yearly):
    url = reverse("comms:create_trigger")
    assert 'name="occasion"' not in staff.get(url).content.decode()
    for target, own, others in [
        ("pass", ["pass_type"], ["token_type", "course"]),
        ("tokens", ["token_type"], ["pass_type", "course"]),
        ("registration", ["course"], ["token_type", "pass_type"]),
        ("opportunity", [], ["token_type", "pass_type", "course"]),
        ("content", ["course"], ["token_type", "pass_type"]),
        ("", [], ["occasion", "audience", "pass_type", "course"]),
    ]:
        sent = {"show": "preview", "target": target, "chosen": "|"}
        whole = staff.post(url, sent).content.decode()
        part = staff.post(url, sent | {"chosen": "x"}, headers=HTMX).content.decode()
        for name in own:
            assert f'name="{name}' in whole
            assert f'name="{name}' in part
        for name in others:
            assert f'name="{name}"' not in whole
            assert f'name="{name}"' not in part
    sent = {"show": "preview", "target": "pass", "occasion": "pass.expired", "chosen": "pass|x"}
    assert 'name="options"' not in staff.post(url, sent).content.decode()
    assert 'name="options"' in staff.post(url, sent | {"pass_type": library.pk}).content.decode()


def test_before_is_offered_only_for_what_is_known_ahead(staff, letter):
    url = reverse("comms:create_trigger")
    for occasion, sides in [("pass.expired", 2), ("pass.renewed", 1)]:
        sent = {"show": "preview", "target": "pass", "occasion": occasion, "chosen": "|"}
        shown = staff.post(url, sent).content.decode()
        assert shown.count(">days before<") + shown.count(">days after<") == sides


def test_what_would_follow_stands_beside_the_questions(staff, letter, issue, ada):
    issue(expires_on=datetime.date(2026, 12, 30))
    sent = answers(letter()) | {"show": "preview", "chosen": "pass|pass.expired|"}
    said = words(staff.post(reverse("comms:create_trigger"), sent, headers=HTMX))
    assert "Messages in the next 30 days 1 In the next 90 days 1" in said
    assert f"30 Nov 2026 {ada.name}" in said
    assert (
        "For example: Expired on 22 November 2027, it leaves on 23 October 2027 at 08:00." in said
    )
    assert "There is no confirmed sending address yet" in said
    assert "would expire without a warning: Leadership Library." in said


def test_it_is_made_edited_and_warned_of_a_second_one(staff, letter, library, issue, ada):
    issue(expires_on=datetime.date(2027, 1, 10))
    template = letter()
    made = staff.post(reverse("comms:create_trigger"), answers(template))
    assert made["Location"] == reverse("comms:triggers")
    rule = Trigger.objects.get()
    edit = reverse("comms:edit_trigger", args=[rule.pk])
    sent = answers(template, offset="7", show="preview", version="0")
    said = words(staff.post(edit, sent, headers=HTMX))
    assert f"On another day 1 : {ada.name}" in said
    again = answers(template, name="Other", abbreviation="O", pass_type=library.pk)
    answered = staff.post(reverse("comms:create_trigger"), again, follow=True)
    assert "“Pass ends in 30 days” writes at the same time about some of the same" in words(
        answered
    )
    refused = staff.post(edit, answers(template, abbreviation="O", version="0"))
    assert refused.status_code == 422
    assert "Other has this abbreviation already. Choose another." in words(refused)
    stale = staff.post(edit, answers(template, version="7"))
    assert "This was changed meanwhile." in words(stale)


def test_the_past_is_reached_back_to_only_once_its_number_was_shown(
    staff, clock, letter, issue, ada, log
):
    issue(expires_on=datetime.date(2026, 12, 30))
    clock.move(days=20)
    url = reverse("comms:create_trigger")
    sent = answers(letter(), reach_back_to="2026-11-25")
    first = staff.post(url, sent)
    assert first.status_code == 422
    assert "1 message about what was due since then is put up for approval." in words(first)
    assert (log("pk"), Trigger.objects.count()) == ([], 0)
    digest = re.search(r'name="digest" value="(\w+)"', first.content.decode())[1]
    assert staff.post(url, sent | {"digest": digest}).status_code == 302
    assert log("state") == ["waiting"]


def test_without_scripts_a_button_shows_what_hangs_on_the_target(staff):
    assert (
        '<button class="button" name="show" value="preview">'
        in staff.get(reverse("comms:create_trigger")).content.decode()
    )


def test_the_preview_lists_next_and_past_and_reads_the_letter(
    staff, clock, trigger, issue, ada, letter
):
    issue(expires_on=datetime.date(2026, 12, 10))
    soon = issue(expires_on=datetime.date(2027, 1, 5))
    clock.move(days=20)
    template = letter(subject="Until {{ pass.expires_on }}", body="<p>Hello</p>")
    rule = trigger(offset=7, side="before", template=template)
    url = reverse("comms:preview_trigger", args=[rule.pk])
    said = words(staff.get(url))
    assert "Next 30 days 1" in said
    assert "Past 30 days 1" in said
    assert f"29 Dec 2026 {ada.name}" in said
    assert "3 Dec 2026" in words(staff.get(url, {"span": "past"}))
    assert "It will write nothing in these days" in words(staff.get(url, {"days": "7"}))
    which = {
        "subject": soon.pk,
        "occurrence": "pass:2027-01-05",
        "recipient": f"c{ada.pk}",
    }
    read = staff.get(reverse("comms:planned_letter", args=[rule.pk]), which)
    assert "Until 5 January 2027" in words(read)
    frame = re.search(r'<iframe [^>]*src="([^"]+)"', read.content.decode())[1]
    body = staff.get(frame)
    assert "Hello" in body.content.decode()
    for wrong in ({"subject": "x"}, {"recipient": "c999999"}, {"occurrence": "pass:2027-01-06"}):
        address = reverse("comms:planned_letter", args=[rule.pk])
        assert staff.get(address, which | wrong).status_code == 404
    assert Message.objects.count() == 0


def test_a_long_preview_goes_on(staff, trigger, issue, monkeypatch):
    monkeypatch.setattr("comms.views.forecast.SIZE", 1)
    for days in (30, 31):
        issue(expires_on=datetime.date(2026, 11, 22) + datetime.timedelta(days=days))
    rule = trigger(offset=7, side="before")
    url = reverse("comms:preview_trigger", args=[rule.pk])
    first = staff.get(url).content.decode()
    assert ("15 Dec 2026" in first, "16 Dec 2026" in first) == (True, False)
    link = unescape(re.search(r'href="(\?days=30[^"]*after=[^"]+)"', first)[1])
    second = staff.get(url + link).content.decode()
    assert ("15 Dec 2026<" in second, "16 Dec 2026<" in second) == (False, True)


def test_the_calendar_shows_each_day_and_names_who_is_not_warned(
    staff, trigger, issue, ada, count_queries
):
    url = reverse("comms:calendar")
    issue(expires_on=datetime.date(2026, 12, 30))
    PassOptionFactory(pass_type__name="Data Skills", pass_type__code="DATA")
    assert "would expire without a warning: Data Skills , Leadership Library" in words(
        staff.get(url)
    )
    trigger(offset=7, side="before", name="A week before")
    trigger(offset=30, side="before")
    said = words(staff.get(url))
    assert "2 messages in the next 90 days" in said
    assert "without a warning" not in said
    day = words(staff.get(url, {"day": "2026-12-23"}))
    assert f"A week before : 1 message To About State {ada.name}" in day
    assert "23 December 2026" in day
    assert count_queries(lambda: staff.get(url)) == 9


def test_each_verb_of_the_menu(staff, trigger, clock):
    rule = trigger(name="Warning", abbreviation="W")
    for name, kind in [("disable", "disabled"), ("enable", "enabled"), ("archive", "archived")]:
        url = reverse(f"comms:{name}_trigger", args=[rule.pk])
        rule.refresh_from_db()
        page = staff.get(url).content.decode()
        digest = re.search(r'name="digest" value="(\w+)"', page)[1]
        staff.post(url, {"digest": digest, "version": rule.version}, headers=HTMX)
        assert JournalRow.objects.filter(kind=f"trigger.{kind}").count() == 1
    second = trigger(name="Second", abbreviation="S")
    copied = staff.post(reverse("comms:duplicate_trigger", args=[second.pk]), headers=HTMX)
    copy = Trigger.objects.get(name="Copy of Second")
    assert copied["HX-Redirect"] == reverse("comms:edit_trigger", args=[copy.pk])
    said = words(staff.get(reverse("comms:trigger_history", args=[copy.pk])))
    assert "Copied" in said


def test_it_is_found_in_the_control_panel_by_its_short_name(staff):
    said = words(staff.get(reverse("control_panel"), {"q": "Triggers"}))
    assert "Communication Triggers" in said
