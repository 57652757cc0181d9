"""Account managers hand out several passes in one press, and read what moved on their tokens."""

import datetime

import pytest

from lms import team
from tests.factories import ContactFactory, LearnerFactory
from tests.lms.cast import held, library
from tests.lms.paying import give
from tests.lms.test_team import HTMX, base
from tms.refusals import Refusal
from tokens import ledger
from tokens.models import TokenIssue

pytestmark = pytest.mark.django_db


@pytest.fixture
def passes(kestrel):
    """Three that nobody holds: the second lasts longest."""
    of_one = library(name="Leadership Library")
    found = [held(None, of_one, account=kestrel) for _n in range(3)]
    found[1].expires_on += datetime.timedelta(days=30)
    found[1].save(update_fields=["expires_on"])
    return found


def address(account, passes):
    ids = "&".join(f"ids={each.pk}" for each in passes)
    return f"{base(account)}passes/assignment/?{ids}"


def holders(passes):
    for each in passes:
        each.refresh_from_db()
    return [each.contact_id for each in passes]


def test_several_are_assigned_in_one_press_after_it_was_shown(
    browse,
    grace,
    ada,
    kestrel,
    passes,
):
    client, here = browse(grace.user), address(kestrel, passes)
    assert "passes/assignment/" in client.get(f"{base(kestrel)}passes/").content.decode()
    said = {"contacts": [ada.pk, grace.pk], "operation": "1"}
    shown = client.post(here, said | {"show": "preview"}, headers=HTMX)
    (first, *_more) = shown.context["consequences"]
    assert first.sentence == "Are assigned; 1 stays unassigned"
    assert [line.partition(" gets ")[0] for line in first.lines] == [
        "Ada Lindqvist",
        "Grace Okafor",
    ]
    assert holders(passes) == [None] * 3
    sent = said | {"digest": shown.context["digest"]}
    assert client.post(here, sent, headers=HTMX).status_code == 204
    assert holders(passes) == [grace.pk, ada.pk, None]
    assert client.post(here, sent, headers=HTMX).status_code == 204
    assert holders(passes) == [grace.pk, ada.pk, None]
    again = client.post(here, said | {"operation": "2"}, headers=HTMX)
    assert (again.status_code, holders(passes)) == (422, [grace.pk, ada.pk, None])


def test_of_anybody_else_s_or_for_anybody_else_nothing_is_assigned(
    browse,
    grace,
    ada,
    kestrel,
    northwind,
    passes,
    who,
):
    theirs, bird = northwind.passes.get(), northwind.contacts.get()
    client = browse(grace.user)
    shown = client.get(address(kestrel, [theirs]), headers=HTMX).content.decode()
    assert ("Tick the passes first." in shown, "Canary" in shown) == (True, False)
    assert client.get(address(northwind, [theirs]), headers=HTMX).status_code == 404
    said = {"contacts": [ada.pk, bird.pk], "operation": "1"}
    assert client.post(address(kestrel, passes), said, headers=HTMX).status_code == 422
    for pairs, why in [
        ([(passes[0].pk, ada), (theirs.pk, grace)], "no longer there"),
        ([(passes[0].pk, ada), (passes[1].pk, bird)], "Choose some of your account's people"),
    ]:
        with pytest.raises(Refusal, match=why):
            team.assign_many(grace, kestrel, pairs, **who)
    assert holders(passes) == [None] * 3
    stranger = LearnerFactory(account=kestrel)
    with pytest.raises(Refusal, match="You don't look after the training"):
        team.assign_many(stranger, kestrel, [(passes[0].pk, ada)], **who)


def test_the_statement_says_what_moved_for_whom_and_not_why(
    browse,
    grace,
    ada,
    kestrel,
    northwind,
    who,
):
    give(kestrel, 10, **who)
    gold = TokenIssue.objects.get().token_type
    nameless = ContactFactory(first_name="", last_name="", email="x@y.example", account=kestrel)
    for contact in (ada, nameless):
        ledger.redeem(
            kestrel.pk, gold, 2, contact_id=contact.pk, **who | {"reason": "Kept for staff"}
        )
    give(northwind, 7, **who)
    client, here = browse(grace.user), f"{base(kestrel)}tokens/statement/"
    assert here in client.get(f"{base(kestrel)}tokens/").content.decode()
    page = client.get(here)
    (found,) = page.context["found"]
    assert (found.opening, found.incoming, found.outgoing, found.closing) == (0, 10, 4, 6)
    assert [(line["signed"], line["said"], line["balance"]) for line in found.lines] == [
        ("+10", "", 10),
        ("\N{MINUS SIGN}2", "Ada Lindqvist", 8),
        ("\N{MINUS SIGN}2", "", 6),
    ]
    file = client.get(f"{here}?format=csv").content.decode()
    for said in (page.content.decode(), file):
        assert "Ada Lindqvist" in said
        assert "Kept for staff" not in said
        assert "x@y.example" not in said
    assert client.get(f"{here}?first=2026-12-01&last=2026-01-01").status_code == 422
    assert client.get(f"{base(northwind)}tokens/statement/").status_code == 404
    assert browse(ada.user).get(here).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_statement_asks_as_often_for_many_as_for_one(
    browse,
    grace,
    kestrel,
    who,
    count_queries,
    rows,
):
    for _row in range(rows):
        give(kestrel, 10, **who)
    client = browse(grace.user)
    assert count_queries(lambda: client.get(f"{base(kestrel)}tokens/statement/")) == 7
