"""What can happen to a template? Made, edited, copied, archived, restored, tried out on oneself."""

import secrets

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import richtext
from tms import journal
from tms.occasions import targets
from tms.refusals import Refusal, Stale
from tms.text import one_line

from . import attachments, liquid, rendering
from .letter import Incomplete
from .models import Message, MessageState, Template, TemplateFile, TemplateKind
from .rules import setting

TEXTS = ("name", "target", "kind", "subject")


def create(*, name, target, kind, subject, body, at, on, by, operation="") -> Template:
    """Make a template. Refused with what in subject or body can't be filled in."""
    values = _checked(name=name, target=target, kind=kind, subject=subject, body=body)
    return _made(values, at=at, on=on, by=by, operation=operation)


@transaction.atomic
def edit(
    template_id, *, name, target, kind, subject, body, version=None, at, on, by, operation=""
) -> Template:
    """Change what a template says; every message that hasn't left yet is written by it.

    The target stays while a trigger uses it. The same values again record nothing. Locks it.
    """
    template = _locked(template_id, version)
    if template.archived_at:
        raise Refusal(_("It is archived. Restore it first."))
    if target != template.target and (used := _used_by(template)):
        raise Refusal(
            _("The target stays while triggers use it: %(triggers)s. Make a copy instead.")
            % {"triggers": used},
            field="target",
        )
    values = _checked(name=name, target=target, kind=kind, subject=subject, body=body)
    changed = [key for key, value in values.items() if getattr(template, key) != value]
    if not changed:
        return template
    before = {key: getattr(template, key) for key in changed}
    _save(template, **{key: values[key] for key in changed})
    journal.write(
        "template.edited",
        template.pk,
        at=at,
        on=on,
        by=by,
        operation=operation,
        before=_facts(before),
        after=_facts({key: values[key] for key in changed}),
    )
    return template


@transaction.atomic
def duplicate(template_id, *, name, at, on, by, operation="") -> Template:
    """A copy under another name, with copies of its files. No trigger uses it."""
    source = Template.objects.get(pk=template_id)
    values = {key: getattr(source, key) for key in (*TEXTS, "body")}
    values["name"] = _name(name)
    more = {"copy_of": source.pk}
    made = _made(values, at=at, on=on, by=by, operation=operation, more=more)
    attachments.copied(source, made)
    return made


@transaction.atomic
def archive(template_id, *, version=None, at, on, by, operation="") -> None:
    """Put it away. Refused while a trigger uses it."""
    template = _locked(template_id, version)
    if template.archived_at:
        raise Refusal(_("It is already archived."))
    if used := _used_by(template):
        raise Refusal(
            _("Triggers use it: %(triggers)s. Archive them, or give them another template first.")
            % {"triggers": used}
        )
    _save(template, archived_at=at)
    journal.write("template.archived", template.pk, at=at, on=on, by=by, operation=operation)


@transaction.atomic
def restore(template_id, *, version=None, at, on, by, operation="") -> None:
    template = _locked(template_id, version)
    if not template.archived_at:
        raise Refusal(_("It isn't archived."))
    _save(template, archived_at=None)
    journal.write("template.restored", template.pk, at=at, on=on, by=by, operation=operation)


@transaction.atomic
def attach(template_id, upload, *, at, on, by, operation="") -> TemplateFile:
    """Let a file go with every message. Refused for other kinds of files, and for too much."""
    template = _locked(template_id)
    values = attachments.checked(upload, list(template.files.all()))
    row = TemplateFile.objects.create(template=template, **values)
    _save(template)
    after = {"file": row.name}
    journal.write(
        "template.file_added", template.pk, at=at, on=on, by=by, operation=operation, after=after
    )
    return row


@transaction.atomic
def detach(template_id, file_id, *, at, on, by, operation="") -> None:
    """Let a file go with no further message; those that have left keep it."""
    template = _locked(template_id)
    row = template.files.filter(pk=file_id).first()
    if row is None:
        raise Refusal(_("That file is gone already."))
    before = {"file": row.name}
    attachments.forget(row)
    _save(template)
    journal.write(
        "template.file_removed",
        template.pk,
        at=at,
        on=on,
        by=by,
        operation=operation,
        before=before,
    )


@transaction.atomic
def send_test(template_id, *, kind="", subject_id=None, account_id=None, at, on, by) -> Message:
    """Put a letter to `by` into the outbox, about a record of their choice or with examples.

    Written at once, so that it says what was looked at. Refused where it can't be filled in.
    """
    template = Template.objects.get(pk=template_id)
    draft = rendering.Draft(
        template, kind, subject_id, user_id=by.pk, account_id=account_id if subject_id else None
    )
    letter = rendering.write({0: draft}, now=setting(at))[0]
    if isinstance(letter, Incomplete):
        raise Refusal(letter.why)
    return Message.objects.create(
        template=template,
        subject_kind=kind or template.target,
        subject_id=subject_id or 0,
        occurrence=f"{rendering.TEST}{secrets.token_hex(8)}",
        recipient=f"u{by.pk}",
        user=by,
        account_id=draft.account_id,
        state=MessageState.QUEUED,
        to=by.email,
        title=letter.title,
        text=letter.text,
        html=letter.html,
        due_at=at,
        due_on=on,
        made_at=at,
    )


def tried(*, target, kind, subject, body) -> Template:
    """A template that isn't kept, to look at. Refused as if it were."""
    values = _checked(name=_("Preview"), target=target, kind=kind, subject=subject, body=body)
    return Template(**values)


def _checked(*, name, target, kind, subject, body) -> dict:
    """The values as they are kept, or a Refusal at the field that can't be."""
    if target not in targets():
        raise Refusal(_("Choose what its messages are about."), field="target")
    if kind not in TemplateKind.values:
        raise Refusal(_("Choose what kind of message it is."), field="kind")
    name, subject = _name(name), one_line(subject, field="subject")
    if not subject:
        raise Refusal(_("A message needs a subject."), field="subject")
    if len(subject) > liquid.LONGEST_SUBJECT:
        raise Refusal(_("A subject takes 300 characters at most."), field="subject")
    if len(body or "") > liquid.LONGEST:
        raise Refusal(_("The text takes 50,000 characters at most."), field="body")
    body = richtext.clean((body or "").replace("\x00", ""))
    if not body:
        raise Refusal(_("A message needs a text."), field="body")
    liquid.refuse_unless_sound(subject, target, field="subject", markup=False)
    liquid.refuse_unless_sound(body, target, field="body", markup=True)
    return {"name": name, "target": target, "kind": kind, "subject": subject, "body": body}


def _name(name: str) -> str:
    name = one_line(name, field="name")
    if not name:
        raise Refusal(_("It needs a name."), field="name")
    if len(name) > 120:
        raise Refusal(_("A name takes 120 characters at most."), field="name")
    return name


@transaction.atomic
def _made(values: dict, *, at, on, by, operation, more=None) -> Template:
    template = Template(**values)
    _saved(template, force_insert=True)
    after = _facts(values) | (more or {})
    journal.write(
        "template.created", template.pk, at=at, on=on, by=by, operation=operation, after=after
    )
    return template


def _save(template: Template, **values) -> None:
    """Save these columns and count the version on. Locked by the caller."""
    for name, value in values.items():
        setattr(template, name, value)
    template.version += 1
    _saved(template, update_fields=[*values, "version"])


def _saved(template: Template, **how) -> None:
    """The database has the last word on names."""
    try:
        with transaction.atomic():
            template.save(**how)
    except IntegrityError as error:
        if "template_name_once" not in str(error):
            raise
        raise Refusal(
            _("There is a template called “%(name)s” already.") % {"name": template.name},
            field="name",
        ) from None


def _facts(values: dict) -> dict:
    """What the journal says: of the text only that it changed."""
    return {key: "" if key == "body" else value for key, value in values.items()}


def _locked(template_id: int, version=None) -> Template:
    template = Template.objects.select_for_update(of=("self",)).get(pk=template_id)
    if version is not None and template.version != version:
        raise Stale(_("Somebody changed this template meanwhile. Look at it as it is now."))
    return template


def _used_by(template: Template) -> str:
    """The names of the living triggers that use it, as far as they fit; "" for none."""
    names = list(
        template.triggers.filter(archived_at=None)
        .order_by("name_key")
        .values_list("name", flat=True)
    )
    more = len(names) - 5
    rest = ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more} if more > 0 else ""
    return ", ".join([*names[:5], rest] if rest else names)
