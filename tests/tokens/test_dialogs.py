"""What staff do with tokens: issue, move the expiry, adjust, transfer, redeem, give back."""

import datetime
import re

import pytest

from tests.factories import AccountFactory, ContactFactory, CurrencyFactory, TokenTypeFactory
from tests.passes.pages import text
from tms.models import JournalRow
from tokens import ledger, spending
from tokens.models import IssueSource, LedgerEntry, Spender, TokenIssue

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat


def changed(answer) -> bool:
    return answer.status_code == 204 and "tokens:changed" in answer["HX-Trigger"]


@pytest.fixture
def yearly(db):
    """A token type that can be redeemed for twelve months."""
    return TokenTypeFactory(unit__code="Silver", period=12)


# Issue Tokens (TOK-9)


@pytest.fixture
def issuing_to(dialog, kestrel):
    return dialog(f"/accounts/{kestrel.pk}/tokens/issues/new/")


def filled(html) -> str:
    found = re.search(r'name="expires_on" value="([^"]*)"', html)
    return found[1] if found else ""


def test_the_type_fills_in_the_expiry_and_the_tokens_are_there_at_once(
    issuing_to, yearly, gold, kestrel
):
    assert filled(issuing_to.look(token_type=yearly.pk)) == "2027-11-22"
    assert filled(issuing_to.look(token_type=gold.pk, expires_on="2027-11-22")) == ""
    html = issuing_to.look(token_type=yearly.pk)
    answer = issuing_to.send(
        token_type=yearly.pk, quantity="5", expires_on=filled(html), note="Framework"
    )
    assert changed(answer)
    issue = kestrel.token_issues.get()
    assert (issue.remaining, issue.expires_on, issue.note, issue.source) == (
        5,
        day("2027-11-22"),
        "Framework",
        IssueSource.HAND,
    )


def test_an_expiry_that_somebody_chose_stays_when_they_look_again(issuing_to, yearly):
    issuing_to.look(token_type=yearly.pk)
    assert "expires_on" not in issuing_to.look(token_type=yearly.pk, expires_on="2027-01-31")


@pytest.mark.parametrize(
    ("looked", "typed", "until"),
    [
        (True, "2027-01-31", "2027-01-31"),
        (True, "", None),  # emptied by hand: never
        (False, "", "2027-11-22"),  # without scripts nothing was filled in: by the type
        (False, "2026-11-22", "2026-11-22"),
    ],
)
def test_an_expiry_is_the_one_chosen_else_the_types(issuing_to, yearly, looked, typed, until):
    if looked:
        issuing_to.look(token_type=yearly.pk)
    assert changed(issuing_to.send(token_type=yearly.pk, quantity="1", expires_on=typed))
    assert TokenIssue.objects.get().expires_on == (until and day(until))


def test_the_price_of_a_token_is_kept_with_its_currency(issuing_to, gold):
    euro = CurrencyFactory()
    answers = {"token_type": gold.pk, "quantity": "120.00", "unit_price": "115.5"}
    answer = issuing_to.send(**answers)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["currency"])
    assert changed(issuing_to.send(**answers, currency=euro.pk))
    issue = TokenIssue.objects.get()
    assert (issue.issued, str(issue.unit_price), issue.currency) == (120, "115.5000", euro)


@pytest.mark.parametrize("number", ["", "0", "-1", "+1", "0.5", "1e3", "NaN", "１２", "1_000"])
def test_what_is_no_whole_number_issues_nothing(issuing_to, gold, number):
    answer = issuing_to.send(token_type=gold.pk, quantity=number)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["quantity"])
    assert not TokenIssue.objects.exists()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"quantity": "1000001"}, "At most 1,000,000 tokens at once."),
        ({"expires_on": "2026-11-21"}, "This day is past. Choose today or a later day."),
        ({"expires_on": "2101-01-01"}, "The year 2100 is the last."),
        ({"token_type": "999"}, "Select a valid choice"),
    ],
)
def test_what_can_t_be_issued_is_said_at_its_field(issuing_to, gold, answers, sentence):
    answer = issuing_to.send(**{"token_type": gold.pk, "quantity": "5"} | answers)
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert not TokenIssue.objects.exists()


def test_an_archived_type_is_not_offered_and_a_doubled_press_issues_once(
    issuing_to, gold, yearly, clock
):
    yearly.unit.archived_at = clock.at
    yearly.unit.save()
    assert issuing_to.send(token_type=yearly.pk, quantity="5").status_code == 422
    for _press in (1, 2):
        assert changed(issuing_to.send(token_type=gold.pk, quantity="5"))
    assert TokenIssue.objects.count() == 1


# Change Expiry (TOK-11)


def test_an_earlier_expiry_is_shown_before_it_takes(dialog, give):
    issue = give(5, "2027-03-01")
    opened = dialog(f"/tokens/issues/{issue.pk}/expiry/")
    html = opened.look(expires_on="2026-12-01", reason="Agreed")
    assert "5 Gold end earlier: 1 December 2026 is the last day to spend them" in html
    assert "5 Gold last longer" in opened.look(expires_on="2028-01-01", reason="Agreed")
    opened.look(expires_on="2026-12-01", reason="Agreed")
    assert changed(opened.send(expires_on="2026-12-01", reason="Agreed"))
    issue.refresh_from_db()
    assert issue.expires_on == day("2026-12-01")


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"reason": ""}, "reason"), ({"expires_on": "2026-11-21"}, "expires_on")],
)
def test_an_expiry_needs_a_reason_and_a_day_to_come(dialog, give, answers, field):
    issue = give(5, "2027-03-01")
    opened = dialog(f"/tokens/issues/{issue.pk}/expiry/")
    answer = opened.send(**{"expires_on": "2027-01-01", "reason": "x"} | answers)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_an_issue_that_expired_stays_so_in_every_dialog(dialog, give, clock):
    issue = give(5, "2026-11-22")
    clock.set("2026-11-23 00:00")
    for word in ("expiry", "adjustment", "transfer"):
        opened = dialog(f"/tokens/issues/{issue.pk}/{word}/")
        assert "This issue has expired, and stays so." in text(opened.answer)
        assert 'type="submit"' not in opened.html
    answer = dialog(f"/tokens/issues/{issue.pk}/adjustment/").send(
        direction="on", quantity="1", reason="x", digest="x"
    )
    assert answer.status_code == 422


# Adjust, Transfer (TOK-12, TOK-13)


def test_an_adjustment_shows_what_is_left_and_needs_a_reason(dialog, give):
    issue = give(5)
    opened = dialog(f"/tokens/issues/{issue.pk}/adjustment/")
    off = {"direction": "off", "quantity": "2"}
    assert "Gold left of this issue: 5 now, 3 then" in opened.look(**off)
    answer = opened.send(**off)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["reason"])
    assert changed(opened.send(**off, reason="Counted twice"))
    issue.refresh_from_db()
    assert issue.remaining == 3


def test_no_more_is_taken_off_than_remains(dialog, give):
    issue = give(5)
    opened = dialog(f"/tokens/issues/{issue.pk}/adjustment/")
    more = {"direction": "off", "quantity": "6", "reason": "x"}
    assert "Only 5 remain: no more can be taken off." in opened.look(**more)
    assert opened.send(**more).status_code == 422
    issue.refresh_from_db()
    assert issue.remaining == 5


def test_who_adjusts_by_an_old_page_is_told(dialog, give, now):
    issue = give(5)
    opened = dialog(f"/tokens/issues/{issue.pk}/adjustment/")
    opened.look(direction="off", quantity="2", reason="x")
    ledger.adjust(issue.pk, -1, version=0, reason="Somebody else", **now)
    answer = opened.send(direction="off", quantity="2", reason="x")
    assert (answer.status_code, "Somebody changed this" in text(answer)) == (422, True)
    issue.refresh_from_db()
    assert issue.remaining == 4


def test_a_transfer_says_who_loses_and_who_gets_and_keeps_the_expiry(dialog, give, kestrel):
    forum = AccountFactory(name="Nordic Rail Forum")
    issue = give(5, "2027-03-01")
    opened = dialog(f"/tokens/issues/{issue.pk}/transfer/")
    answers = {"to": forum.pk, "quantity": "2", "reason": "Shared"}
    html = opened.look(**answers)
    assert "Kestrel Rail Group loses 2 Gold" in html
    assert "Nordic Rail Forum gets 2 Gold, until 1 March 2027" in html
    assert changed(opened.send(**answers))
    arrived = forum.token_issues.get()
    assert (arrived.remaining, arrived.expires_on) == (2, day("2027-03-01"))
    assert kestrel.token_issues.get().remaining == 3


# Redeem


def test_redeeming_shows_what_is_taken_of_which_issue(dialog, give, kestrel, ada):
    first, second = give(3, "2026-12-01"), give(9)
    opened = dialog(f"/accounts/{kestrel.pk}/tokens/redemption/")
    assert f'<option value="{first.token_type_id}" selected>Gold</option>' in opened.html
    answers = {"token_type": first.token_type_id, "quantity": "5", "contact": ada.pk}
    html = opened.look(**answers)
    assert "5 Gold are taken" in html
    assert f"3 of #{first.pk}, until 1 December 2026; 0 left then" in html
    assert f"2 of #{second.pk}, never expire; 7 left then" in html
    assert changed(opened.send(**answers, reason="Workshop"))
    entries = LedgerEntry.objects.filter(kind="redeemed").order_by("id")
    assert list(entries.values_list("issue", "quantity", "contact", "reason")) == [
        (first.pk, -3, ada.pk, "Workshop"),
        (second.pk, -2, ada.pk, "Workshop"),
    ]


def test_staff_may_pick_an_issue(dialog, give):
    _first, second = give(3, "2026-12-01"), give(9)
    opened = dialog(f"/tokens/issues/{second.pk}/redemption/")
    answers = {"token_type": second.token_type_id, "issue": second.pk, "quantity": "9"}
    opened.look(**answers)
    assert changed(opened.send(**answers, reason="x"))
    second.refresh_from_db()
    assert second.remaining == 0


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"quantity": "9"}, "That takes 9 Gold and Kestrel Rail Group has 3: 6 are missing."),
        ({"quantity": "0"}, "Give a whole number of at least 1."),
        ({"reason": ""}, "This needs an answer."),
    ],
)
def test_what_can_t_be_redeemed_moves_nothing(dialog, give, kestrel, gold, answers, sentence):
    give(3)
    opened = dialog(f"/accounts/{kestrel.pk}/tokens/redemption/")
    given = {"token_type": gold.pk, "quantity": "2", "reason": "x"} | answers
    opened.look(**given)
    answer = opened.send(**given)
    assert (answer.status_code, sentence in text(answer)) == (422, True)
    assert LedgerEntry.objects.count() == 1


def test_an_issue_of_another_account_or_type_can_t_be_picked(dialog, give, kestrel, gold):
    give(3)
    theirs = give(3, account=AccountFactory())
    silver = give(3, token_type=TokenTypeFactory(unit__code="Silver"))
    for issue, sentence in ((theirs, "Select a valid choice"), (silver, "This issue is of Silver")):
        answer = dialog(f"/accounts/{kestrel.pk}/tokens/redemption/").send(
            token_type=gold.pk, quantity="1", reason="x", issue=issue.pk
        )
        assert (answer.status_code, sentence in text(answer)) == (422, True)


# Give back (FAIR-5, B7)


@pytest.fixture
def taken(give, gold, kestrel, now):
    """Twelve of two issues: ten until the 30th of November, two of those for ever."""
    give(10, "2026-11-30")
    give(5)
    return ledger.redeem(kestrel.pk, gold, 12, **now)


def test_a_part_comes_back_to_the_issue_taken_last(dialog, taken):
    opened = dialog(f"/tokens/redemptions/{taken.move}/refund/")
    assert 'name="quantity" value="12"' in opened.html
    html = opened.look(quantity="3", reason="Ill")
    (soon, _ten), (ever, _two) = taken.parts
    assert "3 Gold can be spent again" in html
    assert f"2 to #{ever}, never expire" in html
    assert f"1 to #{soon}, until 30 November 2026" in html
    assert changed(opened.send(quantity="3", reason="Ill"))
    assert list(TokenIssue.objects.order_by("pk").values_list("remaining", flat=True)) == [1, 5]
    again = dialog(f"/tokens/redemptions/{taken.move}/refund/")
    assert 'name="quantity" value="9"' in again.html
    assert "Only 9 can be given back" in again.look(quantity="10", reason="Ill")


def test_what_goes_into_an_expired_issue_is_said_and_written_off_again(dialog, taken, clock):
    clock.set("2026-12-01 09:00")
    opened = dialog(f"/tokens/redemptions/{taken.move}/refund/")
    html = opened.look(quantity="12", reason="Cancelled")
    assert "2 Gold can be spent again" in html
    assert "10 Gold are written off again: their issue has expired" in html
    assert changed(opened.send(quantity="12", reason="Cancelled"))
    soon = TokenIssue.objects.earliest("pk")
    kinds = LedgerEntry.objects.filter(issue=soon).order_by("id").values_list("kind", "quantity")
    assert list(kinds)[2:] == [("refunded", 10), ("expired", -10)]


def test_as_a_courtesy_what_has_expired_is_issued_anew(dialog, taken, clock, switch, kestrel):
    clock.set("2026-12-01 09:00")
    url = f"/tokens/redemptions/{taken.move}/refund/"
    answers = {"quantity": "12", "reason": "Our mistake", "courtesy": "on"}
    opened = dialog(url)
    html = opened.look(**answers)
    assert "10 Gold are issued anew, never expire" in html
    assert changed(opened.send(**answers))
    courtesy = TokenIssue.objects.latest("pk")
    assert (courtesy.source, courtesy.remaining, courtesy.account) == ("courtesy", 10, kestrel)


def test_a_courtesy_is_not_offered_without_manual_raising_nor_where_nothing_expired(
    dialog, taken, clock, switch
):
    url = f"/tokens/redemptions/{taken.move}/refund/"
    assert "as a courtesy" not in dialog(url).html
    clock.set("2026-12-01 09:00")
    assert "as a courtesy" in dialog(url).html
    switch(manual_issues=False)
    assert "as a courtesy" not in dialog(url).html


def test_what_came_back_already_is_not_given_twice(dialog, taken, now):
    url = f"/tokens/redemptions/{taken.move}/refund/"
    first, second = dialog(url), dialog(url)
    for each in (first, second):
        each.look(quantity="12", reason="x")
    assert changed(first.send(quantity="12", reason="x"))
    answer = second.send(quantity="12", reason="x")
    assert (answer.status_code, "given back already" in text(answer)) == (422, True)


def test_what_is_no_redemption_is_not_there(desk, give):
    issue = give(5)
    move = LedgerEntry.objects.get(issue=issue).move
    for number in (move, 999_999, 2**70):
        assert desk.get(f"/tokens/redemptions/{number}/refund/").status_code == 404


# Who may spend (TOK-17)


def test_who_may_spend_is_chosen_and_who_loses_it_is_said(dialog, kestrel, ada, now):
    grace = ContactFactory(first_name="Grace", last_name="Okafor", account=kestrel)
    spending.set_rule(kestrel, who="chosen", contacts=[grace], **now)
    opened = dialog(f"/accounts/{kestrel.pk}/tokens/spenders/")
    assert "Grace Okafor" in opened.html
    answers = {"who": "chosen", "contacts": [ada.pk], "yearly_limit": "12"}
    html = opened.look(**answers)
    assert "1 contact may spend no more" in html
    assert "Grace Okafor" in html
    assert "1 contact may spend now" in html
    assert changed(opened.send(**answers))
    assert list(Spender.objects.values_list("contact", flat=True)) == [ada.pk]
    assert spending.rule_of(kestrel.pk).yearly_limit == 12
    assert JournalRow.objects.filter(kind="token_spending.changed").count() == 2


@pytest.mark.parametrize(
    ("answers", "field"),
    [({"yearly_limit": "0"}, "yearly_limit"), ({"who": "all"}, "who"), ({"who": ""}, "who")],
)
def test_a_rule_that_makes_no_sense_changes_nothing(dialog, kestrel, answers, field):
    opened = dialog(f"/accounts/{kestrel.pk}/tokens/spenders/")
    answer = opened.send(**{"who": "everybody", "yearly_limit": ""} | answers)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not JournalRow.objects.filter(kind="token_spending.changed").exists()


def test_a_contact_of_another_account_can_t_be_chosen(dialog, kestrel):
    stranger = ContactFactory()
    opened = dialog(f"/accounts/{kestrel.pk}/tokens/spenders/")
    answer = opened.send(who="chosen", contacts=[stranger.pk])
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["contacts"])
