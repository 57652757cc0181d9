"""Who may spend an account's tokens at checkout, how many, and see the balance?"""

import datetime

from django.db import transaction
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from crm.models import Account, AccountKind, Contact, Membership
from tms import journal
from tms.compiled import Question, Rows
from tms.refusals import Refusal, Stale

from . import beats
from .models import EntryKind, LedgerEntry, Spender, Spending, WhoMaySpend

RULE = Rows(lambda account_id: Spending.objects.filter(account=account_id))


def rule_of(account_id: int) -> Spending:
    """The account's rule, or the defaults. One query."""
    return RULE.one(account_id=account_id) or Spending(account_id=account_id)


@transaction.atomic
def set_rule(
    account: Account,
    *,
    who: str,
    contacts=(),
    yearly_limit: int | None = None,
    version: int | None = None,
    at: datetime.datetime,
    on: datetime.date,
    by,
) -> Spending:
    """Say who may spend: nobody, `contacts` (of the account), or every contact of the account.

    Whoever was chosen stays on record while another rule holds. Locks the account. Raises Stale,
    and Refusal for a contact of another account and a limit below 1.
    """
    account = beats.lock_accounts([account.pk])[account.pk]
    found = rule_of(account.pk)
    if version is not None and found.version != version:
        raise Stale(_("Somebody changed this meanwhile. Look at it as it is now, then decide."))
    if yearly_limit is not None and yearly_limit < 1:
        raise Refusal(_("At least 1. Leave it empty for no limit."), field="yearly_limit")
    before = said(found)
    found.who, found.yearly_limit = WhoMaySpend(who), yearly_limit
    chosen = {each.pk for each in contacts}
    if found.who == WhoMaySpend.CHOSEN:
        linked = Contact.objects.of_account(account.pk).filter(pk__in=chosen)
        if strangers := chosen - set(linked.values_list("pk", flat=True)):
            names = Contact.objects.filter(pk__in=strangers).order_by("pk")
            raise Refusal(
                _("%(names)s: not a contact of %(account)s. Add them to the account first.")
                % {"names": ", ".join(each.name for each in names), "account": account},
                field="contacts",
            )
        Spender.objects.filter(account=account).exclude(contact__in=chosen).delete()
        Spender.objects.bulk_create(
            [Spender(account=account, contact_id=pk) for pk in sorted(chosen)],
            ignore_conflicts=True,
        )
    found.version += 1
    found.save()
    after = said(found)
    if after != before:
        journal.write(
            "token_spending.changed",
            account.pk,
            account_id=account.pk,
            at=at,
            on=on,
            by=by,
            before=before,
            after=after,
        )
    return found


def said(rule: Spending) -> dict:
    chosen = Spender.objects.filter(account=rule.account_id).order_by("contact")
    return {
        "who": rule.who,
        "yearly_limit": rule.yearly_limit,
        "contacts": list(chosen.values_list("contact_id", flat=True)),
    }


def accounts_of(contact: Contact):
    """The accounts in use whose tokens the contact may spend. A queryset: no query yet."""
    return _accounts(contact.pk, contact.account_id)


def _accounts(contact: int, account: int):
    primary = Contact.objects.filter(pk=contact).order_by().values("account")
    members = Membership.objects.filter(contact=contact).order_by().values("account")
    linked = primary.union(members, all=True)
    mine = Account.objects.filter(pk__in=linked, archived_at=None)
    everybody = Q(token_spending__who=WhoMaySpend.EVERYBODY)
    # Whoever is an account of their own needn't be chosen for it.
    everybody |= Q(token_spending=None, kind=AccountKind.INDIVIDUAL, pk=account)
    chosen = Q(token_spending=None) | Q(token_spending__who=WhoMaySpend.CHOSEN)
    return mine.filter(
        everybody | chosen & Q(pk__in=Spender.objects.filter(contact=contact).values("account"))
    ).order_by("pk")


ANY = Question(lambda contact, account: _accounts(contact, account).values_list("pk")[:1])


def spends(contact: Contact) -> bool:
    """May the contact spend the tokens of any account? One statement, kept: pages ask it often."""
    return bool(ANY(contact=contact.pk, account=contact.account_id))


def spenders_of(account: Account):
    """The contacts in use who may spend the account's tokens, by name. A queryset; one query."""
    linked = Contact.objects.living().of_account(account.pk).order_by("name_key", "pk")
    rule = rule_of(account.pk)
    if rule.who == WhoMaySpend.NOBODY:
        return linked.none()
    if rule.who == WhoMaySpend.EVERYBODY:
        return linked
    may = Q(spends_tokens_of__account=account)
    if rule.pk is None and account.kind == AccountKind.INDIVIDUAL:
        may |= Q(account=account.pk)
    return linked.filter(may).distinct()


def spent_this_year(account_id: int, contact_id: int, on: datetime.date) -> int:
    """What the contact spent of the account's tokens in the calendar year of `on`, less returns.

    What came back counts for the year in which it was spent. One query.
    """
    # What the doubles that were merged into them spent is theirs, too.
    accounts = Account.objects.filter(Q(pk=account_id) | Q(merged_into=account_id))
    people = Contact.objects.filter(Q(pk=contact_id) | Q(merged_into=contact_id))
    taken = LedgerEntry.objects.filter(
        account__in=accounts,
        contact__in=people,
        kind=EntryKind.REDEEMED,
        on__gte=on.replace(month=1, day=1),
        on__lte=on.replace(month=12, day=31),
    )
    sums = taken.aggregate(spent=Sum("quantity"))
    back = LedgerEntry.objects.filter(of__in=taken).aggregate(back=Sum("quantity"))
    return -(sums["spent"] or 0) - (back["back"] or 0)


def left_this_year(rule: Spending, contact_id: int, on: datetime.date) -> int | None:
    """How many more the contact may spend this year; None: no limit."""
    if rule.yearly_limit is None:
        return None
    return max(0, rule.yearly_limit - spent_this_year(rule.account_id, contact_id, on))


def refuse_unless_managed(
    account: Account, contact: Contact, quantity: int, on: datetime.date
) -> None:
    """Raise Refusal unless a manager of the account may spend so many tokens for the contact.

    They needn't be chosen as spenders; nobody means them too, and the contact's limit holds. Ask it
    with the account locked.
    """
    rule = rule_of(account.pk)
    if rule.who == WhoMaySpend.NOBODY:
        raise Refusal(
            _("Nobody may spend the tokens of %(account)s at checkout. Ask us to register them.")
            % {"account": account}
        )
    left = left_this_year(rule, contact.pk, on)
    if left is not None and quantity > left:
        raise Refusal(
            _("%(name)s may have %(left)s more tokens of %(account)s this year; this takes %(n)s.")
            % {"name": contact.name, "left": left, "account": account, "n": quantity},
            field="contact",
        )


def refuse_unless_allowed(
    account: Account, contact: Contact, quantity: int, on: datetime.date
) -> None:
    """Raise Refusal unless the contact may spend `quantity` of the account's tokens on that day.

    Ask it with the account locked (`beats.lock_accounts`), or two at once pass the limit.
    """
    if not accounts_of(contact).filter(pk=account.pk).exists():
        raise Refusal(
            _("You can't spend the tokens of %(account)s. Ask whoever looks after its training.")
            % {"account": account},
            field="payment",
        )
    left = left_this_year(rule_of(account.pk), contact.pk, on)
    if left is not None and quantity > left:
        raise Refusal(
            _(
                "You may spend %(left)s more tokens of %(account)s this year, and this takes "
                "%(n)s. Choose another way to pay."
            )
            % {"left": left, "account": account, "n": quantity},
            field="payment",
        )
