"""What does a rule say, whether it was saved or stands in a form?"""

import dataclasses
import datetime
import zoneinfo

from tms import clock
from tms.compiled import Question
from tms.models import Organisation
from tms.occasions import Occasion, occasions

from .models import CommsSettings, Role, Side, TemplateKind, Trigger

AT_ONCE = "at_once"


@dataclasses.dataclass(frozen=True)
class Rule:
    """A trigger as plain values: on `occasion`, `offset` days `side` it, to the `audience`.

    `narrowed` has a value (an id or a list of ids) for each field that narrows it down. `kind` is
    the kind of the template. Nothing that happened before `since`, nor what was due before
    `due_since`, is written about (None: no limit, for what is looked at only).
    """

    occasion: Occasion
    offset: int
    side: str
    audience: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    narrowed: dict = dataclasses.field(default_factory=dict)
    kind: str = TemplateKind.SERVICE
    since: datetime.datetime | None = None
    due_since: datetime.datetime | None = None
    pk: int | None = None

    @property
    def at_once(self) -> bool:
        """Does it go out when it happens, and not at the hour at which messages by day leave?"""
        return not self.occasion.ahead and self.offset == 0

    @property
    def days(self) -> int:
        """How many days lie from the happening's day to the day on which the message is due."""
        if self.side == Side.BEFORE:
            return -self.offset
        if self.occasion.ends and self.offset == 0:
            return 1  # the first day without access
        return self.offset


@dataclasses.dataclass(frozen=True)
class Setting:
    """What rules are followed by: the settings, the zone, and its day at a moment."""

    settings: CommsSettings
    zone: str
    at: datetime.datetime
    today: datetime.date

    def hour_of(self, day: datetime.date) -> datetime.datetime:
        """The moment at which messages of `day` leave, in UTC.

        An hour that a clock change skips is the moment after the gap; of one that comes twice it
        is the first.
        """
        tz = zoneinfo.ZoneInfo(self.zone)
        local = datetime.datetime.combine(day, self.settings.send_at, tz)
        return local.astimezone(datetime.UTC)

    @property
    def last_due(self) -> datetime.date:
        """The last day whose messages by day are due."""
        if self.at >= self.hour_of(self.today):
            return self.today
        return self.today - datetime.timedelta(days=1)


ZONE = Question(lambda: Organisation.objects.filter(pk=1).values_list("time_zone"))


def setting(at: datetime.datetime) -> Setting:
    """What rules are followed by at `at`. Two queries."""
    zone = ZONE.value() or "UTC"
    return Setting(CommsSettings.current(), zone, at, clock.day_of(at, zone))


def rule_of(trigger: Trigger, options: list[int] | None = None) -> Rule:
    """The rule of a trigger. Two queries at most: its options (unless given), its template."""
    occasion = occasions()[trigger.occasion]
    narrowed = {}
    for name in occasion.narrow:
        if name == "options":
            value = options
            if value is None:
                value = sorted(trigger.options.values_list("pk", flat=True)) if trigger.pk else []
        else:
            value = getattr(trigger, f"{name}_id")
        if value:
            narrowed[name] = value
    return Rule(
        occasion=occasion,
        offset=trigger.offset,
        side=trigger.side,
        audience=tuple(role for role in Role.values if role in trigger.audience),
        addresses=tuple(trigger.addresses),
        narrowed=narrowed,
        kind=trigger.template.kind,
        since=trigger.enabled_at,
        due_since=max(trigger.enabled_at, trigger.changed_at) if trigger.enabled_at else None,
        pk=trigger.pk,
    )
