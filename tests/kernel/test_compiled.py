"""A question that pages ask over and over is turned into SQL once, answered as ever."""

import datetime

import pytest
from django.db import connection
from django.db.models import F
from django.http import Http404

from crm.models import Contact
from passes.models import Pass
from tests.factories import ContactFactory, PassFactory, UserFactory
from tms.among import Ids
from tms.compiled import Question, Rows, Statement, Together
from tms.models import User

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


def test_it_is_compiled_once_for_each_power_of_two(europe):
    asked = []

    def counted(ids, on):
        asked.append(len(ids))
        return ask(ids, on)

    question = Question(counted)
    made = [PassFactory(expires_on=day("2027-01-01")).pk for _each in range(7)]
    for number in (1, 1, 2, 3, 4, 5, 6, 7):
        assert question(ids=set(made[:number]), on=day("2026-12-01")) == list(
            ask(made[:number], day("2026-12-01"))
        )
    assert asked == [1, 2, 4, 8]


def test_ids_go_as_one_value_whatever_their_number(europe, django_assert_num_queries):
    made = [PassFactory(expires_on=day("2027-01-01")).pk for _each in range(5)]
    asked = []

    def among(ids):
        asked.append(ids)
        return Pass.objects.filter(pk__among=ids).order_by("pk").values_list("pk", flat=True)

    question = Question(among)
    for number in (1, 2, 3, 5):
        assert [pk for (pk,) in question(ids=Ids.of(made[:number]))] == made[:number]
    assert len(asked) == 1
    with django_assert_num_queries(1):
        assert {each.pk for each in Pass.objects.filter(pk__among=Ids.of([*made, 0]))} == set(made)
    with django_assert_num_queries(0):
        assert question(ids=Ids.of([])) == []


def test_with_nothing_to_ask_for_nothing_is_asked(django_assert_num_queries):
    question = Question(ask)
    with django_assert_num_queries(0):
        assert question(ids=[], on=day("2026-12-01")) == []


def test_a_value_that_would_not_reach_the_database_is_told():
    question = Question(lambda size: Contact.objects.values_list("pk")[:size])
    with pytest.raises(TypeError, match="did not become parameters"):
        question(size=3)


def test_only_what_stays_a_parameter_is_taken():
    question = Question(lambda yes: Contact.objects.filter(may_sign_in=yes).values_list("pk"))
    with pytest.raises(TypeError, match="no whole number, day, moment or text"):
        question(yes=True)


def test_texts_and_moments_are_values_too(europe):
    at = datetime.datetime(2026, 12, 1, 9, 30, tzinfo=datetime.UTC)
    made = UserFactory(name="100% Ada", joined_at=at)
    later = at + datetime.timedelta(microseconds=1)
    question = Question(
        lambda name, at: User.objects.filter(name=name, joined_at__lt=at).values_list("pk")
    )
    assert question(name="100% Ada", at=later) == [(made.pk,)]
    assert question(name="100% Ada", at=at) == []
    assert question(name="'; --", at=later) == []


def test_a_text_that_the_lookup_changes_is_told():
    question = Question(
        lambda name: Contact.objects.filter(first_name__contains=name).values_list("pk")
    )
    with pytest.raises(TypeError, match="did not become parameters"):
        question(name="Ada")


def test_numbers_that_the_statement_has_itself_stay(europe):
    ada = ContactFactory(may_sign_in=True)
    question = Question(lambda pk: Contact.objects.filter(pk=pk, version=0).values_list("pk"))
    assert question(pk=ada.pk) == [(ada.pk,)]


def test_its_plan_is_kept_once_it_was_asked_a_few_times(europe):
    ada = ContactFactory()
    question = Question(lambda pk: Contact.objects.filter(pk=pk).values_list("pk", "email"))
    for _time in range(8):
        assert question(pk=ada.pk) == [(ada.pk, ada.email)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements "
            "WHERE statement LIKE %s",
            ['SELECT "crm_contact"."id" AS "pk", "crm_contact"."email" AS "email" FROM%'],
        )
        assert cursor.fetchall() == [(3,)]


def test_a_union_is_asked_as_it_stands(europe):
    pks = [PassFactory().pk for _each in range(3)]
    question = Question(
        lambda one, other: (
            Pass.objects.filter(pk=one)
            .values_list("pk")
            .union(Pass.objects.filter(pk=other).values_list("pk"))
            .order_by("-pk")
        )
    )
    assert question(one=pks[0], other=pks[2]) == [(pks[2],), (pks[0],)]


# Whole rows


def of_account(account_id):
    return (
        Contact.objects.filter(account_id=account_id)
        .select_related("account", "user")
        .annotate(twice=F("pk") * 2)
        .order_by("pk")
    )


def test_rows_are_what_the_queryset_gives(europe, django_assert_num_queries):
    ada = ContactFactory(custom={"size": 3})
    ben = ContactFactory(account=ada.account)
    rows = Rows(of_account)
    for _time in range(2):
        with django_assert_num_queries(1):
            found = rows(account_id=ada.account_id)
            assert [(each.account.name, each.user) for each in found] == [
                (ada.account.name, None)
            ] * 2
        assert found == [ada, ben]
        assert found[0].custom == {"size": 3}
        assert found[0].twice == ada.pk * 2
        assert found[0].__dict__.keys() == of_account(account_id=ada.account_id)[0].__dict__.keys()
    found[0].job_title = "Head"
    found[0].save()
    assert rows.one(account_id=ada.account_id).job_title == "Head"


def test_rows_of_values_are_dicts_and_those_of_one_value_are_flat(europe):
    ada = ContactFactory(custom={"size": 3})
    dicts = Rows(lambda pk: Contact.objects.filter(pk=pk).values("pk", "custom"))
    assert dicts.or_404(pk=ada.pk) == {"pk": ada.pk, "custom": {"size": 3}}
    flat = Rows(lambda pk: Contact.objects.filter(pk=pk).values_list("custom", flat=True))
    assert flat(pk=ada.pk) == [{"size": 3}]


def test_no_row_is_none_or_nothing_of_ours(europe):
    rows = Rows(lambda pk: Contact.objects.filter(pk=pk))
    assert rows.one(pk=9) is None
    with pytest.raises(Http404):
        rows.or_404(pk=9)


def test_an_answer_is_not_shared_with_the_next_one(europe):
    ada, ben = ContactFactory(), ContactFactory()
    rows = Rows(lambda pk: Contact.objects.filter(pk=pk))
    first = rows(pk=ada.pk)
    assert rows(pk=ben.pk) == [ben]
    assert first == [ada]


# SQL from the start


def test_a_statement_is_planned_once_and_asked_with_other_values():
    statement = Statement(
        "SELECT %(one)s::bigint + 1, %(on)s::date, %(none)s::bigint, %(all)s::bigint[], '100 %%'"
    )
    for one in (*range(10), 70_000, 10**12):
        assert statement(one=one, on=day("2026-11-22"), none=None, all=[one, None]) == [
            (one + 1, day("2026-11-22"), None, [one, None], "100 %")
        ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), sum(generic_plans) > 0 FROM pg_prepared_statements "
            "WHERE statement LIKE %s",
            ["SELECT $1::bigint + 1, $2::date%"],
        )
        assert cursor.fetchone() == (1, True)


def test_what_might_write_is_not_kept():
    with pytest.raises(ValueError, match="begins with SELECT"):
        Statement("WITH gone AS (DELETE FROM x RETURNING 1) SELECT * FROM gone")


def test_several_are_asked_together(django_assert_num_queries):
    people = [UserFactory(name=name).pk for name in ("Zoë", 'Å "per %s" cent', "Ada")]
    mine = User.objects.filter(pk__in=people)
    names = Together(
        [
            Question(lambda: mine.order_by("-name").values_list("pk", "name")),
            Question(lambda: mine.filter(name__contains="%").values_list("pk", "name")),
            Question(lambda: mine.filter(name="Nobody").values_list("pk", "name")),
        ]
    )
    with django_assert_num_queries(1):
        every, odd, nobody = names()
    assert every == [list(each) for each in mine.order_by("-name").values_list("pk", "name")]
    assert odd == [[people[1], 'Å "per %s" cent']]
    assert nobody == []
    with django_assert_num_queries(0):
        assert Together([])() == []
