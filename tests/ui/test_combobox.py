import pytest
from django.http import QueryDict

from crm.models import Contact
from tests.factories import ContactFactory
from tms.ui.combobox import ComboboxField, SeveralField, options
from tms.ui.forms import Form

pytestmark = pytest.mark.django_db


def by_last_name(rows, text):
    return rows.filter(last_name__istartswith=text).order_by("last_name")


class OneForm(Form):
    contact = ComboboxField(Contact.objects.all(), url="/people/", find=by_last_name)


class ManyForm(Form):
    contacts = SeveralField(Contact.objects.all(), url="/people/", find=by_last_name)


@pytest.fixture
def people(europe):
    return [ContactFactory(last_name=name) for name in ("Lind", "Lindqvist", "Okafor")]


def sent(form, query):
    form = form(QueryDict(query))
    form.is_valid()
    return form


def test_a_form_with_a_combobox_asks_for_no_rows_to_be_drawn(people, django_assert_num_queries):
    with django_assert_num_queries(0):
        html = OneForm().as_div()
    assert 'role="combobox"' in html
    assert 'data-url="/people/"' in html


def test_what_was_chosen_from_the_list_is_taken(people):
    form = sent(OneForm, f"contact={people[1].pk}&contact_typed=Robin+Lindqvist")
    assert form.cleaned_data == {"contact": people[1]}
    assert 'value="Robin Lindqvist"' in form.as_div()


def test_without_scripts_the_only_match_is_taken(people):
    assert sent(OneForm, "contact=&contact_typed=oka").cleaned_data == {"contact": people[2]}


def test_without_scripts_several_matches_are_offered(people):
    form = sent(OneForm, "contact_typed=lind")
    assert form.errors == {"contact": ["Several match. Choose one of them."]}
    html = form.as_div()
    assert f'type="radio" name="contact" value="{people[0].pk}"' in html
    assert f'type="radio" name="contact" value="{people[1].pk}"' in html


def test_what_matches_nothing_is_said_with_what_was_typed(people):
    form = sent(OneForm, "contact_typed=%3Cb%3E")
    assert form.errors["contact"] == [
        "Nothing matches “<b>”. Type other letters, and choose from the list."
    ]
    assert 'value="&lt;b&gt;"' in form.as_div()


@pytest.mark.parametrize("value", ["0", "x", "99999999999999999999", "-1"])
def test_an_id_that_is_none_of_the_rows_is_refused(people, value):
    assert list(sent(OneForm, f"contact={value}").errors) == ["contact"]
    assert list(sent(ManyForm, f"contacts={value}").errors) == ["contacts"]


def test_several_are_kept_as_chips_in_the_order_chosen(people, django_assert_num_queries):
    query = f"contacts={people[2].pk}&contacts={people[0].pk}&contacts={people[2].pk}"
    with django_assert_num_queries(1):
        form = sent(ManyForm, query)
    assert form.cleaned_data == {"contacts": [people[2], people[0]]}
    assert form.as_div().count('class="chip"') == 3  # two, and the template of one


def test_without_scripts_several_are_typed_with_commas(people):
    form = sent(ManyForm, "contacts_typed=okafor,+Robin+Lindqvist%3B")
    assert list(form.errors) == ["contacts"]
    assert sent(ManyForm, "contacts_typed=okafor,+lindq").cleaned_data == {
        "contacts": [people[2], people[1]]
    }


def test_the_options_are_text_and_never_markup(people, rf):
    ContactFactory(last_name="<script>")
    answer = options(rf.get("/"), by_last_name(Contact.objects, "<")).content.decode()
    assert "&lt;script&gt;" in answer
    assert "<script>" not in answer
    none = options(rf.get("/"), Contact.objects.none()).content.decode()
    assert none == '<div role="option" aria-disabled="true"><span>Nothing matches.</span></div>'
