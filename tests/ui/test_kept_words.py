"""Fixed words and addresses are worked out once, and are those that Django would give."""

import pytest
from django.template import Context, Template
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.safestring import mark_safe
from lucide import IconDoesNotExist

from tms.ui import icons


def drawn(text, **context):
    return Template("{% load i18n %}" + text).render(Context(context))


@pytest.mark.parametrize("tag", ["translate", "trans"])
def test_words_are_in_the_language_of_each_reader(tag):
    page = Template("{% load i18n %}{% " + tag + " 'Contacts' %}, {% " + tag + ' "Edit" %}')
    for code, said in (("en", "Contacts, Edit"), ("de", "Kontakte, Bearbeiten")) * 2:
        with translation.override(code):
            assert page.render(Context()) == said


def test_what_differs_is_looked_up_each_time():
    page = Template("{% load i18n %}{% translate word %} {% translate 'Edit' as x %}{{ x }}")
    assert page.render(Context({"word": "Contacts"})) == "Contacts Edit"
    assert page.render(Context({"word": "<b>"})) == "&lt;b&gt; Edit"
    assert page.render(Context({"word": mark_safe("<b>")})) == "<b> Edit"
    assert drawn("{% translate 'month' context 'x' %}{% translate 'Edit'|upper %}") == "monthEDIT"
    assert drawn("{% blocktranslate with n=3 %}{{ n }} of it{% endblocktranslate %}") == "3 of it"


def test_an_address_is_the_one_of_its_name_and_number():
    page = Template("{% url 'crm:contact' pk %} {% url 'crm:contacts' as all %}{{ all }}")
    for pk in (7, 8, 7):
        assert page.render(Context({"pk": pk})) == f"{reverse('crm:contact', args=[pk])} " + (
            reverse("crm:contacts")
        )


def test_addresses_of_other_kinds_are_djangos():
    assert drawn("{% url 'lms:item' slug %}", slug="a-b") == reverse("lms:item", args=["a-b"])
    assert drawn("{% url 'crm:contact' pk=pk %}", pk=7) == reverse("crm:contact", args=[7])
    assert drawn("{% url name 7 %}", name="crm:contact") == reverse("crm:contact", args=[7])
    assert drawn("{% url 'crm:contact' pk %}", pk="7") == reverse("crm:contact", args=[7])
    for wrong in ("{% url 'crm:nothing' %}", "{% url 'crm:contact' 'x' %}"):
        with pytest.raises(NoReverseMatch):
            drawn(wrong)
    assert drawn("{% url 'crm:contact' none as url %}{{ url }}", none=None) == ""


def test_an_icon_is_drawn_by_whatever_name():
    fixed, named = drawn("{% icon 'pencil' %}"), drawn("{% icon name %}", name="pencil")
    assert fixed == named == icons.icon("pencil")
    assert drawn("{% icon 'pencil' as x %}[{{ x }}]") == f"[{fixed}]"
    with pytest.raises(IconDoesNotExist):
        drawn("{% icon 'no-such-thing' %}")
