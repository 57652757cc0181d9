"""What may a trigger say? Asked before one is kept, and of a form that isn't finished."""

import dataclasses
import re

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from catalog.models import Item, ItemKind
from passes.models import PassOption, PassType
from tms.occasions import Occasion, occasions
from tms.refusals import Refusal
from tms.text import one_line
from tokens.models import TokenType

from .models import Role, SendingAddress, Side, Template, Trigger
from .rules import Rule, rule_of

NAMED_AT_MOST, ABBREVIATED_AT_MOST = 120, 12
FURTHEST = 730
# Which attribute of `Wanted` each of an occasion's fields that narrow it down is.
NARROWING = ("pass_type", "options", "token_type", "course")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A trigger as somebody wants it: `occasion` by key, `audience` as values of `Role`."""

    name: str
    abbreviation: str
    occasion: str
    template: Template
    audience: tuple[str, ...]
    sender: SendingAddress | None = None
    offset: int = 0
    side: str = Side.AFTER
    addresses: tuple[str, ...] = ()
    pass_type: PassType | None = None
    options: tuple[PassOption, ...] = ()
    token_type: TokenType | None = None
    course: Item | None = None
    automatic: bool = False
    disabled: bool = False

    def values(self) -> dict:
        """The columns of the trigger, without its options."""
        values = {each.name: getattr(self, each.name) for each in dataclasses.fields(self)}
        values.pop("options")
        return values | {"audience": list(self.audience), "addresses": list(self.addresses)}

    def rule(self, **more) -> Rule:
        """The rule that it would be. No query."""
        options = sorted(each.pk for each in self.options)
        return dataclasses.replace(rule_of(Trigger(**self.values()), options), **more)


def wanted_of(trigger: Trigger) -> Wanted:
    """A saved trigger as it stands. Its references are fetched, and one query for the options."""
    names = [each.name for each in dataclasses.fields(Wanted) if each.name != "options"]
    values = {name: getattr(trigger, name) for name in names}
    values |= {"audience": tuple(trigger.audience), "addresses": tuple(trigger.addresses)}
    return Wanted(**values, options=tuple(trigger.options.order_by("pk")))


def checked(wanted: Wanted, *, but: int | None = None) -> Wanted:
    """It as it is kept: in order, and without what its target doesn't ask. Refused with sentences.

    `but` is the trigger that may have these names: itself. Two queries.
    """
    occasion = occasions().get(wanted.occasion)
    if occasion is None:
        raise Refusal(_("Choose what sets it off."), field="occasion")
    wanted = dataclasses.replace(
        wanted,
        name=_named(wanted.name, "name", NAMED_AT_MOST),
        abbreviation=_named(wanted.abbreviation, "abbreviation", ABBREVIATED_AT_MOST),
        audience=_audience(wanted, occasion),
        addresses=_addresses(wanted),
        **_narrowed(wanted, occasion),
    )
    _refuse_taken(wanted, but)
    _refuse_offset(wanted, occasion)
    if wanted.template.target != occasion.target:
        raise Refusal(
            _("This template is about something else. Choose one for this target."),
            field="template",
        )
    if wanted.template.archived_at:
        raise Refusal(_("This template is archived. Choose another."), field="template")
    if not wanted.disabled or wanted.sender:
        refuse_sender(wanted.sender, wanted.automatic and not wanted.disabled)
    return wanted


def refuse_sender(sender: SendingAddress | None, automatic: bool) -> None:
    """Nothing leaves from an address that nobody has confirmed."""
    if sender is not None:
        if sender.removed_at:
            raise Refusal(_("This sending address was removed. Choose another."), field="sender")
        if sender.confirmed_at is None:
            raise Refusal(
                _("%(address)s isn't confirmed yet. Follow the link that was sent to it first.")
                % {"address": sender.email},
                field="sender",
            )
    elif automatic and not SendingAddress.objects.living().filter(is_default=True).exists():
        raise Refusal(
            _(
                "There is no sending address yet. Add one and confirm it, or leave Automatic off "
                "until then."
            ),
            field="sender",
        )


def _named(text: str, field: str, most: int) -> str:
    text = one_line(text, field=field)
    if not text:
        raise Refusal(
            _("Give it a name.") if field == "name" else _("Give it an abbreviation."), field=field
        )
    if len(text) > most:
        raise Refusal(
            _("Make it shorter: at most %(most)d characters.") % {"most": most}, field=field
        )
    return text


def _refuse_taken(wanted: Wanted, but: int | None) -> None:
    for field, sentence in (
        ("name", _("There is a trigger with this name already. Choose another.")),
        ("abbreviation", _("%(other)s has this abbreviation already. Choose another.")),
    ):
        same = Trigger.objects.living().exclude(pk=but).alias(key=Lower(field))
        other = same.filter(key=getattr(wanted, field).lower()).first()
        if other is not None:
            raise Refusal(sentence % {"other": other.name}, field=field)


def _refuse_offset(wanted: Wanted, occasion: Occasion) -> None:
    if not 0 <= wanted.offset <= FURTHEST:
        raise Refusal(
            _("Choose 0 to %(most)d days.") % {"most": FURTHEST},
            field="offset",
        )
    if wanted.side == Side.BEFORE and not occasion.ahead:
        raise Refusal(
            _("“%(trigger)s” isn't known before it happens. Choose days after it.")
            % {"trigger": occasion.label},
            field="side",
        )
    if wanted.side not in Side.values:
        raise Refusal(_("Choose before or after."), field="side")


def _audience(wanted: Wanted, occasion: Occasion) -> tuple[str, ...]:
    if not wanted.audience:
        raise Refusal(_("Choose who is written to."), field="audience")
    for role in wanted.audience:
        if role not in occasion.roles:
            raise Refusal(
                _("“%(role)s” doesn't apply to “%(trigger)s”. Leave it out.")
                % {"role": Role(role).label, "trigger": occasion.label},
                field="audience",
            )
    return tuple(role for role in Role.values if role in wanted.audience)


def _addresses(wanted: Wanted) -> tuple[str, ...]:
    """The fixed addresses, each once; none where they aren't of the audience."""
    if Role.ADDRESSES not in wanted.audience:
        return ()
    found = {}
    for each in wanted.addresses:
        try:
            validate_email(each)
        except ValidationError:
            raise Refusal(
                _("“%(address)s” isn't an email address.") % {"address": each[:80]},
                field="addresses",
            ) from None
        found.setdefault(each.lower(), each)
    if not found:
        raise Refusal(_("Name the addresses, one a line."), field="addresses")
    return tuple(found.values())


def _narrowed(wanted: Wanted, occasion: Occasion) -> dict:
    """What narrows it down, as far as its occasion has it."""
    values = {name: getattr(wanted, name) for name in NARROWING if name in occasion.narrow}
    pass_type, options = values.get("pass_type"), values.get("options", ())
    if options and pass_type is None:
        raise Refusal(_("Choose the pass type that these options are of."), field="pass_type")
    if any(option.pass_type_id != pass_type.pk for option in options):
        raise Refusal(_("Choose options of the same pass type."), field="options")
    course = values.get("course")
    if course is not None and course.kind != ItemKind.COURSE:
        raise Refusal(_("%(name)s isn't a course.") % {"name": course.title}, field="course")
    nothing = {"pass_type": None, "options": (), "token_type": None, "course": None}
    return nothing | values


def addresses_in(text: str) -> tuple[str, ...]:
    """Addresses as they are typed: one a line, or with commas between."""
    return tuple(each for each in re.split(r"[\s,;]+", text or "") if each)
