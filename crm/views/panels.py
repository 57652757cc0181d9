"""What do contacts and accounts show of themselves on their pages, part by part?"""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from tms.models import User
from tms.ui import timeline
from tms.ui.access import allowed, staff

from .. import viewing
from ..forms import countries
from ..models import Account, Contact, CustomField, CustomFieldKind

CHANGES = ("contact", "account", "passes", "registrations")


def contact_details(request, contact) -> str:
    """The facts at the side. Four statements at most."""
    fields = list(CustomField.objects.living())
    context = {
        "contact": contact,
        "memberships": contact.memberships.select_related("account").order_by("account__name_key"),
        "external_ids": list(contact.external_ids.all()),
        "language": dict(settings.LANGUAGES).get(contact.language, contact.language),
        "zone": contact.time_zone.rpartition("/")[2].replace("_", " "),
        "invited_at": invited_at(contact),
        "custom": [(field, shown(field, contact.custom.get(field.key))) for field in fields],
        "may_change": allowed(request.user, "crm.change_people") and not contact.archived_at,
    }
    return render_to_string("crm/_contact_details.html", context, request=request)


def shown(field, value):
    """A custom value as people read it."""
    if value is None:
        return ""
    if field.kind == CustomFieldKind.YES_NO:
        return _("Yes") if value else _("No")
    return timeline.day(value) if field.kind == CustomFieldKind.DATE else value


def invited_at(contact):
    """When a sign-in was made for who hasn't taken it yet; None without an open invitation."""
    if contact.user_id or not contact.email:
        return None
    waiting = User.objects.filter(email=contact.email, last_login=None)
    return waiting.values_list("joined_at", flat=True).first()


def contact_history(request, contact, *, panel=True) -> str:
    return timeline.draw(
        request,
        timeline.of_contact(contact.pk),
        url=reverse("crm:contact_history", args=[contact.pk]),
        here=("contact", contact.pk),
        changes=CHANGES,
        panel=panel,
        recorded=f"contact={contact.pk}",
    )


def account_details(request, account) -> str:
    """The facts at the side. One statement."""
    context = {
        "account": account,
        "external_ids": list(account.external_ids.all()),
        "country": dict(countries()).get(account.country, account.country),
        "may_change": allowed(request.user, "crm.change_people") and not account.archived_at,
    }
    return render_to_string("crm/_account_details.html", context, request=request)


def account_children(request, account) -> str:
    """The sub-accounts, if it has any. One statement."""
    children = list(
        account.children.living().order_by("name_key", "pk").values("pk", "name", "city")[:101]
    )
    if not children:
        return ""
    context = {"account": account, "children": children[:100], "more": len(children) > 100}
    return render_to_string("crm/_account_children.html", context, request=request)


def account_history(request, account, *, panel=True) -> str:
    return timeline.draw(
        request,
        timeline.of_account(account.pk),
        url=reverse("crm:account_history", args=[account.pk]),
        here=("account", account.pk),
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
    contact = get_object_or_404(Contact.objects.select_related("account__region", "user"), pk=pk)
    return HttpResponse(contact_details(request, contact))


@staff("crm.view_people")
def details_of_account(request, pk):
    if not request.htmx:
        return redirect("crm:account", pk)
    rows = Account.objects.select_related("region", "currency", "parent", "owner", "main_contact")
    return HttpResponse(account_details(request, get_object_or_404(rows, pk=pk)))


@staff("crm.view_people")
def history_of_contact(request, pk):
    """Everything that happened to a contact, by pages; for htmx the section alone."""
    contact = get_object_or_404(Contact.objects.select_related("account"), pk=pk)
    section = contact_history(request, contact, panel="panel" in request.GET)
    if request.htmx and not request.htmx.history_restore_request:
        response = HttpResponse(section)
    else:
        context = {"contact": contact, "section": section}
        response = render(request, "crm/contact_history.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response
