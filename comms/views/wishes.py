"""What somebody receives, by the link in an email: without signing in."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm import preferences
from crm.preferences import WISHES

from .. import wishes
from ..forms.wishes import WishesForm
from ..models import TemplateKind

# Which wish each kind of message follows.
WISH = {TemplateKind.REMINDER: "reminders", TemplateKind.ANNOUNCEMENT: "announcements"}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request, token):
    """What can be switched off. Only a POST changes anything: mail scanners follow links."""
    contact = wishes.whose(token)
    if contact is None:
        return render(request, "comms/wishes_over.html", status=404)
    form = WishesForm(request.POST or None, instance=contact)
    if request.method == "POST":
        choose(request, contact, {name: name in request.POST for name in WISHES})
        messages.success(request, _("Saved."))
        return redirect(request.path)
    return render(request, "comms/wishes.html", {"form": form, "hint": hint(contact.email)})


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request, token):
    """Where a mail program posts to, as RFC 8058 has it; opened in a browser, the switches.

    Without a CSRF token, which a mail program has none of: the signed address says who asks.
    """
    found = wishes.unwanted(token)
    if found is None:
        return render(request, "comms/wishes_over.html", status=404)
    contact, kind = found
    link = wishes.manage_link(contact.pk)
    if request.method != "POST":
        return redirect(link)
    choose(request, contact, {WISH[kind]: False})
    return render(
        request, "comms/wishes_done.html", {"label": TemplateKind(kind).label, "link": link}
    )


def choose(request, contact, wanted: dict) -> None:
    """Write it down as theirs, whoever is signed in in this browser."""
    preferences.choose(
        contact.pk, **wanted, at=request.now, on=request.today, by=None, source="link"
    )


def hint(email: str | None) -> str:
    """Enough of an address for its owner to know it, and nobody else: a…@kestrel.example."""
    name, at, host = (email or "").rpartition("@")
    return f"{name[:1]}…@{host}" if at else ""
