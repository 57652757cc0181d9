"""A question that every page asks is turned into SQL once, and answered as the queryset would."""

import datetime

import pytest

from crm.models import Contact
from passes.models import Pass
from tests.factories import ContactFactory, PassFactory
from tms.compiled import Question

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat


def ask(ids, on):
    return (
        Pass.objects.filter(pk__in=ids, expires_on__gte=on)
        .order_by("pk")
        .values_list("pk", "pass_type__name")
    )


def test_it_answers_as_the_queryset_does(europe):
    made = [PassFactory(expires_on=day(f"2027-0{month}-01")).pk for month in (1, 2, 3)]
    question = Question(ask)
    for ids in (made, made[:1], made[1:]):
        for on in (day("2026-12-01"), day("2027-02-01"), day("2027-03-02")):
            assert question(ids=ids, on=on) == list(ask(ids, on))


def test_it_is_compiled_once_for_each_number_of_values(europe):
    asked = []

    def counted(ids, on):
        asked.append(len(ids))
        return ask(ids, on)

    question = Question(counted)
    for ids in ([1], [2], {3}, (4, 5), [6, 7]):
        question(ids=ids, on=day("2026-12-01"))
    assert asked == [1, 2]


def test_with_nothing_to_ask_for_nothing_is_asked(django_assert_num_queries):
    question = Question(ask)
    with django_assert_num_queries(0):
        assert question(ids=[], on=day("2026-12-01")) == []


def test_a_value_that_would_not_reach_the_database_is_told():
    question = Question(lambda size: Contact.objects.values_list("pk")[:size])
    with pytest.raises(TypeError, match="did not become parameters"):
        question(size=3)


def test_only_whole_numbers_and_days_are_taken():
    question = Question(lambda name: Contact.objects.filter(first_name=name).values_list("pk"))
    with pytest.raises(TypeError, match="neither a whole number nor a day"):
        question(name="Ada")


def test_numbers_that_the_statement_has_itself_stay(europe):
    ada = ContactFactory(may_sign_in=True)
    question = Question(lambda pk: Contact.objects.filter(pk=pk, version=0).values_list("pk"))
    assert question(pk=ada.pk) == [(ada.pk,)]
