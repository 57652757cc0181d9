"""API keys: made by who may, never for more than they may, shown once, over at once."""

import datetime
import re

import pytest
from django.core.cache import cache
from django.db import connection
from redis.exceptions import ConnectionError as Away

from tests.factories import UserFactory
from tms.models import ApiKey, JournalRow, KeyStatus, OperationKey
from tms.people import roles
from tms.programs import keys, limits, scopes
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 22)


@pytest.fixture
def make(office, clock):
    def made(name="Payroll", wanted=("people:read",), by=office, **more):
        return keys.make(name=name, scopes=wanted, by=by, at=clock.at, on=clock.on(), **more)

    return made


def someone(role):
    roles.sync()
    user = UserFactory(name=role, is_staff=True)
    user.groups.add(roles.Group.objects.get(name=role))
    return user


def test_a_secret_is_known_again_and_kept_nowhere(make):
    key, secret = make()
    assert keys.whose(secret) == key
    assert secret.startswith(key.prefix)
    assert len(secret) > 50
    assert keys.whose(secret[:-1]) is None
    assert keys.whose("") is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(k)::text FROM tms_apikey k")
        (row,) = cursor.fetchone()
    assert secret not in row
    assert secret not in str(JournalRow.objects.values())


def test_each_secret_is_another(make):
    assert len({make()[1] for _number in range(20)}) == 20


def test_nobody_gives_a_key_more_than_they_may(make):
    support = someone("Support")
    with pytest.raises(Refusal, match="may not do this yourself: Cancel training passes"):
        make(wanted=["passes:read", "passes:cancel"], by=support)
    key, _secret = make(wanted=["passes:read"], by=support)
    assert key.scopes == ["passes:read"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": " "}, "name"),
        ({"wanted": []}, "scopes"),
        ({"wanted": ["passes:read", "everything"]}, "scopes"),
        ({"expires_on": datetime.date(2026, 11, 21)}, "expires_on"),
    ],
)
def test_what_a_key_can_not_be(make, given, field):
    with pytest.raises(Refusal) as no:
        make(**given)
    assert no.value.field == field
    assert ApiKey.objects.count() == 0


def test_status_is_the_same_in_python_and_in_the_database(make, clock, office):
    running, _secret = make("A", expires_on=TODAY)
    ended, _secret = make("B", expires_on=TODAY)
    ApiKey.objects.filter(pk=ended.pk).update(expires_on=datetime.date(2026, 11, 21))
    revoked, _secret = make("C")
    keys.revoke(revoked.pk, by=office, at=clock.at, on=TODAY)
    gone = UserFactory(is_staff=True, is_superuser=True)
    asleep, _secret = make("D", by=gone)
    gone.is_active = False
    gone.save()
    wanted = {
        running.pk: KeyStatus.ACTIVE,
        ended.pk: KeyStatus.EXPIRED,
        revoked.pk: KeyStatus.REVOKED,
        asleep.pk: KeyStatus.ASLEEP,
    }
    rows = ApiKey.objects.with_status(TODAY).select_related("owner")
    assert {row.pk: row.status for row in rows} == wanted
    assert {row.pk: row.status_on(TODAY) for row in rows} == wanted
    assert [bool(keys.why_not(row, TODAY)) for row in rows.order_by("name")] == [0, 1, 1, 1]


def test_making_and_revoking_is_in_the_journal(make, office, clock):
    key, _secret = make()
    keys.revoke(key.pk, by=office, at=clock.at, on=TODAY, reason="Lost")
    facts = list(JournalRow.objects.filter(subject_kind="api_key").order_by("id"))
    assert [(fact.kind, fact.by_id, fact.reason) for fact in facts] == [
        ("api_key.made", office.pk, ""),
        ("api_key.revoked", office.pk, "Lost"),
    ]
    with pytest.raises(Refusal, match="revoked already"):
        keys.revoke(key.pk, by=office, at=clock.at, on=TODAY)


def test_the_day_of_last_use_costs_one_statement_a_day(make, django_assert_num_queries):
    key, secret = make()
    with django_assert_num_queries(1):
        keys.note_use(key, TODAY)
    key = keys.whose(secret)
    assert key.last_used_on == TODAY
    with django_assert_num_queries(0):
        keys.note_use(key, TODAY)


# The limit


@pytest.fixture
def few(settings, monkeypatch):
    settings.API_CALLS_PER_MINUTE = 3
    monkeypatch.setattr(limits, "own", limits.Own())


def test_a_key_that_calls_too_often_waits_for_the_next_minute(few, clock):
    clock.set("2026-11-22 09:00:50")
    assert [limits.over(1, at=clock.at) for _call in range(5)] == [0, 0, 0, 10, 10]
    assert limits.over(2, at=clock.at) == 0
    clock.move(seconds=10)
    assert limits.over(1, at=clock.at) == 0


def test_without_the_cache_each_process_counts_for_itself(few, clock, monkeypatch):
    asked = []

    def away(*args, **kwargs):
        asked.append(args)
        raise Away("no")

    monkeypatch.setattr(cache, "add", away)
    assert [bool(limits.over(1, at=clock.at)) for _call in range(5)] == [0, 0, 0, 1, 1]
    assert len(asked) == 1  # and it isn't waited for in every call
    monkeypatch.undo()
    clock.move(seconds=60)
    assert limits.over(1, at=clock.at) == 0


# The page


def test_the_office_makes_a_key_and_sees_its_secret_once(browse, office):
    desk = browse(office)
    form = desk.get("/control-panel/api-keys/creation/").content.decode()
    operation = re.search(r'name="operation" value="(\w+)"', form)[1]
    sent = {
        "operation": operation,
        "name": "Payroll",
        "area_0": ["catalogue:read"],
        "expires_on": "2026-12-31",
    }
    answer = desk.post("/control-panel/api-keys/creation/", sent)
    (secret,) = re.findall(r'value="(lk_[\w-]+)"', answer.content.decode())
    assert "no-store" in answer["Cache-Control"]
    key = keys.whose(secret)
    assert (key.name, key.scopes, key.owner) == ("Payroll", ["catalogue:read"], office)
    again = desk.post("/control-panel/api-keys/creation/", sent)
    assert secret not in again.content.decode()
    assert ApiKey.objects.count() == 1
    assert secret not in str(list(OperationKey.objects.values()))
    listed = desk.get("/control-panel/api-keys/").content.decode()
    assert key.prefix in listed
    assert secret not in listed


def test_only_what_one_may_do_is_offered(browse):
    sales = someone("Sales")
    group = roles.Group.objects.create(name="Integrations")
    group.permissions.set(roles.permissions_for({"tms.manage_api_keys"}))
    sales.groups.add(group)
    form = browse(sales).get("/control-panel/api-keys/creation/").content.decode()
    offered = set(re.findall(r'type="checkbox" name="area_\d+" value="([\w:-]+)"', form))
    assert "passes:issue" in offered
    assert "passes:cancel" not in offered
    assert offered == set(scopes.of_user(sales))


def test_revoking_says_what_it_takes(browse, office, make):
    key, _secret = make()
    desk = browse(office)
    url = f"/control-panel/api-keys/{key.pk}/revocation/"
    form = desk.get(url).content.decode()
    assert "Programs that use it are refused from now on" in form
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="(\w+)"', form))
    assert desk.post(url, hidden | {"reason": "Lost"}).status_code == 302
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_the_list_costs_the_same_with_many(browse, office, make, count_queries):
    desk = browse(office)
    costs = []
    for more in (1, 2):
        for number in range(more):
            make(f"Key {more} {number}")
        costs.append(count_queries(lambda: desk.get("/control-panel/api-keys/")))
    assert costs == [4, 4]
