"""Who may spend an account's tokens, and how many in a year?"""

import pytest

from crm import belonging
from tests.factories import AccountFactory, ContactFactory
from tms.models import JournalRow
from tms.refusals import Refusal, Stale
from tokens import ledger, spending
from tokens.models import Spender

pytestmark = pytest.mark.django_db


def test_nobody_spends_until_somebody_is_chosen(kestrel, ada, now):
    assert list(spending.accounts_of(ada)) == []
    spending.set_rule(kestrel, who="chosen", contacts=[ada], **now)
    assert list(spending.accounts_of(ada)) == [kestrel]
    other = ContactFactory(account=kestrel)
    assert list(spending.accounts_of(other)) == []


def test_whoever_was_chosen_spends_also_where_no_rule_is_kept(kestrel, ada):
    """As for who came from an account that was merged into this one."""
    Spender.objects.create(account=kestrel, contact=ada)
    assert list(spending.accounts_of(ada)) == [kestrel]
    assert list(spending.spenders_of(kestrel)) == [ada]
    assert spending.spends(ada)


@pytest.mark.parametrize("limit", [0, -3])
def test_a_limit_is_at_least_one(kestrel, ada, now, limit):
    with pytest.raises(Refusal, match="At least 1") as no:
        spending.set_rule(kestrel, who="everybody", yearly_limit=limit, **now)
    assert no.value.field == "yearly_limit"
    assert list(spending.accounts_of(ada)) == []


def test_everybody_or_nobody_whoever_was_chosen(kestrel, ada, now):
    spending.set_rule(kestrel, who="chosen", contacts=[ada], **now)
    spending.set_rule(kestrel, who="nobody", **now)
    assert list(spending.accounts_of(ada)) == []
    spending.set_rule(kestrel, who="everybody", **now)
    assert list(spending.accounts_of(ContactFactory(account=kestrel))) == [kestrel]
    spending.set_rule(kestrel, who="chosen", contacts=[ada], **now)
    assert list(spending.accounts_of(ada)) == [kestrel]


def test_further_accounts_count_and_archived_ones_do_not(kestrel, ada, now, clock):
    marlow = AccountFactory(name="Marlow")
    belonging.add(ada.pk, marlow, **now)
    for account in (kestrel, marlow):
        spending.set_rule(account, who="everybody", **now)
    assert list(spending.accounts_of(ada)) == [kestrel, marlow]
    kestrel.archived_at = clock.at
    kestrel.save()
    assert list(spending.accounts_of(ada)) == [marlow]


def test_whoever_is_an_account_of_their_own_neednt_be_chosen(europe):
    alone = ContactFactory(account=AccountFactory(kind="individual", region=europe))
    assert list(spending.accounts_of(alone)) == [alone.account]
    assert list(spending.spenders_of(alone.account)) == [alone]


def test_of_somebodys_own_account_nobody_else_spends_unless_chosen(europe, ada, kestrel, now):
    alone = ContactFactory(account=AccountFactory(kind="individual", region=europe))
    belonging.add(ada.pk, alone.account, **now)
    assert list(spending.accounts_of(ada)) == []
    assert list(spending.spenders_of(alone.account)) == [alone]
    spending.set_rule(alone.account, who="chosen", contacts=[ada], **now)
    assert list(spending.accounts_of(ada)) == [alone.account]
    assert list(spending.spenders_of(alone.account)) == [ada]
    # Nor they themselves, where a rule says so.
    assert list(spending.accounts_of(alone)) == []
    spending.set_rule(alone.account, who="nobody", **now)
    assert list(spending.accounts_of(alone)) == []
    assert list(spending.spenders_of(alone.account)) == []


def test_who_may_spend_is_who_is_told_so(kestrel, ada, now):
    other = ContactFactory(first_name="Zoe", last_name="Zorn", account=kestrel)
    assert list(spending.spenders_of(kestrel)) == []
    for who, chosen, expected in (
        ("chosen", [ada], [ada]),
        ("everybody", [], [ada, other]),
        ("nobody", [], []),
        ("chosen", [other], [other]),
    ):
        spending.set_rule(kestrel, who=who, contacts=chosen, **now)
        assert list(spending.spenders_of(kestrel)) == expected
        for contact in (ada, other):
            assert spending.spends(contact) is (contact in expected)


def test_which_accounts_is_one_statement(kestrel, ada, django_assert_num_queries):
    with django_assert_num_queries(1):
        list(spending.accounts_of(ada))


def test_a_contact_of_another_account_isnt_chosen(kestrel, now):
    stranger = ContactFactory(first_name="Una", last_name="Berg", account=AccountFactory())
    with pytest.raises(Refusal, match="Una Berg: not a contact of Kestrel Rail Group"):
        spending.set_rule(kestrel, who="chosen", contacts=[stranger], **now)
    assert not JournalRow.objects.filter(kind="token_spending.changed").exists()


def test_a_rule_that_changed_meanwhile_is_looked_at_again(kestrel, ada, now):
    spending.set_rule(kestrel, who="everybody", version=0, **now)
    with pytest.raises(Stale):
        spending.set_rule(kestrel, who="nobody", version=0, **now)
    fact = JournalRow.objects.get(kind="token_spending.changed")
    assert (fact.account_id, fact.after["who"]) == (kestrel.pk, "everybody")


def test_a_limit_counts_the_calendar_year_and_what_came_back_does_not(
    kestrel, ada, gold, give, now, clock
):
    give(100)
    rule = spending.set_rule(kestrel, who="chosen", contacts=[ada], yearly_limit=10, **now)
    taken = ledger.redeem(kestrel.pk, gold, 8, contact_id=ada.pk, **now)
    assert spending.left_this_year(rule, ada.pk, clock.on()) == 2
    spending.refuse_unless_allowed(kestrel, ada, 2, clock.on())
    with pytest.raises(Refusal, match="You may spend 2 more tokens of Kestrel Rail Group"):
        spending.refuse_unless_allowed(kestrel, ada, 3, clock.on())
    ledger.refund({taken.move: 5}, **now)
    assert spending.left_this_year(rule, ada.pk, clock.on()) == 7
    clock.set("2027-01-01 00:00", "Europe/London")
    assert spending.left_this_year(rule, ada.pk, clock.on()) == 10
    new_year = {"at": clock.at, "on": clock.on(), "by": now["by"]}
    ledger.redeem(kestrel.pk, gold, 4, contact_id=ada.pk, **new_year)
    assert spending.left_this_year(rule, ada.pk, clock.on()) == 6
    assert spending.left_this_year(rule, ada.pk, now["on"]) == 7


def test_what_doubles_of_them_and_of_the_account_spent_counts_for_the_limit(
    kestrel, ada, gold, give, now, clock
):
    rule = spending.set_rule(kestrel, who="everybody", yearly_limit=10, **now)
    other, double = AccountFactory(), ContactFactory(account=kestrel)
    colleague = ContactFactory(account=kestrel)
    for account in (kestrel, other):
        give(20, account=account)
    spent = [(kestrel, ada, 1), (kestrel, double, 2), (other, ada, 3), (kestrel, colleague, 4)]
    for account, contact, quantity in spent:
        ledger.redeem(account.pk, gold, quantity, contact_id=contact.pk, **now)
    assert spending.left_this_year(rule, ada.pk, clock.on()) == 9
    for gone, kept in ((double, ada), (other, kestrel)):
        type(gone).objects.filter(pk=gone.pk).update(merged_into=kept, archived_at=clock.at)
    assert spending.left_this_year(rule, ada.pk, clock.on()) == 4
    assert spending.left_this_year(rule, colleague.pk, clock.on()) == 6


def test_who_may_not_spend_is_told_whom_to_ask(kestrel, ada, clock):
    with pytest.raises(Refusal, match="You can't spend the tokens of Kestrel Rail Group"):
        spending.refuse_unless_allowed(kestrel, ada, 1, clock.on())
