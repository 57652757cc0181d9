"""What moves when two contacts or two accounts are merged, of what this floor holds?

`merging` calls it in its transaction, with everything locked. Each function is set-based.
"""

import dataclasses
from typing import TYPE_CHECKING

from django.db import connection
from django.db.models import F, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import journal
from tms.consequences import Consequence

from . import accounts
from .models import (
    Account,
    Contact,
    ExternalId,
    InterestContact,
    Invoice,
    Membership,
    Note,
    Opportunity,
    Task,
)
from .preferences import WISHES

if TYPE_CHECKING:
    from .merging import Merge

# What is filled in where the one kept has nothing; an address comes whole or not at all.
OF_A_CONTACT = ("phone", "job_title", "time_zone", "language")
ADDRESS = ("street", "postcode", "city", "country")
OF_AN_ACCOUNT = ("legal_name", "tax_number", "region", "currency", "owner")


@dataclasses.dataclass(frozen=True)
class Filled:
    """What the one kept takes over from the other one: columns, and what they were before."""

    of: str
    values: dict
    before: dict

    @property
    def after(self) -> dict:
        return {name: self.values[name] for name in self.before}

    def told(self) -> list[Consequence]:
        """Which columns, in words."""
        if not self.before:
            return []
        model = Account if self.of == "account" else Contact
        names = [str(model._meta.get_field(name).verbose_name) for name in self.before]
        sentence = _("Filled in from the other one: %(columns)s")
        return [Consequence("stays", sentence % {"columns": ", ".join(names)}, len(names))]


def of_contact(kept: Contact, gone: Contact) -> Filled:
    """What kept takes over: its own values win. Who wants none of something gets none."""
    wanted = {name: getattr(gone, name) for name in OF_A_CONTACT if not getattr(kept, name)}
    if not (kept.first_name or kept.last_name):
        wanted |= {"first_name": gone.first_name, "last_name": gone.last_name}
    if not kept.email and not kept.user_id:
        wanted["email"] = gone.email
    wanted["notes"] = _together(kept.notes, gone.notes)
    wanted["custom"] = {**gone.custom, **kept.custom}
    wanted["is_instructor"] = kept.is_instructor or gone.is_instructor
    for name in WISHES:
        wanted[name] = getattr(kept, name) and getattr(gone, name)
    return _filled("contact", kept, wanted)


def of_account(kept: Account, gone: Account) -> Filled:
    """What kept takes over: its own values win."""
    wanted = {name: getattr(gone, name) for name in OF_AN_ACCOUNT if not getattr(kept, name)}
    if "currency" in wanted and "region" not in wanted and kept.region_id != gone.region_id:
        del wanted["currency"]  # its own region may not be sold in it
    if not any(getattr(kept, name) for name in ADDRESS):
        wanted |= {name: getattr(gone, name) for name in ADDRESS}
    if kept.main_contact_id is None:
        wanted["main_contact"] = gone.main_contact
    wanted["notes"] = _together(kept.notes, gone.notes)
    wanted["custom"] = {**gone.custom, **kept.custom}
    return _filled("account", kept, wanted)


def _together(first: str, second: str) -> str:
    return "\n\n".join(filter(None, [first, second if second not in first else ""]))


def _filled(of: str, kept, wanted: dict) -> Filled:
    values = {name: value for name, value in wanted.items() if value != getattr(kept, name)}
    return Filled(of, values, {name: getattr(kept, name) for name in values})


def called(gone) -> dict:
    """What the other one was called, for the history; the address that is nobody's any more."""
    if isinstance(gone, Contact):
        return {"merged_name": gone.name, "merged_email": gone.email}
    return {"merged_name": gone.name}


# Accounts


def people_moved(merge: "Merge") -> list[Consequence]:
    """Everybody of gone belongs to kept."""
    kept, gone = merge.kept, merge.gone
    own = Contact.objects.filter(account=gone)
    people = list(own.select_for_update(of=("self",), no_key=True).order_by("pk"))
    own.update(account=kept, version=F("version") + 1)
    journal.write_all(
        journal.row(
            "contact.account_changed",
            each.pk,
            contact_id=each.pk,
            account_id=kept.pk,
            before={"account": gone.pk},
            after={"account": kept.pk},
            **merge.who,
        )
        for each in people
        if each.merged_into_id is None
    )
    further = Membership.objects.filter(account=gone)
    there = Q(contact__account=kept) | Q(
        contact__in=Membership.objects.filter(account=kept).values("contact")
    )
    further.filter(there).delete()
    further.update(account=kept)
    Membership.objects.filter(account=kept, contact__account=kept).delete()
    Account.objects.filter(pk=gone.pk).update(main_contact=None)
    shown = [each for each in people if each.archived_at is None]
    if not shown:
        return []
    sentence = ngettext("%(count)s contact moves.", "%(count)s contacts move.", len(shown))
    names = tuple(each.name for each in shown[:5])
    return [Consequence("stays", sentence % {"count": len(shown)}, len(shown), names)]


def children_moved(merge: "Merge", filled: Filled) -> list[Consequence]:
    """What was under gone is under kept, which itself takes gone's place where it was under it."""
    kept, gone = merge.kept, merge.gone
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [accounts.TREE])
    if gone.pk in accounts.above(kept):
        filled.before["parent"], filled.values["parent"] = kept.parent, gone.parent
        kept.parent = gone.parent
    children = Account.objects.filter(parent=gone).exclude(pk=kept.pk)
    names = list(children.order_by("name_key", "pk").values_list("name", flat=True))
    children.update(parent=kept, version=F("version") + 1)
    Account.objects.filter(pk=gone.pk).update(parent=None)
    if not names:
        return []
    sentence = ngettext("%(count)s sub-account moves.", "%(count)s sub-accounts move.", len(names))
    return [Consequence("stays", sentence % {"count": len(names)}, len(names), tuple(names[:5]))]


# Both


def moved(merge: "Merge") -> list[Consequence]:
    """Opportunities, invoices, tasks, notes and external IDs."""
    told = _ids(merge) + _opportunities(merge)
    if merge.noun == "account":
        told += _invoices(merge)
    for model, one, many in (
        (Task, "%(count)s task moves.", "%(count)s tasks move."),
        (Note, "%(count)s note moves.", "%(count)s notes move."),
    ):
        rows = model.objects.filter(**{merge.noun: merge.gone.pk})
        count = rows.update(**{merge.noun: merge.kept, "version": F("version") + 1})
        if count:
            sentence = ngettext(one, many, count)
            told.append(Consequence("stays", sentence % {"count": count}, count))
    return told


def _ids(merge: "Merge") -> list[Consequence]:
    """All of them stay; where one system calls them by two, that is said."""
    of = {merge.noun: merge.kept.pk}
    known: dict[str, list[str]] = {}
    for system, value in ExternalId.objects.filter(**of).values_list("system", "value"):
        known.setdefault(system, []).append(value)
    rows = ExternalId.objects.filter(**{merge.noun: merge.gone.pk})
    theirs = list(rows.order_by("system", "value").values_list("system", "value"))
    rows.update(**{merge.noun: merge.kept})
    if not theirs:
        return []
    told = [
        Consequence(
            "stays",
            ngettext("%(count)s external ID moves.", "%(count)s external IDs move.", len(theirs))
            % {"count": len(theirs)},
            len(theirs),
            tuple(f"{system} {value}" for system, value in theirs[:5]),
        )
    ]
    twice = [
        f"{system} {', '.join([*known[system], value])}"
        for system, value in theirs
        if system in known
    ]
    if twice:
        sentence = _("Called by more than one ID in the same system: look which of them is right")
        told.append(Consequence("stays", sentence, len(twice), tuple(twice[:5])))
    return told


def _opportunities(merge: "Merge") -> list[Consequence]:
    rows = Opportunity.objects.filter(**{merge.noun: merge.gone.pk})
    names = list(rows.order_by("-pk").values_list("name", flat=True))
    rows.update(**{merge.noun: merge.kept, "version": F("version") + 1})
    if merge.noun == "contact":
        meant = InterestContact.objects.filter(contact=merge.gone)
        both = InterestContact.objects.filter(contact=merge.kept).values("interest")
        # Named twice, they are one: the place of the other is nobody's yet.
        meant.filter(interest__in=both).delete()
        meant.update(contact=merge.kept)
    if not names:
        return []
    count = len(names)
    sentence = ngettext("%(count)s opportunity moves.", "%(count)s opportunities move.", count)
    return [Consequence("stays", sentence % {"count": count}, count, tuple(names[:5]))]


def _invoices(merge: "Merge") -> list[Consequence]:
    """An invoice stays as it was issued; whose it is, the database lets change here alone."""
    rows = Invoice.objects.filter(account=merge.gone)
    numbers = list(rows.exclude(number="").order_by("-pk").values_list("number", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lanyard.merging', 'on', true)")
        count = rows.update(account=merge.kept)
        cursor.execute("SELECT set_config('lanyard.merging', '', true)")
    if not count:
        return []
    sentence = ngettext("%(count)s invoice moves.", "%(count)s invoices move.", count)
    return [Consequence("stays", sentence % {"count": count}, count, tuple(numbers[:5]))]
