"""How is it told what happened to templates and sending addresses?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.occasions import targets
from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact, Names
from tms.ui.timeline import Told, value

from .models import SendingAddress, Template, TemplateKind

LABELS = {
    "name": gettext_lazy("Name"),
    "target": gettext_lazy("Target"),
    "kind": gettext_lazy("Kind"),
    "subject": gettext_lazy("Subject"),
    "email": gettext_lazy("Email address"),
}


def templates(ids, user) -> dict:
    may = allowed(user, "comms.view_communications")
    found = Template.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: (name, page_of("comms:template", pk) if may else "") for pk, name in found}


def senders(ids, user) -> dict:
    found = SendingAddress.objects.filter(pk__in=ids)
    return {row.pk: (str(row), "") for row in found}


def created(row, names):
    if source := row.after.get("copy_of"):
        return format_html(_("Made as a copy of {template}"), template=names("template", source))
    return _("Made")


def edited(row, names):
    return Told(
        _("Edited"),
        _("Text") if "body" in row.after else "",
        [
            (label, written(name, row.before.get(name)), written(name, row.after[name]))
            for name, label in LABELS.items()
            if name in row.after
        ],
    )


def written(name, given) -> str:
    if name == "target" and given in targets():
        return str(targets()[given].label)
    if name == "kind":
        return str(dict(TemplateKind.choices).get(given, given))
    return value(given)


def added(row, names):
    return Told(_("Added"), row.after.get("email", ""))


def file_added(row, names):
    return Told(_("File attached"), row.after.get("file", ""))


def file_removed(row, names):
    return Told(_("File removed"), row.before.get("file", ""))


FACTS = [
    Fact("template.created", "plus", created),
    Fact("template.edited", "pencil", edited),
    Fact("template.archived", "archive", gettext_lazy("Archived")),
    Fact("template.restored", "archive-restore", gettext_lazy("Restored")),
    Fact("template.file_added", "paperclip", file_added),
    Fact("template.file_removed", "trash-2", file_removed),
    Fact("sending_address.added", "plus", added),
    Fact("sending_address.edited", "pencil", edited),
    Fact("sending_address.asked", "send", gettext_lazy("Link sent again")),
    Fact("sending_address.confirmed", "check", gettext_lazy("Confirmed"), "good"),
    Fact("sending_address.made_default", "check", gettext_lazy("Made the default")),
    Fact("sending_address.removed", "trash-2", gettext_lazy("Removed")),
]
NAMES = [Names("template", templates), Names("sending_address", senders)]
