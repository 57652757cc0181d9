"""How is it told what happened to contacts and accounts?"""

from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Region, Unit
from tms.compiled import Question, Rows
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.timeline import Told, day, value

from .models import Account, Change, Contact, CustomField
from .models.contact import called

# What the journal calls by an id, and who knows its name.
NOUNS = {
    "region": "region",
    "currency": "unit",
    "parent": "account",
    "account": "account",
    "main_contact": "contact",
    "contact": "contact",
    "owner": "user",
    "stage": "stage",
}
DAYS = {"closes_on", "closed_on"}
# What a merging says of the one that is gone.
OF_A_MERGING = ("merged", "merged_name", "merged_email")
LABELS = {
    "region": gettext_lazy("Region"),
    "main_contact": gettext_lazy("Main contact"),
    "notes": gettext_lazy("Notes"),
}

# Names


PEOPLE = Question(
    lambda ids: Contact.objects.filter(pk__in=ids).values_list(
        "pk", "first_name", "last_name", "email"
    )
)
REGIONS = Question(lambda ids: Region.objects.filter(pk__in=ids).values_list("pk", "name"))
UNITS = Rows(lambda ids: Unit.objects.filter(pk__in=ids))
COMPANIES = Question(lambda ids: Account.objects.filter(pk__in=ids).values_list("pk", "name"))


def contacts(ids, user) -> dict:
    may = allowed(user, "crm.view_people")
    return {
        pk: (called(first, last, email), page_of("crm:contact", pk) if may else "")
        for pk, first, last, email in PEOPLE(ids=ids)
    }


def accounts(ids, user) -> dict:
    may = allowed(user, "crm.view_people")
    return {
        pk: (name, page_of("crm:account", pk) if may else "") for pk, name in COMPANIES(ids=ids)
    }


def changes(ids, user) -> dict:
    return {change.pk: change for change in Change.objects.filter(pk__in=ids)}


def regions(ids, user) -> dict:
    return {pk: (name, "") for pk, name in REGIONS(ids=ids)}


def units(ids, user) -> dict:
    return {unit.pk: (str(unit), "") for unit in UNITS(ids=ids)}


def custom_fields(keys, user) -> dict:
    found = CustomField.objects.filter(key__in=keys).values_list("key", "label")
    return {key: (label, "") for key, label in found}


# Facts


def contact_created(row, names):
    return {
        "import": _("Contact imported"),
        "sign-up": _("Contact made by signing up"),
    }.get(row.source) or format_html(_("{name} added"), name=names("contact", row.contact_id))


def contact_edited(row, names):
    title = format_html(_("{name} edited"), name=names("contact", row.contact_id))
    return Told(title, changes=lines(Contact, row, names))


def account_edited(row, names):
    return Told(_("Account edited"), changes=lines(Account, row, names))


def account_changed(row, names):
    before, after = row.before.get("account"), row.after.get("account")
    return Told(
        format_html(_("{name} moved to another account"), name=names("contact", row.contact_id)),
        changes=[(_("Primary account"), names("account", before), names("account", after))],
    )


def contact_left(row, names):
    return format_html(
        _("{name} moved to {account}, and stays linked to this one")
        if row.after.get("kept")
        else _("{name} moved to {account}"),
        name=names("contact", row.after.get("contact")),
        account=names("account", row.after.get("account")),
    )


def account_added(row, names):
    return format_html(
        _("{name} belongs to {account} too"),
        name=names("contact", row.contact_id),
        account=names("account", row.after.get("account")),
    )


def account_removed(row, names):
    return format_html(
        _("{name} doesn't belong to {account} any more"),
        name=names("contact", row.contact_id),
        account=names("account", row.before.get("account")),
    )


def external_id_added(row, names):
    change = names.row("change", row.after.get("change"))
    return Told(_("External ID added"), details=_id(change.after) if change else "")


def external_id_removed(row, names):
    change = names.row("change", row.after.get("change"))
    return Told(_("External ID removed"), details=_id(change.before) if change else "")


def contact_archived(row, names):
    return format_html(_("{name} archived"), name=names("contact", row.contact_id))


def contact_restored(row, names):
    return format_html(_("{name} restored"), name=names("contact", row.contact_id))


def contact_taken_out(row, names):
    return format_html(_("Data about {name} taken out"), name=names("contact", row.contact_id))


def contact_merged(row, names):
    return _merged(Contact, row, names)


def account_merged(row, names):
    return _merged(Account, row, names)


def _merged(model, row, names):
    """Who became part of whom, and what was filled in; the words are gone where it was erased."""
    change = names.row("change", row.after.get("change"))
    words = change.after if change else {}
    title = format_html(_("{name} became part of this one"), name=words.get("merged_name", ""))
    if not words.get("merged_name"):
        title = _("Another one became part of this one")
    return Told(title, details=words.get("merged_email") or "", changes=lines(model, row, names))


def contact_linked(row, names):
    return format_html(_("{name} signs in to the LMS now"), name=names("contact", row.contact_id))


def contact_invited(row, names):
    return format_html(_("{name} invited to the LMS"), name=names("contact", row.contact_id))


def address_asked(row, names):
    change = names.row("change", row.after.get("change"))
    return Told(
        _("Asked to confirm a new email address"), details=change.after["email"] if change else ""
    )


def email_changed(row, names):
    title = format_html(_("Email address of {name} changed"), name=names("contact", row.contact_id))
    return Told(title, changes=[(_("Email"), *each[1:]) for each in lines(Contact, row, names)])


def viewing_started(row, names):
    return format_html(_("LMS viewed as {name}"), name=names("contact", row.contact_id))


def viewing_ended(row, names):
    return format_html(_("Stopped viewing as {name}"), name=names("contact", row.contact_id))


# Before and after


def lines(model, row, names) -> list:
    """(label, before, after) of each column and custom value that the fact changed."""
    change = names.row("change", row.after.get("change"))
    if change is None:
        return []
    found = []
    for name in sorted({*change.before, *change.after} - {"custom", *OF_A_MERGING}):
        before = _value(name, change.before.get(name), names)
        after = _value(name, change.after.get(name), names)
        label = LABELS.get(name) or model._meta.get_field(name).verbose_name
        found.append((str(label).capitalize(), before, after))
    before, after = change.before.get("custom", {}), change.after.get("custom", {})
    for key in sorted({*before, *after}):
        if before.get(key) == after.get(key):
            continue
        label = (names.row("custom_field", key) or (key, ""))[0]
        found.append((label, value(before.get(key)), value(after.get(key))))
    return found


def _value(name, given, names):
    if name in NOUNS:
        return names(NOUNS[name], given)
    if name in DAYS:
        return day(given)
    if name == "language":
        return dict(settings.LANGUAGES).get(given, given)
    return value(given)


def _id(words: dict) -> str:
    return f"{words.get('system', '')} {words.get('value', '')}".strip()
