"""A place comes free while somebody joins, an offer ends while it is taken: at the same moment."""

import datetime

import pytest

from lms import cancelling, checkout, taking, waiting
from lms.models import Registration, Waiting
from tests.factories import ContactFactory, EventFactory
from tests.lms.cast import TODAY, held, library
from tests.races import race, rounds

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
WHO = {"at": AT, "on": TODAY, "by": None}
ROUNDS = rounds(20)


@pytest.fixture
def people(europe, monkeypatch):
    """An event with one place, who has it, and who wants it; both by pass."""
    monkeypatch.setattr(taking.letters, "confirm_later", lambda *_place, **_when: None)
    event = EventFactory(capacity=1)
    pass_type = library(event.course)
    has, wants = ContactFactory(), ContactFactory()
    for each in (has, wants):
        held(each, pass_type)
    return event, has, wants


def anew(event):
    Waiting.objects.all()._raw_delete("default")
    Registration.objects.all()._raw_delete("default")
    type(event).objects.update(taken=0)


def stand(event):
    """Places taken, registrations, offers."""
    event.refresh_from_db()
    offers = Waiting.objects.live().exclude(offered_at=None).count()
    return event.taken, Registration.objects.live().count(), offers


def test_who_joins_while_a_place_comes_free_finds_it_free_or_has_it_on_offer(people):
    event, has, wants = people
    for _round in range(ROUNDS):
        made = checkout.book_by_pass(has, event=event, **WHO)
        outcome = race(
            lambda made=made: cancelling.cancel(made.pk, **WHO),
            lambda: waiting.join(wants, event, **WHO),
        )
        # Refused as there is a free place, or joined and offered it: never left standing.
        assert stand(event) == ((0, 0, 0) if outcome.refused else (1, 0, 1))
        anew(event)


def test_a_place_on_offer_is_taken_or_passed_on_never_both(people):
    event, has, wants = people
    late = WHO | {"at": AT + datetime.timedelta(hours=24)}
    for _round in range(ROUNDS):
        made = checkout.book_by_pass(has, event=event, **WHO)
        waiting.join(wants, event, **WHO)
        waiting.join(ContactFactory(account=has.account), event, **WHO)
        cancelling.cancel(made.pk, **WHO)
        outcome = race(
            lambda: checkout.book_by_pass(wants, event=event, **WHO),
            lambda: waiting.tick(at=late["at"], on=late["on"]),
        )
        assert stand(event) == ((1, 0, 1) if outcome.refused else (1, 1, 0))
        anew(event)
