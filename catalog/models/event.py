"""When and where is a course taught?"""

import datetime

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tms.days import day_text
from tms.text import Fold

LAST_DAY = datetime.date(9999, 12, 31)


class EventType(models.TextChoices):
    CLASSROOM = "classroom", _("Classroom")
    BLENDED = "blended", _("Blended")
    LMS = "lms", _("LMS")


class EventStatus(models.TextChoices):
    """What people decided. Full, Running and Completed follow from seats and days."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    CANCELLED = "cancelled", pgettext_lazy("event", "Cancelled")


class EventState(models.TextChoices):
    """What an event is on a day: `Event.status_on` and `EventQuerySet.with_status` say which."""

    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    FULL = "full", _("Full")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", pgettext_lazy("event", "Cancelled")


def event_label(course: str, first_on, type: str, place: str, code: str) -> str:  # noqa: A002
    """What an event is called among those of all courses, from its values."""
    when = day_text(first_on) or str(EventType(type).label)
    return ", ".join(filter(None, [course, when, place, code]))


def bookable(day, event: str = "") -> Q:
    """Open, not begun, before the registration deadline; LMS events always.

    `event` is the path to the event, `priced__event__`, where the rows are others.
    """
    is_open = Q(**{f"{event}status": EventStatus.OPEN})
    of_lms = Q(**{f"{event}type": EventType.LMS})
    in_time = Q(**{f"{event}closes_on": None}) | Q(**{f"{event}closes_on__gte": day})
    return is_open & (of_lms | in_time & Q(**{f"{event}first_on__gte": day}))


class EventQuerySet(models.QuerySet):
    def open(self):
        return self.filter(status=EventStatus.OPEN)

    def with_status(self, day):
        """Each row with `state`: what `status_on(day)` says, worked out by the database."""
        return self.annotate(
            state=Case(
                When(status=EventStatus.CANCELLED, then=Value(EventState.CANCELLED)),
                When(status=EventStatus.DRAFT, then=Value(EventState.DRAFT)),
                When(last_on__lt=day, then=Value(EventState.COMPLETED)),
                When(first_on__lte=day, then=Value(EventState.RUNNING)),
                When(taken__gte=F("capacity"), then=Value(EventState.FULL)),
                default=Value(EventState.OPEN),
                output_field=models.CharField(),
            )
        )

    def bookable_on(self, day):
        """Those that `bookable` says so of."""
        return self.filter(bookable(day))

    def with_seats(self):
        return self.filter(Q(capacity=None) | Q(taken__lt=F("capacity")))


class Event(models.Model):
    """One run of a course.

    Classroom and blended events have sessions; `first_on` and `last_on` are the days of the first
    and the last one in the installation's zone (kept by `catalog.events`). An LMS event has none:
    its learners have the content for `content_days` days from registration, or for good.
    `taken` is changed by `lms.places` alone.
    """

    course = models.ForeignKey("catalog.Item", on_delete=models.PROTECT, related_name="events")
    code = models.CharField(_("code"), max_length=40, blank=True)
    type = models.CharField(_("type"), max_length=10, choices=EventType.choices)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=EventStatus.choices,
        default=EventStatus.DRAFT,
        editable=False,
    )
    place = models.CharField(_("place"), max_length=200, blank=True)
    minimum = models.PositiveIntegerField(_("minimum"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("maximum"), null=True, blank=True)
    taken = models.PositiveIntegerField(default=0, editable=False)
    closes_on = models.DateField(_("registration deadline"), null=True, blank=True)
    cancel_until = models.DateField(_("cancellation deadline"), null=True, blank=True)
    content_days = models.PositiveIntegerField(_("days of content"), null=True, blank=True)
    first_on = models.DateField(null=True, editable=False)
    last_on = models.DateField(null=True, editable=False)
    starts_at = models.DateTimeField(null=True, editable=False)
    ends_at = models.DateTimeField(null=True, editable=False)
    priced = models.OneToOneField("catalog.Priced", on_delete=models.PROTECT, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)

    # A list sorts by the first day, and a row comparison needs one: LMS events come last.
    sort_on = models.GeneratedField(
        expression=Coalesce("first_on", Value(LAST_DAY, output_field=models.DateField())),
        output_field=models.DateField(),
        db_persist=True,
    )
    search_text = models.GeneratedField(
        expression=Fold(Concat("code", Value(" "), "place")),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = EventQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(taken__lte=F("capacity")),
                name="event_not_overbooked",
            ),
            models.CheckConstraint(
                condition=Q(first_on=None) | Q(first_on__lte=F("last_on")),
                name="event_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["course", "first_on"], name="event_course_first"),
            models.Index(fields=["first_on", "id"], name="event_first"),
            models.Index(fields=["sort_on", "id"], name="event_sort"),
            models.Index(fields=["course", "sort_on", "id"], name="event_course_sort"),
            models.Index(fields=["status", "first_on", "id"], name="event_status_first"),
            GinIndex(OpClass("search_text", name="gin_trgm_ops"), name="event_search"),
        ]

    def __str__(self):
        return self.code or f"{self.get_type_display()} {self.pk}"

    @property
    def choice_label(self) -> str:
        """What it is called among the events of all courses; asks for the course's title."""
        return event_label(self.course.title, self.first_on, self.type, self.place, self.code)

    def status_on(self, day) -> EventState:
        """What it is on `day`. An LMS event has no days: it neither runs nor ends."""
        if self.status == EventStatus.CANCELLED:
            return EventState.CANCELLED
        if self.status == EventStatus.DRAFT:
            return EventState.DRAFT
        if self.last_on is not None and self.last_on < day:
            return EventState.COMPLETED
        if self.first_on is not None and self.first_on <= day:
            return EventState.RUNNING
        if self.capacity is not None and self.taken >= self.capacity:
            return EventState.FULL
        return EventState.OPEN

    @property
    def seats_left(self) -> int | None:
        """How many places are free; None where there is no maximum."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)


class Session(models.Model):
    """A meeting of an event. Moments are stored with their zone."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="sessions")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    time_zone = models.CharField(_("time zone"), max_length=60)
    place = models.CharField(_("place"), max_length=200, blank=True)
    link = models.URLField(_("link"), blank=True)
    instructor = models.CharField(_("instructor"), max_length=120, blank=True)
    # The names of the contacts who were chosen to teach it: kept by crm.teaching alone.
    instructors = models.CharField(max_length=1100, default="", db_default="", editable=False)
    # Who teaches it: whoever was chosen, or the words where nobody is.
    taught_by = models.GeneratedField(
        expression=Case(
            When(instructors="", then=F("instructor")),
            default=F("instructors"),
            output_field=models.TextField(),
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    class Meta:
        default_permissions = ()
        ordering = ["starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__lt=F("ends_at")), name="session_ends_after_it_begins"
            ),
        ]

    def __str__(self):
        return f"{self.starts_at:%Y-%m-%d %H:%M}"
