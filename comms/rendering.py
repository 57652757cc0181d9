"""What does a message say, filled in for its recipient? Letters for a batch, in a few queries."""

import dataclasses
import functools
import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from catalog import richtext
from crm.models import Account, Contact
from tms import languages
from tms.models import Organisation, User
from tms.occasions import targets
from tms.people.letters import address_of
from tms.refusals import Refusal

from . import fields, liquid, plain, wishes
from .attachments import opened
from .letter import Incomplete, Letter
from .models import Message, Reason, SendingAddress, Template, TemplateFile, Trigger
from .rules import Setting

LONGEST_TITLE = 500
TEST = "test:"
PARAGRAPHS = re.compile(r"<p>\s*</p>")


@dataclasses.dataclass(frozen=True)
class Draft:
    """What is to be written: a template, about a subject, to somebody.

    Without a subject the fields are filled in with their examples. `sender_id`: from whom, None for
    the default.
    """

    template: Template
    subject_kind: str = ""
    subject_id: int | None = None
    contact_id: int | None = None
    user_id: int | None = None
    address: str = ""
    account_id: int | None = None
    sender_id: int | None = None


def letters(messages: Iterable[Message], *, now: Setting) -> dict[int, Letter | Incomplete]:
    """The letter of each message by its id, or why there is none.

    In the recipient's language, with what is true now. Ten queries, and for each kind of subject
    and language those of its facts, for any number of messages.
    """
    messages = list(messages)
    triggers = Trigger.objects.select_related("template").in_bulk(
        {each.trigger_id for each in messages if each.trigger_id}
    )
    templates = Template.objects.in_bulk(
        {each.template_id for each in messages if each.template_id and not each.trigger_id}
    )
    found: dict[int, Letter | Incomplete] = {}
    drafts = {}
    for message in messages:
        trigger = triggers.get(message.trigger_id)
        template = trigger.template if trigger else templates.get(message.template_id)
        if template is None:
            found[message.pk] = Incomplete(_("Its template isn't there any more."))
            continue
        drafts[message.pk] = Draft(
            template,
            message.subject_kind,
            message.subject_id,
            message.contact_id,
            message.user_id,
            message.to,
            message.account_id,
            trigger.sender_id if trigger else None,
        )
    return found | write(drafts, now=now, kept=_kept(messages))


def write(drafts: dict[Any, Draft], *, now: Setting, checked=True, kept=None) -> dict[Any, Any]:
    """The letter of each draft, or why there is none. `checked`: only what could be sent like this.

    `kept` are (title, text, html) of those that were written when they were asked for.
    """
    with timezone.override(now.zone):
        material = _Material(drafts.values())
        return {
            key: _written(draft, material, checked, (kept or {}).get(key))
            for key, draft in drafts.items()
        }


def _kept(messages) -> dict[int, tuple[str, str, str]]:
    return {
        each.pk: (each.title, each.text, each.html)
        for each in messages
        if each.occurrence.startswith(TEST) and each.html
    }


class _Material:
    """Everything that the drafts speak of, fetched at once."""

    def __init__(self, drafts: Iterable[Draft]):
        drafts = list(drafts)
        self.organisation = Organisation.objects.filter(pk=1).first() or Organisation()
        self.contacts = Contact.objects.select_related("user").in_bulk(
            {each.contact_id for each in drafts} - {None}
        )
        self.users = User.objects.in_bulk({each.user_id for each in drafts} - {None})
        accounts = {each.account_id for each in drafts} - {None}
        self.accounts = dict(Account.objects.filter(pk__in=accounts).values_list("pk", "name"))
        self.senders = {row.pk: row for row in SendingAddress.objects.living()}
        self.files = _files({each.template.pk for each in drafts} - {None})
        self.facts = self._facts(drafts)

    def _facts(self, drafts):
        """{(target, kind, language): {id: facts}}, each asked for once."""
        wanted: dict[tuple, set] = {}
        for each in drafts:
            if each.subject_id is not None:
                key = (each.template.target, each.subject_kind, self.language_of(each))
                wanted.setdefault(key, set()).add(each.subject_id)
        found = {}
        for (target, kind, language), ids in wanted.items():
            with translation.override(language):
                known = targets().get(target)
                found[target, kind, language] = known.facts(kind, sorted(ids)) if known else {}
        return found

    def language_of(self, draft: Draft) -> str:
        person = self.contacts.get(draft.contact_id) or self.users.get(draft.user_id)
        user = getattr(person, "user", None)
        chosen = (each.language for each in (person, user) if each)
        return languages.of_recipient(*chosen, organisation=self.organisation)

    def values_of(self, draft: Draft) -> dict | None:
        """What the template may be filled in with; None where the subject is gone."""
        target = draft.template.target
        if draft.subject_id is None:
            return fields.known(fields.examples(target), target)
        key = (target, draft.subject_kind, self.language_of(draft))
        facts = self.facts[key].get(draft.subject_id)
        if facts is None:
            return None
        contact = draft.contact_id
        values = {
            **facts,
            "recipient": self.recipient_of(draft),
            "account": {"name": self.accounts.get(draft.account_id)},
            "organisation": {
                "name": self.organisation.name,
                "contact_email": self.organisation.contact_email,
            },
            "links": {
                "catalogue": address_of("lms:catalogue"),
                "profile": address_of("lms:profile"),
                "preferences": wishes.manage_link(contact)
                if contact
                else address_of("lms:profile"),
            },
        }
        return fields.known(values, target)

    def recipient_of(self, draft: Draft) -> dict:
        if contact := self.contacts.get(draft.contact_id):
            names = {"first_name": contact.first_name, "last_name": contact.last_name}
            return names | {"name": contact.name, "email": contact.email}
        if user := self.users.get(draft.user_id):
            first, _blank, last = user.name.partition(" ")
            names = {"first_name": first, "last_name": last}
            return names | {"name": str(user), "email": user.email}
        return {"email": draft.address}

    def sender_of(self, draft: Draft) -> SendingAddress | None:
        """Who it is from: only who confirmed it, and whoever a trigger names before the default."""
        if draft.sender_id is None:
            found = next((row for row in self.senders.values() if row.is_default), None)
        else:
            found = self.senders.get(draft.sender_id)
        return found if found and found.confirmed_at else None


def _files(template_ids) -> dict[int, tuple | None]:
    """What goes with each template as (name, content, type); None where a file is lost."""
    found: dict[int, list] = {}
    for row in TemplateFile.objects.filter(template_id__in=template_ids).order_by("pk"):
        found.setdefault(row.template_id, []).append(opened(row))
    return {pk: None if None in files else tuple(files) for pk, files in found.items()}


def _written(draft: Draft, material: _Material, checked: bool, kept) -> Letter | Incomplete:
    sender, recipient = material.sender_of(draft), material.recipient_of(draft)
    files = material.files.get(draft.template.pk, ())
    if sender is None and checked:
        return Incomplete(_("Its sending address isn't confirmed."), Reason.NO_SENDER)
    if not recipient.get("email") and checked:
        return Incomplete(_("The recipient has no email address."))
    if files is None:
        return Incomplete(_("A file that goes with the template is lost. Attach it again."))
    try:
        title, text, html = kept or _composed(draft, material)
    except liquid.Empty as empty:
        return Incomplete(missing(empty.field, draft.template.target))
    except liquid.TooMuch:
        return Incomplete(_("What it becomes is too long."))
    except Refusal as no:
        return Incomplete(str(no))
    contact_id, kind = draft.contact_id, draft.template.kind
    return Letter(
        to=recipient.get("email") or "",
        to_name=fields.line_of(recipient.get("name")),
        sender=sender.email if sender else "",
        sender_name=sender.name if sender else "",
        title=title,
        text=text,
        html=html,
        kind=kind,
        files=files,
        unsubscribe=wishes.unsubscribe_link(contact_id, kind) if contact_id else "",
    )


def _composed(draft: Draft, material: _Material) -> tuple[str, str, str]:
    """Title, text and HTML. Raises what `liquid.filled` does, and Refusal without a subject."""
    values = material.values_of(draft)
    if values is None:
        raise Refusal(_("What it is about isn't there any more."))
    title, body = said(draft.template, values)
    manage = wishes.manage_link(draft.contact_id) if draft.contact_id else ""
    with translation.override(material.language_of(draft)):
        html, text = framed(title, body, organisation=material.organisation, manage=manage)
    return title, text, html


def said(template: Template, values: dict) -> tuple[str, str]:
    """Subject and body with the values filled in: a line of text, and clean HTML.

    Raises what `liquid.filled` does.
    """
    title = " ".join(liquid.filled(template.subject, values, markup=False).split())
    if len(title) > LONGEST_TITLE:
        title = f"{title[: LONGEST_TITLE - 1]}…"
    body = richtext.clean(liquid.filled(template.body, values, markup=True))
    return title, PARAGRAPHS.sub("", body)


def missing(field: str, target: str) -> str:
    known = fields.by_name(target).get(field)
    if known is None:
        return _("There is no field “%(name)s” any more. Take it out of the template.") % {
            "name": field[:80]
        }
    return _("“%(label)s” is empty here.") % {"label": known.label}


@functools.cache
def inliner():
    """What writes the styles of a letter into its elements, as mail programs want it."""
    import css_inline  # loaded by who writes a letter

    return css_inline.CSSInliner(load_remote_stylesheets=False)


def framed(title: str, body: str, *, organisation, manage: str) -> tuple[str, str]:
    """The whole letter as HTML and as text: with who we are, and how to get less of it."""
    logo = organisation.logo.name.rpartition("/")[2] if organisation.logo else ""
    context = {
        "title": title,
        "body": SafeString(body),
        "text": SafeString(plain.text_of(body)),
        "organisation": organisation,
        "logo": address_of("people:logo", logo) if logo else "",
        "manage": manage,
        "site_url": settings.SITE_URL,
    }
    html = inliner().inline(render_to_string("comms/mail/frame.html", context))
    return html, render_to_string("comms/mail/frame.txt", context).strip() + "\n"
