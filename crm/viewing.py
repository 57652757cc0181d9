"""For whom is the learner site shown: for oneself, or for staff through a learner's eyes?"""

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tms.compiled import Rows
from tms.refusals import Refusal
from tms.ui.access import allowed

from . import changes
from .models import Contact

KNOWN = Contact.objects.living().select_related("account__main_contact")
BY_ID = Rows(lambda pk: KNOWN.filter(pk=pk))
BY_USER = Rows(lambda user: KNOWN.filter(user=user, may_sign_in=True).order_by("pk")[:1])

KEY = "viewing_contact"
PERMISSION = "crm.view_as_learner"
SAFE = {"GET", "HEAD", "OPTIONS"}


def acting_contact(request) -> tuple[Contact | None, bool]:
    """(who the learner site is shown for, is it only to be looked at?). Two queries at most.

    (None, False) for visitors, staff without a contact, and contacts who are archived or may not
    sign in. While staff view as a learner, whatever would change something raises
    PermissionDenied. Call it first in every view of the learner site.
    """
    if not hasattr(request, "_acting"):
        request._acting = _acting(request)
    contact, read_only = request._acting
    if read_only and request.method not in SAFE:
        raise PermissionDenied(
            _("You look at the LMS as %(name)s. Stop viewing as a learner to change anything.")
            % {"name": contact}
        )
    return contact, read_only


def viewed(request) -> Contact | None:
    """The learner through whose eyes staff look, for the banner. Asks nothing without one."""
    if KEY not in request.session or not allowed(request.user, PERMISSION):
        return None
    contact, read_only = getattr(request, "_acting", None) or _acting(request)
    return contact if read_only else None


@transaction.atomic
def start(request, contact: Contact) -> None:
    """Look at the learner site as `contact`, until `stop`, sign-out or the session's end."""
    if contact.archived_at:
        raise Refusal(_("%(name)s is archived and sees nothing.") % {"name": contact})
    request.session[KEY] = contact.pk
    _write("contact.viewing_started", contact, request)


@transaction.atomic
def stop(request) -> Contact | None:
    """Be oneself again; returns who was looked through."""
    contact = Contact.objects.filter(pk=request.session.pop(KEY, None)).first()
    request.__dict__.pop("_acting", None)
    if contact:
        _write("contact.viewing_ended", contact, request)
    return contact


def _acting(request):
    user = request.user
    if not user.is_authenticated:
        return None, False
    if KEY in request.session:
        if allowed(user, PERMISSION):
            contact = BY_ID.one(pk=request.session[KEY])
            if contact:
                return contact, True
        del request.session[KEY]
    return BY_USER.one(user=user.pk), False


def _write(kind, contact, request) -> None:
    changes.write(kind, contact, at=request.now, on=request.today, by=request.user)
