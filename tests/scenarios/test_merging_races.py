"""Something is given to a double in the moment in which it is merged (F2): the one kept gets it."""

import datetime

import pytest
from django.db import connection

from crm import merging
from lms import checkout
from lms.models import Registration
from passes import lifecycle, rules
from passes.models import Pass
from tests.factories import AccountFactory, ContactFactory, EventFactory, PassOptionFactory
from tests.races import meeting, race, rounds, somebody_waits_for_us

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
WHO = {"at": AT, "on": AT.date(), "by": None}


@pytest.fixture
def given_meanwhile(organisation, europe, monkeypatch):
    """A pass whose verb has looked, and writes while the merging waits to be committed: whose it is
    then, and whose it should be.
    """
    looked, write, look = meeting(), merging._write, rules.owners

    def wait_for_the_other(*about):
        write(*about)
        looked()
        somebody_waits_for_us()

    def look_and_meet(*about):
        found = look(*about)
        looked()
        return found

    monkeypatch.setattr(merging, "_write", wait_for_the_other)
    monkeypatch.setattr(rules, "owners", look_and_meet)

    def given(noun):
        option = PassOptionFactory()
        kept, gone = ContactFactory(account__region=europe), ContactFactory(account__region=europe)
        if noun == "contact":
            verb, pair = merging.merge_contacts, (kept.pk, gone.pk)
        else:
            verb, pair = merging.merge_accounts, (kept.account_id, gone.account_id)
        holder = gone if noun == "contact" else None
        race(
            lambda: verb(*pair, **WHO),
            lambda: lifecycle.issue(option=option, account=gone.account, contact=holder, **WHO),
        )
        return getattr(Pass.objects.get(), f"{noun}_id"), *pair

    return given


@pytest.mark.parametrize("noun", ["contact", "account"])
def test_what_is_given_meanwhile_is_the_kept_ones(given_meanwhile, noun):
    whose, kept, _gone = given_meanwhile(noun)
    assert whose == kept


@pytest.mark.parametrize("noun", ["contact", "account"])
def test_without_the_trigger_it_leads_to_the_double(given_meanwhile, noun):
    switch = f"ALTER TABLE passes_pass {{}} TRIGGER follow_merged_{noun}_in"
    with connection.cursor() as cursor:
        cursor.execute(switch.format("DISABLE"))
        try:
            whose, _kept, gone = given_meanwhile(noun)
        finally:
            cursor.execute(switch.format("ENABLE"))
    assert whose == gone


def test_merged_by_two_each_way_at_once_one_of_them_is_refused(europe):
    for _round in range(rounds(5)):
        one, two = ContactFactory(account__region=europe), ContactFactory(account__region=europe)
        outcome = race(
            lambda: merging.merge_contacts(one.pk, two.pk, **WHO),  # noqa: B023
            lambda: merging.merge_contacts(two.pk, one.pk, **WHO),  # noqa: B023
        )
        assert (outcome.done, outcome.refused) == (1, 1)


def test_a_place_taken_while_they_are_merged_is_the_kept_ones(europe, monkeypatch):
    monkeypatch.setattr(checkout.taking.letters, "confirm_later", lambda *_place, **_when: None)
    account = AccountFactory(region=europe)
    event = EventFactory(capacity=None)
    for _round in range(rounds(5)):
        kept, gone = ContactFactory(account=account), ContactFactory(account=account)
        race(
            lambda: merging.merge_contacts(kept.pk, gone.pk, **WHO),  # noqa: B023
            lambda: checkout.register_by_staff(gone, event=event, **WHO),  # noqa: B023
        )
        assert set(Registration.objects.values_list("contact", flat=True)) == {kept.pk}
        Registration.objects.all()._raw_delete("default")
