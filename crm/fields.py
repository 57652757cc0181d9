"""Which fields of the installation's own are there, and what may stand in them?"""

import datetime
import decimal

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import journal
from tms.compiled import Rows
from tms.consequences import Consequence
from tms.refusals import Refusal
from tms.text import one_line

from .models import Contact, CustomField, CustomFieldKind

# Those that are asked for, in their order.
living = Rows(lambda: CustomField.objects.living())

TOLD = ("label", "kind", "choices", "help_text", "ask_at_checkout", "learner_edits")
LONGEST = 500


@transaction.atomic
def create(
    *,
    label: str,
    kind: str,
    choices=(),
    help_text: str = "",
    ask_at_checkout: bool = False,
    learner_edits: bool = True,
    at,
    on,
    by,
) -> CustomField:
    """Make a field, as the last one. Its key is made of the label once, and stays."""
    values = _checked(
        {
            "label": label,
            "kind": kind,
            "choices": choices,
            "help_text": help_text,
            "ask_at_checkout": ask_at_checkout,
            "learner_edits": learner_edits,
        }
    )
    _lock_order()
    last = CustomField.objects.order_by("-position").values_list("position", flat=True).first()
    field = CustomField.objects.create(
        key=_free_key(values["label"]), position=(last or 0) + 1, **values
    )
    journal.write("custom_field.created", field.pk, at=at, on=on, by=by, after=values)
    return field


@transaction.atomic
def edit(field_id: int, *, at, on, by, **values) -> CustomField:
    """Change some of `TOLD`. The kind stays once anybody has a value. Locks the field."""
    field = _locked(field_id)
    values = _checked({name: getattr(field, name) for name in TOLD} | values)
    if values["kind"] != field.kind and _holders(field).exists():
        raise Refusal(
            _("The kind can't change any more: values of the old kind are kept. Make a new field."),
            field="kind",
        )
    before = {name: getattr(field, name) for name in TOLD if getattr(field, name) != values[name]}
    if before:
        for name in before:
            setattr(field, name, values[name])
        field.save(update_fields=list(before))
        after = {name: values[name] for name in before}
        journal.write(
            "custom_field.edited", field.pk, at=at, on=on, by=by, before=before, after=after
        )
    return field


@transaction.atomic
def archive(field_id: int, *, at, on, by) -> list[Consequence]:
    """Ask for it nowhere any more. The values stay, and come back when it is restored.

    Returns whose.
    """
    field = _locked(field_id)
    if field.archived_at:
        raise Refusal(_("%(field)s is archived already.") % {"field": field})
    field.archived_at = at
    field.save(update_fields=["archived_at"])
    journal.write("custom_field.archived", field.pk, at=at, on=on, by=by)
    count = _holders(field).count()
    if not count:
        return []
    sentence = ngettext(
        "The value of %(count)s contact stays, out of sight.",
        "The values of %(count)s contacts stay, out of sight.",
        count,
    )
    names = tuple(str(each) for each in _holders(field).order_by("name_key", "pk")[:5])
    return [Consequence("stays", sentence % {"count": count}, count, names)]


@transaction.atomic
def restore(field_id: int, *, at, on, by) -> CustomField:
    field = _locked(field_id)
    if not field.archived_at:
        raise Refusal(_("%(field)s is in use.") % {"field": field})
    field.archived_at = None
    field.save(update_fields=["archived_at"])
    journal.write("custom_field.restored", field.pk, at=at, on=on, by=by)
    return field


@transaction.atomic
def move(field_id: int, *, up: bool, at, on, by) -> None:
    """Change places with the neighbour; at the end of the list nothing happens."""
    _lock_order()
    fields = list(CustomField.objects.living())
    here = next((n for n, field in enumerate(fields) if field.pk == field_id), None)
    there = None if here is None else here + (-1 if up else 1)
    if there is None or not 0 <= there < len(fields):
        return
    fields[here], fields[there] = fields[there], fields[here]
    for position, field in enumerate(fields, 1):
        field.position = position
    CustomField.objects.bulk_update(fields, ["position"])
    journal.write(
        "custom_field.moved",
        field_id,
        at=at,
        on=on,
        by=by,
        before={"position": here + 1},
        after={"position": there + 1},
    )


def checked(values: dict, fields, kept: dict) -> dict:
    """`kept` with `values` (by key) put in, each in the form in which its kind is kept.

    Text and choices are text, numbers and days are ISO text, yes or no is a boolean; what is
    empty is left out. What isn't among `fields` stays as it is. Raises Refusal with the field
    "custom_<key>".
    """
    result = dict(kept)
    for field in fields:
        if field.key not in values:
            continue
        value = _value(field, values[field.key], kept.get(field.key))
        if value in ("", None):
            result.pop(field.key, None)
        else:
            result[field.key] = value
    return result


def _value(field, value, kept):
    name = f"custom_{field.key}"
    if field.kind == CustomFieldKind.YES_NO:
        return {"yes": True, "no": False, "true": True, "false": False}.get(str(value).lower())
    if isinstance(value, datetime.date):
        value = value.isoformat()
    value = one_line("" if value is None else str(value), field=name)
    if not value or value == kept:
        return value
    if field.kind == CustomFieldKind.CHOICE and value not in field.choices:
        raise Refusal(
            _("“%(value)s” is not among the choices of %(field)s.")
            % {"value": value, "field": field},
            field=name,
        )
    if field.kind == CustomFieldKind.NUMBER:
        return _number(field, value, name)
    if field.kind == CustomFieldKind.DATE:
        try:
            return datetime.date.fromisoformat(value).isoformat()
        except ValueError:
            raise Refusal(
                _("%(field)s takes a day, such as 2026-11-22.") % {"field": field}, field=name
            ) from None
    if len(value) > LONGEST:
        raise Refusal(
            _("%(field)s takes %(longest)s characters at most.")
            % {"field": field, "longest": LONGEST},
            field=name,
        )
    return value


def _number(field, value, name) -> str:
    try:
        number = decimal.Decimal(value)
    except decimal.InvalidOperation:
        number = None
    if number is None or not number.is_finite() or number.adjusted() > 20 or len(value) > 30:
        raise Refusal(
            _("%(field)s takes a number, such as 12 or 12.5.") % {"field": field}, field=name
        )
    return f"{number:f}"


def _checked(values: dict) -> dict:
    label = one_line(values["label"], field="label")
    if not label:
        raise Refusal(_("Give the field a name."), field="label")
    choices = list(dict.fromkeys(filter(None, (one_line(each) for each in values["choices"]))))
    if values["kind"] == CustomFieldKind.CHOICE and not choices:
        raise Refusal(_("Name the choices, one a line."), field="choices")
    if any(len(choice) > 80 for choice in choices):
        raise Refusal(_("A choice takes 80 characters at most."), field="choices")
    if values["kind"] != CustomFieldKind.CHOICE:
        choices = []
    return values | {
        "label": label,
        "help_text": one_line(values["help_text"], field="help_text"),
        "choices": choices,
    }


def _free_key(label: str) -> str:
    stem = slugify(label)[:50] or "field"
    taken = set(CustomField.objects.filter(key__startswith=stem).values_list("key", flat=True))
    key, n = stem, 2
    while key in taken:
        key, n = f"{stem}-{n}", n + 1
    return key


def _holders(field):
    return Contact.objects.filter(custom__has_key=field.key)


def _locked(field_id: int) -> CustomField:
    return CustomField.objects.select_for_update(of=("self",)).get(pk=field_id)


def _lock_order() -> None:
    """Positions and keys are given out one after the other."""
    list(CustomField.objects.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
