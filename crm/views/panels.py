"""What do contacts and accounts show of themselves on their pages, part by part?"""

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import formats
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from tms.compiled import Question, Rows
from tms.models import User
from tms.ui import timeline
from tms.ui.access import allowed, staff

from .. import doubles, fields, preferences, viewing
from ..forms import countries
from ..models import Account, Contact, CustomFieldKind, ExternalId, Membership

CHANGES = ("contact", "account", "passes", "registrations", "tokens")


MEMBERSHIPS = Rows(
    lambda contact_id: (
        Membership.objects.filter(contact=contact_id)
        .select_related("account")
        .order_by("account__name_key")
    )
)
IDS_OF_CONTACT = Rows(lambda contact_id: ExternalId.objects.filter(contact=contact_id))
IDS_OF_ACCOUNT = Rows(lambda account_id: ExternalId.objects.filter(account=account_id))
MANAGERS = Rows(
    lambda account_id: Contact.objects.filter(manages__account=account_id).order_by(
        "name_key", "pk"
    )
)
CHILDREN = Rows(
    lambda parent_id: (
        Account.objects.living()
        .filter(parent=parent_id)
        .order_by("name_key", "pk")
        .values("pk", "name", "city")[:101]
    )
)
INVITED = Question(
    lambda email: User.objects.filter(email=email, last_login=None).values_list("joined_at")
)


# A page asks it once: who they are, and under which other ids their history stands.
PAGE = Rows(
    lambda pk: (
        Contact.objects.filter(pk=pk)
        .select_related("account__region", "user", "account__owner")
        .annotate(merged_ids=merged_ids(Contact))
    )
)


def merged_ids(model):
    """The ids of what was merged into a row, in the statement that reads it."""
    return ArraySubquery(
        model.objects.filter(merged_into=OuterRef("pk")).order_by("pk").values("pk")
    )


def contact_details(request, contact) -> str:
    """The facts at the side. Four statements at most."""
    context = {
        "contact": contact,
        "memberships": MEMBERSHIPS(contact_id=contact.pk),
        "external_ids": IDS_OF_CONTACT(contact_id=contact.pk),
        "language": dict(settings.LANGUAGES).get(contact.language, contact.language),
        "zone": contact.time_zone.rpartition("/")[2].replace("_", " "),
        "invited_at": invited_at(contact),
        "custom": [
            (field, shown(field, contact.custom.get(field.key))) for field in fields.living()
        ],
        "receives": preferences.in_words(contact),
        "may_change": allowed(request.user, "crm.change_people") and not contact.archived_at,
    }
    return render_to_string("crm/_contact_details.html", context, request=request)


def shown(field, value):
    """A custom value as people read it."""
    if value is None:
        return ""
    if field.kind == CustomFieldKind.YES_NO:
        return _("Yes") if value else _("No")
    if field.kind == CustomFieldKind.NUMBER:
        return str(value).replace(".", formats.get_format("DECIMAL_SEPARATOR"))
    return timeline.day(value) if field.kind == CustomFieldKind.DATE else value


def invited_at(contact):
    """When a sign-in was made for who hasn't taken it yet; None without an open invitation."""
    if contact.user_id or not contact.email:
        return None
    return INVITED.value(email=contact.email)


def contact_history(request, contact, *, panel=True) -> str:
    return timeline.draw(
        request,
        timeline.of_contact(contact.pk, *contact.merged_ids),
        url=reverse("crm:contact_history", args=[contact.pk]),
        here=("contact", contact.pk, contact.name),
        changes=CHANGES,
        panel=panel,
        recorded=f"contact={contact.pk}",
    )


def account_details(request, account) -> str:
    """The facts at the side. Two statements."""
    context = {
        "account": account,
        "external_ids": IDS_OF_ACCOUNT(account_id=account.pk),
        "managers": MANAGERS(account_id=account.pk),
        "country": dict(countries()).get(account.country, account.country),
        "may_change": allowed(request.user, "crm.change_people") and not account.archived_at,
    }
    return render_to_string("crm/_account_details.html", context, request=request)


def account_children(request, account) -> str:
    """The sub-accounts, if it has any. One statement."""
    children = CHILDREN(parent_id=account.pk)
    if not children:
        return ""
    context = {"account": account, "children": children[:100], "more": len(children) > 100}
    return render_to_string("crm/_account_children.html", context, request=request)


def account_history(request, account, *, panel=True) -> str:
    return timeline.draw(
        request,
        timeline.of_account(account.pk, *account.merged_ids),
        url=reverse("crm:account_history", args=[account.pk]),
        here=("account", account.pk, account.name),
        changes=CHANGES,
        panel=panel,
        recorded=f"account={account.pk}",
    )


def learner_banner(request, _subject) -> str:
    """On the learner site: through whose eyes staff look, and the way out."""
    contact = viewing.viewed(request)
    if contact is None:
        return ""
    return render_to_string("crm/_viewing.html", {"contact": contact}, request=request)


# One of them alone, at its own address


@staff("crm.view_people")
def details_of_contact(request, pk):
    if not request.htmx:
        return redirect("crm:contact", pk)
    rows = Contact.objects.select_related("account__region", "user")
    contact = doubles.lead_on(request, get_object_or_404(rows, pk=pk))
    return HttpResponse(contact_details(request, contact))


@staff("crm.view_people")
def details_of_account(request, pk):
    if not request.htmx:
        return redirect("crm:account", pk)
    rows = Account.objects.select_related("region", "currency", "parent", "owner", "main_contact")
    account = doubles.lead_on(request, get_object_or_404(rows, pk=pk))
    return HttpResponse(account_details(request, account))


@staff("crm.view_people")
def history_of_contact(request, pk):
    """Everything that happened to a contact, by pages; for htmx the section alone."""
    contact = doubles.lead_on(request, PAGE.or_404(pk=pk))
    section = contact_history(request, contact, panel="panel" in request.GET)
    if request.htmx and not request.htmx.history_restore_request:
        response = HttpResponse(section)
    else:
        context = {"contact": contact, "section": section}
        response = render(request, "crm/contact_history.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
