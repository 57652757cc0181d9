"""What do messages hold about a person, and how is it taken out of them?

That something was written, when, by which rule and what became of it stays: not to whom, nor what
it said. What others were written about the person stays without the name.
"""

from html import escape

from django.db.models import F, Func, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm.erasing import without
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.personal import ERASED, Part, Person, part

from .models import AddressTrouble, Message, MessageState, Reason, Trigger

NOT_LEFT = [MessageState.WAITING, MessageState.QUEUED, MessageState.MISSED]
SAID = ("title", "text", "html", "to", "trouble")


def to_them(person: Person) -> Q:
    """Messages to the person, whichever way they were found."""
    found = Q(contact__in=person.contacts) | Q(user__in=person.users)
    return found | Q(recipient__in=[f"a:{email}" for email in person.emails])


def about_them(person: Person) -> Q:
    """Messages to others that name them, about what an account has that was ever theirs."""
    facts = JournalRow.objects.filter(contact_id__in=person.contacts, account_id__isnull=False)
    past = facts.order_by().values("account_id").distinct()
    named = person.mentioned(*SAID)
    for name in person.names:
        if escape(name) != name:
            named |= Q(html__icontains=escape(name))
    ids = [*person.own_accounts, *person.accounts]
    return (Q(account__in=ids) | Q(account__in=past)) & named


def held(person: Person) -> list[Part]:
    said = ("id", "due_at", "sent_at", "state", "to", "title", "text")
    trouble = AddressTrouble.objects.filter(email__in=person.emails)
    others = Message.objects.exclude(to_them(person)).filter(about_them(person))
    return [
        part("messages", _("Messages"), Message.objects.filter(to_them(person)), *said),
        part("messages_mentioning", _("Mentioned in messages to others"), others, "id", "title"),
        part("address_trouble", _("Addresses that mail comes back from"), trouble),
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Empty what they were written, and never send what waits; take their name out of the rest."""
    theirs = Message.objects.filter(to_them(person))
    ids = list(
        theirs.select_for_update(of=("self",), no_key=True)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    waiting = Message.objects.filter(pk__in=ids, state__in=NOT_LEFT).update(
        state=MessageState.SKIPPED, reason=Reason.ERASED, next_at=None, version=F("version") + 1
    )
    for name in SAID:
        rows = Message.objects.filter(pk__in=ids).exclude(**{name: ""})
        rows.update(**{name: ERASED})
    _forget_addresses(person, ids)
    words = [*person.names, *map(escape, person.names)]
    for row in Message.objects.exclude(pk__in=ids).filter(about_them(person)).only(*SAID):
        values = {name: without(getattr(row, name), words) for name in SAID}
        Message.objects.filter(pk=row.pk).update(**values)
    AddressTrouble.objects.filter(email__in=person.emails).delete()
    if not waiting:
        return []
    sentence = ngettext(
        "%(count)s message that hasn’t left is never sent.",
        "%(count)s messages that haven’t left are never sent.",
        waiting,
    )
    return [Consequence("closes", sentence % {"count": waiting}, waiting)]


def _forget_addresses(person: Person, ids: list[int]) -> None:
    """The key of who was written to by address alone. Where a rule names it, it is the rule's."""
    kept = {
        address.lower()
        for addresses in Trigger.objects.filter(addresses__overlap=[*person.emails]).values_list(
            "addresses", flat=True
        )
        for address in addresses
    }
    gone = [f"a:{email}" for email in person.emails if email not in kept]
    Message.objects.filter(pk__in=ids, recipient__in=gone).update(
        recipient=Concat(Value(f"a:{ERASED} "), Func(F("pk"), template="%(expressions)s::text"))
    )
