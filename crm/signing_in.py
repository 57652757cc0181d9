"""With which sign-in does somebody come in who was there twice? With one; the other one ends."""

from django.utils.translation import gettext as _

from tms.consequences import Consequence
from tms.people import staff

from .merged_parts import Filled
from .models import Contact


def keep_one(kept: Contact, gone: Contact, filled: Filled, *, at, on, by) -> list[Consequence]:
    """Leave the one kept with one sign-in: its own, or the other one's where it has none.

    The other sign-in is disabled and its sessions end; of who works in the back office it stays,
    and is no learner any more.
    """
    if gone.user is None:
        return []
    user = gone.user
    Contact.objects.filter(pk=gone.pk).update(user=None)
    words = {"email": user.email, "name": kept}
    if kept.user is None:
        filled.values["user"] = user
        return [Consequence("stays", _("%(name)s signs in as %(email)s from now on.") % words, 1)]
    if user.is_staff:
        sentence = _("%(email)s stays a sign-in of the back office, and is no learner any more.")
        return [Consequence("stays", sentence % words, 1)]
    words["kept"] = kept.user.email
    sentence = _("%(email)s can't sign in any more: %(name)s signs in as %(kept)s.")
    told = [Consequence("closes", sentence % words, 1)]
    if user.is_active:
        told += staff.disable(user.pk, by=None, at=at, on=on)
    return told
