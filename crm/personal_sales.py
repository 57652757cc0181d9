"""What do opportunities, quotes and invoices hold about a person, and how is it taken out of them?

Sums, days and numbers stay, on what was issued too: the law wants invoices kept. Who it was goes.
"""

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.consequences import Consequence
from tms.personal import ERASED, Part, Person, part

from . import opportunities, orders
from .erasing import parts_of, without, without_in
from .models import (
    Change,
    ExternalId,
    InterestContact,
    Invoice,
    InvoiceLine,
    Opportunity,
    Quote,
)

# What people write about an opportunity in their own words, and what other systems call it.
WORDS = ("name", "source", "notes", "lost_because")
# What a line of an invoice says; the buyer's own number of the order stands in `note`.
LINES = ("id", "invoice__number", "title", "detail", "note", "quantity", "net", "tax")


def theirs(person: Person) -> Q:
    """Opportunities of their own account, or of which they are the contact."""
    return Q(account__in=person.own_accounts) | Q(contact=person.contact_id)


def held(person: Person) -> list[Part]:
    mine, own = theirs(person), Q(account__in=person.own_accounts)
    deals = Opportunity.objects.filter(mine)
    named = Opportunity.objects.exclude(pk__in=deals.values("pk"))
    billed = Invoice.objects.exclude(own).filter(spoken_of(person))
    lines, ours = InvoiceLine.objects.all(), Q(invoice__account__in=person.own_accounts)
    return [
        part("opportunities", _("Opportunities"), deals),
        part(
            "opportunities_mentioning",
            _("Mentioned in opportunities"),
            named.filter(person.mentioned(*WORDS)),
            "id",
            *WORDS,
        ),
        part(
            "interests",
            _("Things they were to be given"),
            InterestContact.objects.filter(contact=person.contact_id),
            "interest_id",
            "interest__title",
        ),
        part(
            "opportunity_ids",
            _("External IDs of opportunities"),
            ExternalId.objects.filter(opportunity__in=deals),
        ),
        part(
            "opportunity_changes",
            _("Earlier values of opportunities"),
            Change.objects.filter(opportunity__in=deals),
        ),
        part("quotes", _("Quotes"), Quote.objects.filter(opportunity__in=deals)),
        part("invoices", _("Invoices"), Invoice.objects.filter(own)),
        part(
            "invoices_mentioning",
            _("Mentioned on invoices"),
            billed,
            "id",
            "number",
            "bill_to",
            "reason",
        ),
        part("invoice_lines", _("Lines of invoices"), lines.filter(ours), *LINES),
        part(
            "invoice_lines_mentioning",
            _("Mentioned on lines of invoices"),
            lines.exclude(ours).filter(person.mentioned("note")),
            *LINES,
        ),
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Lose what is open with them alone, and take their name from everything sold and billed.

    Opportunities of an organisation go on without a contact.
    """
    who = {"at": at, "on": on, "by": by}
    deals = list(
        Opportunity.objects.filter(theirs(person)).order_by("pk").values_list("pk", flat=True)
    )
    _empty_quotes(person, deals)
    own = Q(opportunity__account__in=person.own_accounts)
    ExternalId.objects.filter(own).delete()
    for change in Change.objects.filter(opportunity__in=deals):
        _save(change, before=_emptied(change.before), after=_emptied(change.after))
    earlier = Change.objects.annotate(
        then=Cast("before", TextField()), since=Cast("after", TextField())
    ).filter(person.mentioned("then", "since"), opportunity__isnull=False)
    for change in earlier:
        _save(
            change,
            before=without_in(change.before, person.names),
            after=without_in(change.after, person.names),
        )
    for deal in Opportunity.objects.filter(pk__in=deals):
        own_account = deal.account_id in person.own_accounts
        name = ERASED if own_account else without(deal.name, parts_of(person.names))
        others = {key: getattr(deal, key) and ERASED for key in WORDS[1:]}
        _save(deal, name=name, **others)
    for deal in Opportunity.objects.exclude(pk__in=deals).filter(person.mentioned(*WORDS)):
        _save(deal, **{key: without(getattr(deal, key), person.names) for key in WORDS})
    _empty_invoices(person)
    # Last: the trail of what was emptied stands under the contact as long as they are named.
    return _close(person, **who)


def _close(person: Person, **who) -> list[Consequence]:
    """What was open: theirs alone is lost, an organisation's goes on with nobody named."""
    told = []
    waiting = Opportunity.objects.open().order_by("pk")
    own = waiting.filter(account__in=person.own_accounts)
    alone = list(own.values_list("pk", flat=True))
    for pk in alone:
        opportunities.lose(pk, because=ERASED, **who)
    if alone:
        sentence = ngettext(
            "%(count)s opportunity is lost.", "%(count)s opportunities are lost.", len(alone)
        )
        told.append(Consequence("closes", sentence % {"count": len(alone)}, len(alone)))
    led = list(waiting.filter(contact=person.contact_id))
    for deal in led:
        opportunities.edit(deal.pk, contact=None, **who)
    if led:
        sentence = ngettext(
            "%(count)s opportunity has no contact any more.",
            "%(count)s opportunities have no contact any more.",
            len(led),
        )
        names = tuple(deal.name for deal in led[:5])
        told.append(Consequence("closes", sentence % {"count": len(led)}, len(led), names))
    InterestContact.objects.filter(
        contact=person.contact_id, interest__opportunity__closed_on=None
    ).delete()
    return told


def _empty_quotes(person: Person, deals: list[int]) -> None:
    """Take their name out of what was quoted, to whomever; of lines, sums and days nothing else.

    Of their own quotes nothing is left of whom it went to but the country.
    """
    for quote in Quote.objects.filter(opportunity__in=deals).select_related("opportunity"):
        content = _told_without(quote.content, person.names)
        own = quote.opportunity.account_id in person.own_accounts
        for key in {"contact", "subject"} & set(content):
            said = content[key]
            content[key] = said and ERASED if own else without(said, parts_of(person.names))
        if own:
            content["bill_to"] = _without_address(content.get("bill_to", {}))
        _save(quote, content=content)
    as_text = Quote.objects.annotate(says=Cast("content", TextField()))
    for quote in as_text.filter(person.mentioned("says")):
        _save(quote, content=_told_without(quote.content, person.names))


def _without_address(bill_to: dict) -> dict:
    """Who it went to, without who it was: taxes need the country."""
    return {key: value if key == "country" else value and ERASED for key, value in bill_to.items()}


def _told_without(content, words):
    """The same content, each text in it without the words, at whatever depth."""
    if isinstance(content, str):
        return without(content, words)
    if isinstance(content, list):
        return [_told_without(each, words) for each in content]
    if isinstance(content, dict):
        return {key: _told_without(value, words) for key, value in content.items()}
    return content


def spoken_of(person: Person) -> Q:
    """Invoices of anybody that name them."""
    said = Invoice.objects.annotate(said=Cast("bill_to", TextField()))
    return Q(pk__in=said.filter(person.mentioned("said", "reason")).values("pk"))


def _empty_invoices(person: Person) -> None:
    """On what was issued the database allows the fixed word, and only on this road."""
    own = Q(account__in=person.own_accounts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lanyard.erasing', 'on', true)")
    for invoice in Invoice.objects.filter(own):
        bill_to = _without_address(invoice.bill_to)
        _save(invoice, bill_to=bill_to, reason=invoice.reason and ERASED)
    for invoice in Invoice.objects.exclude(own).filter(spoken_of(person)):
        bill_to = {
            key: ERASED if without(str(value), person.names) != str(value) else value
            for key, value in invoice.bill_to.items()
        }
        named = without(invoice.reason, person.names) != invoice.reason
        _save(invoice, bill_to=bill_to, reason=ERASED if named else invoice.reason)
    for line in InvoiceLine.objects.filter(invoice__account__in=person.own_accounts):
        _save(line, note=without(orders.without_numbers(line.note), person.names))
    for line in InvoiceLine.objects.filter(person.mentioned("note")):
        _save(line, note=without(line.note, person.names))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lanyard.erasing', '', true)")


def _emptied(values: dict) -> dict:
    return {
        key: ERASED if value and key in (*WORDS, "system", "value") else value
        for key, value in values.items()
    }


def _save(row, **values) -> None:
    type(row)._base_manager.filter(pk=row.pk).update(**values)
