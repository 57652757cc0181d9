"""What does the log say of messages: what each says, to whom, about what, and what became of it?"""

from django.db.models import F, TextField, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.models.contact import called
from tms import days
from tms.occasions import Target, occasions, targets
from tms.ui import register

from .models import Message, MessageState, Reason

# What its subject line is, or what it is written by before it has one.
SAID = Coalesce(
    NullIf(F("title"), Value("")),
    F("template__name"),
    F("trigger__template__name"),
    Value(""),
    output_field=TextField(),
)
# The same, where a list reads it: so that counting its rows joins nothing.
SAYS = ("title", "template__name", "trigger__template__name")
RECIPIENT = (
    "contact_id",
    "contact__first_name",
    "contact__last_name",
    "contact__email",
    "user_id",
    "user__name",
    "user__email",
    "to",
)
BECAME = ("state", "reason", "trouble", "attempts", "next_at", "late", "resend_of_id")
UNCLEAR = gettext_lazy("May have left. Look before you send it again.")


def messages():
    """All messages, each with what it says (`said`)."""
    return Message.objects.annotate(said=SAID)


def said(row) -> str:
    """The subject line of a row of SAYS; a message of neither rule nor template has none."""
    return next((row[name] for name in SAYS if row[name]), "") or _("Without a subject")


def recipient(row) -> str:
    """Whom a row of RECIPIENT is written to, by name."""
    if row["contact_id"]:
        names = (row["contact__first_name"], row["contact__last_name"])
        return called(*names, row["contact__email"])
    if row["user_id"]:
        return row["user__name"] or row["user__email"]
    return row["to"] or _("Nobody")


def address(row) -> str:
    """Where it was sent to, or would be."""
    return row["to"] or row["contact__email"] or row["user__email"] or ""


def why(row) -> str:
    """What is to be known of its state, in a few words, from a row of BECAME."""
    state = row["state"]
    said = [str(Reason(row["reason"]).label)] if row["reason"] else []
    if state == MessageState.UNCLEAR:
        said.append(str(UNCLEAR))
    if row["attempts"] and state in (MessageState.QUEUED, MessageState.FAILED):
        said.append(_("Attempts: %(number)s.") % {"number": days.number(row["attempts"])})
    if row["trouble"] and state != MessageState.SENT:
        said.append(row["trouble"])
    if row["attempts"] and row["next_at"] and state == MessageState.QUEUED:
        said.append(_("Next at %(moment)s") % {"moment": days.moment(row["next_at"])})
    if row["resend_of_id"]:
        said.append(_("Sent again"))
    if row["late"]:
        said.append(_("Late"))
    return " ".join(said)


def about(pairs, user) -> dict[tuple[str, int], tuple[str, str]]:
    """{(kind, id): (name, address or "")} of what messages are about. One statement a kind."""
    wanted: dict[str, set[int]] = {}
    for kind, pk in pairs:
        wanted.setdefault(kind, set()).add(pk)
    known = {names.noun: names.find for names in register.all_of().names}
    found = {}
    for kind, ids in sorted(wanted.items()):
        names = known[kind](ids, user) if kind in known else {}
        for pk in ids:
            text, url = names.get(pk) or (f"#{pk}", "")
            found[kind, pk] = (text, url and (page(kind, pk) or url))
    return found


def page(kind: str, pk: int) -> str:
    """The page of what a message is about, or "" where it has none."""
    target = target_of(kind)
    return target.page(kind, pk) if target else ""


def target_of(kind: str) -> Target | None:
    """What subjects of a kind are: a trigger's Target."""
    key = next((each.target for each in occasions().values() if each.kind == kind), None)
    return targets()[key] if key else None
