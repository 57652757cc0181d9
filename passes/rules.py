"""What may be done with a pass, in which status? The one table, for verbs and for menus."""

import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models import Membership
from tms.compiled import Statement
from tms.consequences import Consequence
from tms.days import day_text
from tms.refusals import Refusal

from .models import OptionStatus, Pass, Status, TypeStatus
from .periods import LAST_DAY

OVER = gettext_lazy("It was cancelled. Add a new pass instead.")
ENDED = gettext_lazy("It has expired. Renew or extend it first.")
ARCHIVED = gettext_lazy("Its pass type is archived. Renew it by date instead.")

# Why not, by verb and status. What isn't here may be done.
WHY_NOT = {
    ("renew", Status.CANCELLED): OVER,
    ("renew_by_option", Status.CANCELLED): OVER,
    ("extend", Status.CANCELLED): OVER,
    ("assign", Status.CANCELLED): OVER,
    ("assign", Status.EXPIRED): ENDED,
    ("cancel", Status.CANCELLED): gettext_lazy("It is cancelled already."),
}


def may(verb: str, status: str, *, archived_type: bool = False) -> str:
    """ "" when `verb` may be done with a pass in `status`, otherwise the reason why not.

    Verbs: renew, renew_by_option, extend, assign, cancel.
    """
    if why := WHY_NOT.get((verb, status)):
        return str(why)
    if verb == "renew_by_option" and archived_type:
        return str(ARCHIVED)
    return ""


def on_sale(option) -> None:
    """Refuse an option that nobody can be given any more (or yet)."""
    if option.pass_type.status != TypeStatus.ACTIVE:
        raise Refusal(
            _("%(name)s is not on offer. Choose an active pass type.")
            % {"name": option.pass_type.name},
            field="pass_type",
        )
    if option.status != OptionStatus.PUBLISHED:
        raise Refusal(
            _("The option %(name)s is not on sale. Choose a published one.")
            % {"name": option.name},
            field="option",
        )


HOLD = Statement("""
SELECT t.status, o.status
FROM passes_passoption o JOIN passes_passtype t ON t.id = o.pass_type_id
WHERE o.id = %(option)s FOR SHARE
""")


def hold_on_sale(option) -> None:
    """Refuse an option that isn't on sale now, and keep it on sale until the transaction ends.

    Many may hold it at once; who archives or deletes it waits, and then sees what was given.
    """
    found = HOLD(option=option.pk)
    if not found:
        raise Refusal(_("This option was deleted. Choose another one."), field="option")
    ((option.pass_type.status, option.status),) = found
    on_sale(option)


def possible_end(
    end: datetime.date, *, starts_on: datetime.date, on: datetime.date, past: bool = False
) -> None:
    """Refuse an expiry in the past (unless `past`), before the start, or beyond 2100."""
    if end < on and not past:
        raise Refusal(_("This day is in the past. Choose today or later."), field="expires_on")
    if end < starts_on:
        raise Refusal(
            _("The pass starts on %(day)s. Choose that day or later.")
            % {"day": day_text(starts_on)},
            field="expires_on",
        )
    if end > LAST_DAY:
        raise Refusal(_("A pass ends in the year 2100 at the latest."), field="expires_on")


def told_moved(before: datetime.date, change) -> list[Consequence]:
    """What moving the end of a pass did; that it ends earlier comes first, so that it is seen."""
    after = change.changed.expires_on
    if after >= before:
        return change.consequences
    sentence = _("The pass ends earlier: on %(after)s, not on %(before)s") % {
        "after": day_text(after),
        "before": day_text(before),
    }
    return [Consequence("closes", sentence, 1), *change.consequences]


def owners(account, contacts) -> list[int]:
    """The owning account's id for each contact, checked as `linked` does. At most one query."""
    linked(
        [(account.pk, contact) for contact in contacts]
        if account
        else [(contact.account_id, contact) for contact in contacts]
    )
    return [account.pk if account else contact.account_id for contact in contacts]


def linked(pairs) -> None:
    """Refuse a contact who is archived or isn't linked to the account, for (account id, contact).

    One query for further accounts, where somebody's primary account is another.
    """
    further = [
        (account_id, contact)
        for account_id, contact in pairs
        if contact and contact.account_id != account_id
    ]
    known = set()
    if further:
        known = set(
            Membership.objects.filter(
                contact__in={contact.pk for _account, contact in further},
                account__in={account_id for account_id, _contact in further},
            ).values_list("account_id", "contact_id")
        )
    for account_id, contact in further:
        if (account_id, contact.pk) not in known:
            raise Refusal(
                _("%(name)s does not belong to this account. Choose one of its contacts.")
                % {"name": contact.name},
                field="contact",
            )
    for _account_id, contact in pairs:
        if contact and contact.archived_at:
            raise Refusal(
                _("%(name)s is archived. Restore them first, or choose somebody else.")
                % {"name": contact.name},
                field="contact",
            )


def label(pass_: Pass) -> str:
    """How a sentence names a pass: its type and number."""
    return f"{pass_.pass_type.name} #{pass_.pk}"


def named(passes, sentence: str, first: int = 3) -> str:
    """`sentence` with %(names)s replaced by the first few passes."""
    names = ", ".join(label(pass_) for pass_ in passes[:first])
    return sentence % {"names": names + (" …" if len(passes) > first else "")}
