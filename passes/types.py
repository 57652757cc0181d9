"""What can happen to a pass type? Set up, edited, put on sale, taken off it, restored, deleted."""

from django.db import connection, transaction
from django.db.models import ProtectedError, Value
from django.db.models.functions import Lower
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import Priced
from tms import journal
from tms.consequences import Consequence
from tms.refusals import Refusal, Stale

from .models import OptionStatus, Pass, PassType, TypeStatus

NAMED_AT_MOST, CODED_AT_MOST = 120, 30
NEEDS_OPTION = gettext_lazy("It has no published option yet. Publish at least one option first.")


def why_not(verb: str, status: str, *, published: int = 0, issued: int = 0) -> str:
    """Why `verb` can't be done to a type in `status` now, as a sentence; empty: it can.

    `published` is how many of its options are published, `issued` how many passes were ever
    issued. The verbs ask this under lock, the pages to draw their buttons.
    """
    if verb in {"publish", "restore"} and status == TypeStatus.ACTIVE:
        return _("It is already Active.")
    if verb == "publish" and status == TypeStatus.ARCHIVED:
        return _("It is archived. Restore it instead.")
    if verb == "restore" and status == TypeStatus.DRAFT:
        return _("It is a draft and was never archived. Publish it instead.")
    if verb in {"publish", "restore"} and not published:
        return str(NEEDS_OPTION)
    if verb == "archive" and status == TypeStatus.ARCHIVED:
        return _("It is already archived.")
    if verb == "archive" and status == TypeStatus.DRAFT:
        return _("It is a draft and not on sale, so there is nothing to archive.")
    if verb == "delete" and issued:
        return ngettext(
            "%(n)d pass of this type was issued, so it stays on record. Archive it instead.",
            "%(n)d passes of this type were issued, so it stays on record. Archive it instead.",
            issued,
        ) % {"n": issued}
    return ""


def create(*, name, code, description="", at, on, by, operation="") -> PassType:
    """Make a Draft type. Refuses a code that exists in whatever case. Its slug never changes."""
    name, code = _text(name, "name", NAMED_AT_MOST), _text(code, "code", CODED_AT_MOST)
    with transaction.atomic():
        _one_at_a_time()
        _refuse_taken(code)
        made = PassType.objects.create(
            name=name, code=code, slug=_free_slug(name, code), description=description.strip()
        )
        journal.write(
            "pass_type.created",
            made.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            after=_facts(made),
        )
    return made


def edit(
    pass_type, *, name, code, description="", version=None, at, on, by, operation=""
) -> PassType:
    """Change name, code and description. The same values again change and record nothing."""
    name, code = _text(name, "name", NAMED_AT_MOST), _text(code, "code", CODED_AT_MOST)
    with transaction.atomic():
        _one_at_a_time()
        found = locked(pass_type.pk, version)
        _refuse_taken(code, but=found.pk)
        before = _facts(found)
        found.name, found.code, found.description = name, code, description.strip()
        after = _facts(found)
        changed = [key for key in after if after[key] != before[key]]
        if changed:
            _save(found, "name", "code", "description")
            journal.write(
                "pass_type.edited",
                found.pk,
                at=at,
                on=on,
                by=by,
                operation=operation,
                before={key: before[key] for key in changed},
                after={key: after[key] for key in changed},
            )
    return found


def publish(pass_type, *, version=None, at, on, by, operation="") -> PassType:
    """Put a Draft type on sale. Needs at least one published option."""
    return _move(pass_type, "publish", TypeStatus.ACTIVE, version, at, on, by, operation)


def restore(pass_type, *, version=None, at, on, by, operation="") -> PassType:
    """Put an archived type back on sale. Needs at least one published option."""
    return _move(pass_type, "restore", TypeStatus.ACTIVE, version, at, on, by, operation)


def archive(pass_type, *, version=None, at, on, by, operation="") -> list[Consequence]:
    """Take an Active type off sale. Passes already held go on; says which and what is off sale."""
    with transaction.atomic():
        found = _move(pass_type, "archive", TypeStatus.ARCHIVED, version, at, on, by, operation)
        return _off_sale(found) + goes_on(Pass.objects.filter(pass_type=found), on)


def delete(pass_type, *, version=None, at, on, by, operation="") -> list[Consequence]:
    """Delete a type that was never issued, with its options, prices and training."""
    with transaction.atomic():
        found = locked(pass_type.pk, version)
        issued = found.passes.count()
        if reason := why_not("delete", found.status, issued=issued):
            raise Refusal(reason)
        options = list(found.options.values_list("name", "priced_id"))
        trainings = found.inclusions.count()
        journal.write(
            "pass_type.deleted",
            found.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            before=_facts(found) | {"status": found.status, "options": [o[0] for o in options]},
        )
        try:
            found.delete()
        except ProtectedError as error:
            raise Refusal(_("It is still used elsewhere. Archive it instead.")) from error
        Priced.objects.filter(pk__in=[priced for _name, priced in options]).delete()
    return _deleted(options, trainings)


def locked(pass_type_id: int, version: int | None = None) -> PassType:
    """The type under its lock. Raises Stale when it is gone or no longer in `version`.

    Every verb about a type, its options or its training takes this lock first.
    """
    found = PassType.objects.select_for_update(of=("self",)).filter(pk=pass_type_id).first()
    if found is None:
        raise Stale(_("This pass type was deleted meanwhile."))
    if version is not None and found.version != version:
        raise Stale(
            _("Somebody else changed %(name)s meanwhile. It is shown as it is now.")
            % {"name": found.name}
        )
    return found


def goes_on(passes, on) -> list[Consequence]:
    """The active ones among `passes`: they go on to their own expiry."""
    count = passes.active_on(on).count()
    if not count:
        return []
    sentence = ngettext(
        "%(n)d active pass goes on to its own expiry.",
        "%(n)d active passes go on to their own expiry.",
        count,
    )
    return [Consequence("stays", sentence % {"n": count}, count)]


def _off_sale(found) -> list[Consequence]:
    published = found.options.filter(status=OptionStatus.PUBLISHED)
    names = tuple(published.values_list("name", flat=True))
    sentence = ngettext(
        "%(n)d option is off sale at once: nobody can be given it any more, "
        "and learners no longer see it as an offer.",
        "%(n)d options are off sale at once: nobody can be given them any more, "
        "and learners no longer see them as an offer.",
        len(names),
    )
    return [Consequence("closes", sentence % {"n": len(names)}, len(names), names)]


def _deleted(options, trainings) -> list[Consequence]:
    gone = []
    if options:
        sentence = ngettext(
            "%(n)d option is deleted with its prices.",
            "%(n)d options are deleted with their prices.",
            len(options),
        )
        names = tuple(name for name, _priced in options)
        gone.append(Consequence("closes", sentence % {"n": len(names)}, len(names), names))
    if trainings:
        sentence = ngettext(
            "%(n)d training is no longer in a pass of this type. It stays in the catalogue.",
            "%(n)d trainings are no longer in a pass of this type. They stay in the catalogue.",
            trainings,
        )
        gone.append(Consequence("closes", sentence % {"n": trainings}, trainings))
    return gone


def _move(pass_type, verb, status, version, at, on, by, operation) -> PassType:
    """Ask the rule under lock, change the status, write it down."""
    with transaction.atomic():
        found = locked(pass_type.pk, version)
        published = found.options.filter(status=OptionStatus.PUBLISHED).count()
        if reason := why_not(verb, found.status, published=published):
            raise Refusal(reason)
        before, found.status = found.status, status
        _save(found, "status")
        past = {"publish": "published", "restore": "restored", "archive": "archived"}[verb]
        journal.write(
            f"pass_type.{past}",
            found.pk,
            at=at,
            on=on,
            by=by,
            operation=operation,
            before={"status": before},
            after={"status": status},
        )
    return found


def _save(found, *fields):
    found.version += 1
    found.save(update_fields=[*fields, "version"])


def _facts(found) -> dict:
    return {"name": found.name, "code": found.code, "description": found.description}


def _text(value, field, most) -> str:
    value = " ".join((value or "").split())
    if not value:
        raise Refusal(
            {"name": _("Give it a name."), "code": _("Give it a code.")}[field], field=field
        )
    if len(value) > most:
        raise Refusal(
            _("Make it shorter: at most %(most)d characters.") % {"most": most}, field=field
        )
    return value


def _one_at_a_time():
    """Codes and slugs are given under one lock, so that two at once can't take the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('pass_type.code', 0))")


def _refuse_taken(code, but=None):
    same = PassType.objects.alias(key=Lower("code")).filter(key=Lower(Value(code)))
    other = same.exclude(pk=but).first()
    if other:
        raise Refusal(
            _("%(name)s already has the code %(code)s. Choose another.")
            % {"name": other.name, "code": other.code},
            field="code",
        )


def _free_slug(name, code) -> str:
    stem = (slugify(name) or slugify(code) or "pass")[:110]
    taken = set(PassType.objects.filter(slug__startswith=stem).values_list("slug", flat=True))
    slug, number = stem, 1
    while slug in taken:
        number += 1
        slug = f"{stem}-{number}"
    return slug
