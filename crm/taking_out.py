"""What do we hold about a person, as files they can read and a program can too?"""

import io
import json
import zipfile

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from tms import personal
from tms.personal import Part
from tms.refusals import Refusal

from . import changes, erasure
from .models import Contact

FIRST = ("contact", "own_accounts", "accounts", "memberships", "external_ids")


def parts(contact: Contact) -> list[Part]:
    """Everything, part by part, who they are first; parts without rows are left out."""
    found = personal.held(erasure.person_of(contact))
    return sorted(found, key=lambda part: part.key not in FIRST)


def take_out(contact_id: int, *, at, on, by) -> bytes:
    """A ZIP of `data.json` and the same as a page, `data.html`. Writes `contact.taken_out`.

    Refused for somebody who was erased: nothing is held about them.
    """
    contact = Contact.objects.select_related("user").get(pk=contact_id)
    if contact.erased_at:
        raise Refusal(_("This person was erased; nothing is held about them."))
    found = parts(contact)
    changes.write("contact.taken_out", contact, at=at, on=on, by=by)
    content = {
        "contact": contact.pk,
        "name": contact.name,
        "taken_out_at": at.isoformat(),
        "parts": {part.key: part.rows for part in found},
    }
    page = render_to_string("crm/taken_out.html", {"contact": contact, "parts": found, "at": at})
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(content, indent=1, ensure_ascii=False))
        archive.writestr("data.html", page)
    return file.getvalue()
