"""What is asked about an event, and about its sessions."""

import datetime

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.choosing import course_field
from catalog.models import EventType
from catalog.sessions import wall_of
from tms import clock
from tms.ui.forms import DayInput, Form, LongChoiceField

# How long whoever is moved to another date may say otherwise, unless it is said.
DAYS_TO_CHOOSE = datetime.timedelta(days=7)


class EventForm(Form):
    """Fields that a type doesn't have are hidden by the style sheet and emptied by the verb."""

    event_type = forms.ChoiceField(
        label=gettext_lazy("Type"),
        choices=EventType.choices,
        widget=forms.RadioSelect,
        initial=EventType.CLASSROOM,
    )
    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Short, for staff."),
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    minimum = forms.IntegerField(
        label=gettext_lazy("Minimum"), required=False, min_value=0, max_value=100_000
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("Maximum"),
        required=False,
        min_value=1,
        max_value=100_000,
        help_text=gettext_lazy("Empty: any number may come."),
    )
    closes_on = forms.DateField(
        label=gettext_lazy("Registration deadline"),
        required=False,
        help_text=gettext_lazy("The last day on which one can register."),
    )
    cancel_until = forms.DateField(
        label=gettext_lazy("Cancellation deadline"),
        required=False,
        help_text=gettext_lazy("The last day on which learners can cancel."),
    )
    content_days = forms.IntegerField(
        label=gettext_lazy("Days of content"),
        required=False,
        min_value=1,
        max_value=36_500,
        help_text=gettext_lazy("Counted from the day of registration. Empty: for good."),
    )


class CreateEventForm(EventForm):
    course = course_field(label=gettext_lazy("Course"))
    field_order = ["course"]


class DuplicateEventForm(Form):
    first_on = forms.DateField(label=gettext_lazy("First day"))
    code = forms.CharField(label=gettext_lazy("Code"), max_length=40, required=False)

    def __init__(self, *args, has_sessions=True, **kwargs):
        super().__init__(*args, **kwargs)
        if not has_sessions:
            del self.fields["first_on"]


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("Kept in the history."),
    )


class CancelEventForm(ReasonForm):
    """Calling an event off: to which of `dates` its learners move and until when they may say
    otherwise, whether invoices are credited, where `may_credit`, and whether those are written to
    who lose their place.
    """

    field_order = ["onto", "choose_until", "credit", "tell", "reason"]

    def __init__(self, *args, dates, may_credit, today, **kwargs):
        super().__init__(*args, **kwargs)
        if dates:
            known = {str(each.pk): each for each in dates}
            self.fields["onto"] = forms.TypedChoiceField(
                label=_("Another date"),
                choices=[
                    ("", _("None: the places end")),
                    *((pk, str(each.choice_label)) for pk, each in known.items()),
                ],
                coerce=known.get,
                empty_value=None,
                required=False,
                help_text=_("Those who have a place move there, as far as it takes them in."),
            )
            self.fields["choose_until"] = forms.DateField(
                label=_("They may say otherwise until"),
                required=False,
                widget=DayInput,
                initial=today + DAYS_TO_CHOOSE,
                help_text=_(
                    "Until then whoever moves may take yet another date, or give the place up and "
                    "get back what was paid. Empty: they are not asked."
                ),
            )
        if may_credit:
            self.fields["credit"] = forms.BooleanField(
                label=_("Credit what was billed for the places"), required=False, initial=True
            )
        self.fields["tell"] = forms.BooleanField(
            label=_("Write to those who lose their place"), required=False, initial=True
        )
        self.order_fields(self.field_order)


def zones() -> list[tuple[str, str]]:
    return [(name, name) for name in clock.zone_names()]


class SessionForm(Form):
    """Day and times as the clock on the wall shows them, in the session's own zone."""

    day = forms.DateField(label=gettext_lazy("Day"))
    starts = forms.TimeField(label=gettext_lazy("Begins"))
    ends = forms.TimeField(label=gettext_lazy("Ends"))
    ends_on = forms.DateField(
        label=gettext_lazy("Ends on"),
        required=False,
        help_text=gettext_lazy("If it isn't the same day."),
    )
    time_zone = LongChoiceField(
        label=gettext_lazy("Time zone"),
        choices=zones,
    )
    place = forms.CharField(label=gettext_lazy("Place"), max_length=200, required=False)
    link = forms.URLField(
        label=gettext_lazy("Link"),
        required=False,
        assume_scheme="https",
        help_text=gettext_lazy("Where it is held online."),
    )
    instructor = forms.CharField(
        label=gettext_lazy("Instructor"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("In words. Where contacts are chosen to teach it, they are shown."),
    )

    def clean(self):
        answers = super().clean()
        day, ends_on = answers.get("day"), answers.get("ends_on")
        if day and ends_on and ends_on < day:
            self.add_error("ends_on", _("It ends before it begins. Choose a later day."))
        return answers


class Telling(Form):
    """What is asked besides where an event's sessions change and people have places on it: may
    they say otherwise, and are they told?
    """

    def __init__(self, *args, event, today, **kwargs):
        super().__init__(*args, **kwargs)
        if not event.taken:
            return
        self.fields["choose_until"] = forms.DateField(
            label=_("They may say otherwise until"),
            required=False,
            widget=DayInput,
            initial=today + DAYS_TO_CHOOSE,
            help_text=_(
                "Where it meets on other days then: until this day whoever has a place may take "
                "another date, or give the place up and get back what was paid. Empty: they are "
                "not asked."
            ),
        )
        self.fields["tell"] = forms.BooleanField(
            label=_("Write to those who have a place"),
            required=False,
            initial=True,
            help_text=_("A letter for each change: leave it out while more changes are to come."),
        )

    @property
    def about_places(self) -> list:
        """The fields about those who have places, where there are any."""
        return [self[name] for name in ("choose_until", "tell") if name in self.fields]


class ToldSessionForm(Telling, SessionForm):
    """A session that is added or changed, and who is told."""


def meeting_of(answers: dict) -> dict:
    """The answers of `SessionForm` as those of `catalog.sessions`: begin and end with their day."""
    day, ends_on = answers["day"], answers["ends_on"] or answers["day"]
    names = {"time_zone", "place", "link", "instructor", "tell", "choose_until"}
    rest = {name: answers[name] for name in names & answers.keys()}
    return rest | {
        "starts": datetime.datetime.combine(day, answers["starts"]),
        "ends": datetime.datetime.combine(ends_on, answers["ends"]),
    }


def begin_with(event) -> dict:
    """An event's values, as its form begins with them."""
    names = ("code", "place", "minimum", "capacity", "closes_on", "cancel_until", "content_days")
    return {name: getattr(event, name) for name in names} | {"event_type": event.type}


def session_values(session) -> dict:
    """A session's values, as its form begins with them."""
    starts, ends = wall_of(session)
    return {
        "day": starts.date(),
        "starts": starts.time(),
        "ends": ends.time(),
        "ends_on": ends.date() if ends.date() != starts.date() else None,
        "time_zone": session.time_zone,
        "place": session.place,
        "link": session.link,
        "instructor": session.instructor,
    }
