"""What staff and learners see and press where places are paid for in tokens."""

import re

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail

from catalog.models import Event, Unit
from crm.models import Membership
from lms import cancelling, checkout, paying
from lms.models import Registration
from tests.factories import AccountFactory, ContactFactory, EventFactory, UserFactory
from tests.lms.cast import day
from tests.lms.paying import balances, give, let_spend, priced
from tests.lms.test_pages import text
from tms.models import Organisation
from tms.refusals import Refusal
from tokens import switches

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(europe):
    """An event for 3 Gold."""
    event = EventFactory(course__title="Coaching", place="Malmö")
    priced(event.course)
    return event


@pytest.fixture
def gold(room):
    return Unit.objects.get(code="Gold")


@pytest.fixture
def rich(kestrel, ada, who):
    return [give(kestrel, 2, day("2026-12-01"), **who), give(kestrel, 5, **who)]


@pytest.fixture
def bought(room, rich, kestrel, ada, gold, who):
    return checkout.register_by_staff(ada, event=room, pay=paying.ByTokens(kestrel, gold), **who)


def digest(page):
    found = re.search(r'name="digest" value="([^"]+)"', page.content.decode())
    return found and found[1]


def preview(client, address, **answers):
    return client.post(address, {**answers, "show": "preview"}, headers={"HX-Request": "true"})


# Staff register


def test_staff_see_what_it_takes_and_pay_by_tokens(browse, office, room, rich, ada, kestrel, gold):
    client, address = browse(office), f"/events/{room.pk}/registrations/new/"
    assert "Tokens: Gold" in text(client.get(address))
    asked = {"contact": ada.pk, "pay": f"unit-{gold.pk}"}
    page = preview(client, address, **asked)
    said = text(page)
    assert "3 Gold of Kestrel Rail Group: 7 before, 4 after" in said
    assert f"2 from issue #{rich[0].pk}, until 1 December 2026" in said
    unseen = client.post(address, {**asked, "operation": "1"})
    assert (unseen.status_code, Registration.objects.count()) == (422, 0)
    sent = {**asked, "digest": digest(unseen), "operation": "2"}
    for _press in range(2):
        assert client.post(address, sent).status_code == 302
    assert balances(kestrel) == [0, 4]
    assert Registration.objects.get().paid_by == "tokens"
    assert "3 Gold" in text(client.get(f"/events/{room.pk}/registrations/"))


def test_staff_pick_an_issue_and_another_account(
    browse, office, room, rich, ada, kestrel, gold, who
):
    other = AccountFactory(name="Other")
    Membership.objects.create(contact=ada, account=other)
    theirs = give(other, 9, **who)
    client, address = browse(office), f"/contacts/{ada.pk}/registrations/new/"
    asked = {"event": room.pk, "pay": f"unit-{gold.pk}"}
    page = preview(client, address, **asked, issue=rich[1].pk)
    assert f"3 from issue #{rich[1].pk}, without an expiry" in text(page)
    page = preview(client, address, **asked, account=other.pk, issue=rich[1].pk)
    assert f"3 from issue #{theirs.pk}, without an expiry" in text(page)
    assert "3 Gold of Other: 9 before, 6 after" in text(page)
    sent = {**asked, "account": other.pk, "digest": digest(page), "operation": "1"}
    assert client.post(address, sent).status_code == 302
    assert (balances(kestrel), balances(other)) == ([2, 5], [6])


def test_without_enough_staff_are_told_what_is_missing(
    browse, office, room, kestrel, ada, gold, who
):
    give(kestrel, 1, **who)
    address = f"/events/{room.pk}/registrations/new/"
    page = preview(browse(office), address, contact=ada.pk, pay=f"unit-{gold.pk}")
    assert "That takes 3 Gold and Kestrel Rail Group has 1: 2 are missing." in text(page)


def test_whoever_may_not_redeem_is_not_offered_it_and_cant_force_it(
    browse, room, rich, ada, kestrel, gold
):
    user, role = UserFactory(is_staff=True), Group.objects.create(name="Places")
    role.permissions.set(Permission.objects.filter(codename="manage_registrations"))
    user.groups.add(role)
    client, address = browse(user), f"/events/{room.pk}/registrations/new/"
    assert "Tokens: Gold" not in text(client.get(address))
    asked = {"contact": ada.pk, "pay": f"unit-{gold.pk}", "operation": "1"}
    assert client.post(address, asked).status_code == 422
    assert balances(kestrel) == [2, 5]


# Staff cancel


def cancellation(place):
    return f"/all-registrations/{place.pk}/cancellation/"


def test_staff_cancel_with_give_back_ticked(browse, office, bought, kestrel, rich):
    client = browse(office)
    page = client.get(cancellation(bought))
    assert re.search(r'name="give_back"[^>]* checked', page.content.decode())
    said = text(page)
    assert "Give back 3 Gold" in said
    assert f"2 Gold to Kestrel Rail Group, issue #{rich[0].pk}, until 1 December 2026" in said
    assert "fresh issue" not in said
    sent = {"give_back": "on", "digest": digest(page), "version": 0, "operation": "1"}
    assert client.post(cancellation(bought), sent).status_code == 302
    assert balances(kestrel) == [2, 5]


def test_staff_untick_it_after_reading_that_nothing_comes_back(browse, office, bought, kestrel):
    client = browse(office)
    unseen = client.post(cancellation(bought), {"version": 0, "operation": "1"})
    assert unseen.status_code == 422
    assert "Not given back to Kestrel Rail Group: 3 Gold" in text(unseen)
    client.post(cancellation(bought), {"version": 0, "digest": digest(unseen), "operation": "2"})
    assert balances(kestrel) == [0, 4]
    later = f"/tokens/redemptions/{bought.token_move}/refund/"
    assert f'href="{later}"' in client.get("/all-registrations/").content.decode()
    assert "To give them back cancels nothing" in text(client.get(later))


def test_a_fresh_issue_is_offered_where_something_is_written_off_and_it_is_allowed(
    browse, office, bought, kestrel, clock, who
):
    clock.set("2026-12-02 09:00")
    client = browse(office)
    page = client.get(cancellation(bought))
    assert "Written off at once: 2 Gold" in text(page)
    assert "Give a fresh issue for what is written off at once" in text(page)
    asked = {"give_back": "on", "fresh": "on", "fresh_until": "2027-03-31", "version": 0}
    page = preview(client, cancellation(bought), **asked)
    assert "A fresh issue instead: 2 Gold until 31 March 2027" in text(page)
    sent = {**asked, "digest": digest(page), "operation": "1"}
    assert client.post(cancellation(bought), sent).status_code == 302
    assert balances(kestrel) == [0, 5, 2]


def test_no_fresh_issue_is_offered_where_tokens_are_not_issued_by_hand(
    browse, office, bought, clock, who
):
    clock.set("2026-12-02 09:00")
    switches.switch(manual_issues=False, adjustments=True, **who)
    said = text(browse(office).get(cancellation(bought)))
    assert "Written off at once: 2 Gold" in said
    assert "fresh issue" not in said


# The learner cancels


def test_a_learner_cancels_until_the_deadline_and_the_tokens_come_back(
    bought, room, ada, kestrel, browse, clock
):
    page = f"/registrations/{bought.pk}/"
    client = browse(ada.user)
    assert "A place on a date can't be cancelled here." in text(client.get(page))
    Event.objects.update(cancel_until=day("2026-11-22"))
    assert "Cancel the registration" in text(client.get(page))
    asked = client.get(page + "giving-up/")
    assert "Given back: 3 Gold" in text(asked)
    sent = {"digest": digest(asked), "operation": "1"}
    assert client.post(page + "giving-up/", sent).status_code == 302
    assert balances(kestrel) == [2, 5]


@pytest.mark.parametrize(
    ("deadline", "setting", "why"),
    [
        ("2026-11-21", True, r"It could be cancelled until 21 November 2026\."),
        ("2026-11-30", False, r"A place on a date can't be cancelled here\."),
        (None, True, r"A place on a date can't be cancelled here\."),
    ],
)
def test_after_the_deadline_or_where_it_is_not_allowed_they_are_told_whom_to_ask(
    bought, ada, kestrel, who, deadline, setting, why
):
    Event.objects.update(cancel_until=deadline)
    Organisation.objects.update(learners_cancel=setting)
    with pytest.raises(Refusal, match=why + r" Write to office@example\.com"):
        cancelling.cancel_by_learner(bought.pk, ada, whom="office@example.com", **who)
    assert balances(kestrel) == [0, 4]


# What it says afterwards


def test_place_receipt_and_letter_say_what_was_paid(
    browse, ada, room, rich, kestrel, gold, who, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        made = checkout.register_by_staff(
            ada, event=room, pay=paying.ByTokens(kestrel, gold), **who
        )
    assert "Paid for: 3 Gold of Kestrel Rail Group" in mail.outbox[0].body
    client = browse(ada.user)
    assert "Paid for 3 Gold of Kestrel Rail Group, Receipt" in text(
        client.get(f"/registrations/{made.pk}/")
    )
    said = text(client.get(f"/registrations/{made.pk}/receipt/"))
    assert f"Number T-{made.token_move:06} Date 22 November 2026 Learner Ada Lindqvist" in said
    assert f"#{rich[0].pk}, until 1 December 2026 2 0" in said
    file = client.get(f"/registrations/{made.pk}/receipt.pdf")
    assert (file["Content-Type"], file.content[:5]) == ("application/pdf", b"%PDF-")
    cancelling.cancel(made.pk, **who)
    said = text(client.get(f"/registrations/{made.pk}/receipt/"))
    assert "Cancelled on 22 November 2026 Given back 3 Gold" in said


def test_a_receipt_is_for_who_was_registered_and_for_what_was_paid(browse, ada, bought, who):
    other = checkout.register_by_staff(ada, event=EventFactory(), **who)
    client = browse(ada.user)
    for word in ("receipt/", "receipt.pdf"):
        assert client.get(f"/registrations/{other.pk}/{word}").status_code == 404
        stranger = ContactFactory(user=UserFactory())
        address = f"/registrations/{bought.pk}/{word}"
        assert browse(stranger.user).get(address).status_code == 404


# The learner's own page of tokens


def test_who_may_spend_sees_balance_issues_and_movements(browse, ada, bought, rich, kestrel, who):
    let_spend(kestrel, ada, limit=10, **who)
    client = browse(ada.user)
    assert "/profile/tokens/" in client.get("/profile/").content.decode()
    said = text(client.get("/profile/tokens/"))
    assert "Kestrel Rail Group" in said
    assert "You may spend 7 more this year." in said
    assert "Available 4 Used 3" in said
    assert f"4 of 5 left #{rich[1].pk}, issued on 22 November 2026 no expiry" in said
    assert "Redeemed, Gold -2" in said.replace("−", "-")


def test_an_empty_and_an_expired_balance_is_shown(browse, ada, kestrel, who, clock):
    let_spend(kestrel, ada, **who)
    client = browse(ada.user)
    assert "No tokens This account was never given any." in text(client.get("/profile/tokens/"))
    give(kestrel, 2, day("2026-12-01"), **who)
    clock.set("2026-12-02 09:00")
    said = text(browse(ada.user).get("/profile/tokens/"))
    assert "Available 0" in said
    assert "Expired 2" in said
    assert "Nothing left to spend." in said


def test_who_may_not_spend_sees_no_balance(browse, ada, rich, kestrel):
    client = browse(ada.user)
    assert "/profile/tokens/" not in client.get("/profile/").content.decode()
    assert "Kestrel" not in text(client.get("/profile/tokens/"))
    assert client.get(f"/profile/tokens/{kestrel.pk}/statement.csv").status_code == 404


def test_the_statement_is_every_movement_of_the_year(browse, ada, bought, kestrel, rich, who):
    let_spend(kestrel, ada, **who)
    answer = browse(ada.user).get(f"/profile/tokens/{kestrel.pk}/statement.csv")
    rows = answer.content.decode().splitlines()
    assert rows[:4] == [
        "Type,Day,What,Number,Balance,Issue,Expires on",
        "Gold,2026-01-01,Opening balance,,0,,",
        f"Gold,2026-11-22,Issued,2,2,{rich[0].pk},2026-12-01",
        f"Gold,2026-11-22,Issued,5,7,{rich[1].pk},",
    ]
    assert rows[-1] == f"Gold,2026-11-22,Redeemed,-1,4,{rich[1].pk},"
    other = AccountFactory()
    assert browse(ada.user).get(f"/profile/tokens/{other.pk}/statement.csv").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_tokens_takes_the_same_statements(
    browse, ada, kestrel, who, number, count_queries
):
    let_spend(kestrel, ada, **who)
    for _index in range(number):
        give(kestrel, 2, **who)
    client = browse(ada.user)
    assert count_queries(lambda: client.get("/profile/tokens/")) == 8


def test_programs_see_what_was_paid_and_cancel_with_or_without_giving_back(
    program, bought, ada, room, gold, kestrel, who
):
    kept = checkout.register_by_staff(
        ContactFactory(account=kestrel), event=room, pay=paying.ByTokens(kestrel, gold), **who
    )
    office = program("registrations:read", "registrations:write")
    told = office.get(f"/registrations/{bought.pk}").json()
    assert (told["paid_by"], told["unit"], told["token_move"]) == (
        "tokens", "Gold", bought.token_move,
    )  # fmt: skip
    assert float(told["amount"]) == 3
    assert balances(kestrel) == [0, 1]
    answer = office.post(f"/registrations/{bought.pk}/cancellation", {"preview": True}).json()
    assert "Given back: 3 Gold" in str(answer)
    office.post(f"/registrations/{bought.pk}/cancellation", {})
    office.post(f"/registrations/{kept.pk}/cancellation", {"give_back": False})
    assert balances(kestrel) == [2, 2]
