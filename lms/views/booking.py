"""Booking: through a pass at once, otherwise by asking; the confirmation; giving up a place."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Event, EventType, Item, ItemKind
from passes.models import PassType, TypeStatus
from tms.refusals import Refusal
from tms.ui.access import learner
from tms.ui.dialogs import Dialog, Done
from tms.ui.sent import operation_of

from .. import (
    access,
    asking,
    billing,
    calendars,
    cancelling,
    checkout,
    offering,
    requests,
    transferring,
)
from ..forms import AskPassForm, AskPlaceForm, CancelForm
from ..models import Registration
from ..visitor import visitor
from .item import item_of, item_page

NO_CONTACT = gettext_lazy(
    "Your sign-in belongs to no learner. Ask whoever runs this site to link it to a contact."
)


def learning(request):
    """The visitor, who has to be a learner."""
    who = visitor(request)
    if who.contact is None:
        raise PermissionDenied(NO_CONTACT)
    return who


@learner
@require_POST
def book(request, slug):
    """`Access Now`: books and leads to the training. A second press finds the same place."""
    who = learning(request)
    found = item_of(slug, who.contact_id)
    event = None
    if found.kind == ItemKind.COURSE:
        event = _event(found, request.POST.get("event"))
        if event is None:
            return item_page(request, slug, refused=_("Choose a date first."), status=422)
    try:
        made = checkout.book_by_pass(
            who.contact, event=event, path=None if event else found, **by(request)
        )
    except Refusal as no:
        return item_page(request, slug, refused=str(no), chosen=event and event.pk, status=422)
    if event and event.type == EventType.LMS:
        return redirect("lms:learn", found.slug)
    return redirect("lms:registration", made.pk)


@learner
@require_POST
def choose_date(request, pk):
    """A date for a step of a path that the learner is registered on."""
    who = learning(request)
    onto = get_object_or_404(Registration, pk=pk, contact=who.contact, path__isnull=False)
    course = get_object_or_404(Item, paths_with__path=onto.path_id, pk=_int(request.POST, "course"))
    event = _event(course, request.POST.get("event"))
    if event is None:
        return registration_page(request, onto, refused=_("Choose a date first."), status=422)
    try:
        checkout.choose_date(onto.pk, who.contact, event, **by(request))
    except Refusal as no:
        return registration_page(request, onto, refused=str(no), status=422)
    messages.success(
        request,
        _("You have a place at %(title)s, %(when)s.")
        % {"title": course.title, "when": offering.when(event)},
    )
    return redirect("lms:registration", onto.pk)


@learner
@require_safe
def registration(request, pk):
    """The confirmation: what, when, where, through what, and what one can do about it."""
    who = learning(request)
    found = get_object_or_404(Registration, pk=pk, contact=who.contact)
    return registration_page(request, found)


def registration_page(request, found, *, refused="", status=200):
    who = visitor(request)
    item = found.path or found.event.course
    context = {
        "who": who,
        "registration": found,
        "item": item,
        "answer": access.answers(who.contact_id, [item.pk], request.today)[item.pk],
        "when": offering.when(found.event) if found.event else "",
        "sessions": found.event.sessions.order_by("starts_at", "id") if found.event else [],
        "steps": steps(found, request.today, request.now) if found.path_id else [],
        "why_not_cancel": cancelling.why_not(found, **cancelling.rules(request)),
        "moves": not transferring.why_not_by_learner(
            found, whom="", may=request.organisation.learners_transfer, on=request.today
        ),
        "may_choose": not found.cancelled_at and found.may_choose_on(request.today),
        "invoice": billing.own_invoice(found, who.contact),
        "refused": refused,
    }
    return render(request, "lms/registration.html", context, status=status)


def steps(onto: Registration, on, at) -> list[dict]:
    """Each step of the path: the place that is booked for it, or the dates to choose from."""
    live = Registration.objects.live().filter(contact=onto.contact_id)
    places = {
        each.event.course_id: each
        for each in live.filter(event__course__paths_with__path=onto.path_id).select_related(
            "event"
        )
    }
    found = []
    for step in onto.path.steps.select_related("course").order_by("position", "id"):
        place = places.get(step.course_id)
        dates = (
            [] if place else offering.dates_of_step(onto, step.course, on, onto.contact_id, at=at)
        )
        found.append(
            {
                "step": step,
                "place": place,
                "when": offering.when(place.event) if place else "",
                "dates": dates,
                "first": offering.first_of(dates),
            }
        )
    return found


@learner
@require_safe
def calendar(request, pk):
    """The sessions of a registration, for the learner's calendar; cancelled: to take them out."""
    who = learning(request)
    found = get_object_or_404(
        Registration.objects.select_related("event__course"),
        pk=pk,
        contact=who.contact,
        event__first_on__isnull=False,
    )
    content = calendars.calendar_of(
        found,
        found.event.sessions.order_by("starts_at", "id"),
        url=request.build_absolute_uri(reverse("lms:registration", args=[found.pk])),
        at=request.now,
    )
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    name = f"{found.event.course.slug}.ics"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class LearnerDialog(Dialog):
    """A dialog of the learner site, about oneself; through others' eyes only to be looked at."""

    audience = "learner"

    def get(self, request, *args, **kwargs):
        learning(request)
        return super().get(request, *args, **kwargs)

    @cached_property
    def who(self):
        return learning(self.request)


class Cancel(LearnerDialog):
    """What the learner gives up by themselves, and what comes back to which account."""

    title = gettext_lazy("Cancel the registration")
    submit = gettext_lazy("Cancel the registration")
    never_mind = gettext_lazy("Keep it")
    danger = True
    form_class = CancelForm
    changes = "registrations"
    previews = True

    @cached_property
    def registration(self):
        return get_object_or_404(
            Registration.objects.select_related("event__course", "path"),
            pk=self.kwargs["pk"],
            contact=self.who.contact,
        )

    @property
    def subject(self):
        return (self.registration.path or self.registration.event.course).title

    def perform(self, **_answers):
        cancelled = cancelling.cancel_by_learner(
            self.registration.pk,
            self.who.contact,
            whom=self.request.organisation.contact_email,
            **by(self.request),
        )
        item = self.registration.path or self.registration.event.course
        return Done(
            goes_to=reverse("lms:item", args=[item.slug]),
            consequences=cancelled.consequences,
            says=_("Your registration is cancelled. Your progress is kept."),
        )


class AskForPass(LearnerDialog):
    """`Ask for this pass`: staff see it and answer."""

    title = gettext_lazy("Ask for this pass")
    submit = gettext_lazy("Ask for it")
    form_class = AskPassForm

    @cached_property
    def pass_type(self):
        return get_object_or_404(PassType, slug=self.kwargs["slug"], status=TypeStatus.ACTIVE)

    @property
    def subject(self):
        return self.pass_type.name

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"options": asking.options_of(self.pass_type)}

    def perform(self, *, note, option=None):
        requests.ask_for_pass(
            self.who.contact, self.pass_type, option=option, note=note, **by(self.request)
        )
        return Done(
            goes_to=reverse("lms:pass_type", args=[self.pass_type.slug]),
            says=_("You asked for it. The answer stands here and in your profile."),
        )


class AskForPlace(LearnerDialog):
    """`Register` without a pass: asks for a place, which staff confirm."""

    title = gettext_lazy("Register")
    submit = gettext_lazy("Ask for a place")
    form_class = AskPlaceForm

    @cached_property
    def item(self):
        return item_of(self.kwargs["slug"], self.who.contact_id)

    @property
    def subject(self):
        return self.item.title

    def get_form_kwargs(self):
        dates = []
        if self.item.kind == ItemKind.COURSE:
            events = Event.objects.bookable_on(self.request.today).with_seats()
            dates = list(events.filter(course=self.item).order_by("first_on", "pk"))
        return super().get_form_kwargs() | {"dates": dates}

    def get_initial(self):
        return {"event": self.request.GET.get("event", "")}

    def perform(self, *, note, event=None):
        requests.ask_for_place(self.who.contact, self.item, event, note=note, **by(self.request))
        return Done(
            goes_to=reverse("lms:item", args=[self.item.slug]),
            says=_("You asked for a place. The answer stands here and in your profile."),
        )


def by(request) -> dict:
    """Who does it, when, and by which press."""
    return {
        "at": request.now,
        "on": request.today,
        "by": request.user,
        "operation": operation_of(request),
    }


def _event(course: Item, sent) -> Event | None:
    """The event of the course whose id was sent."""
    if not (sent or "").isdecimal() or len(sent) > 18:
        return None
    found = Event.objects.select_related("course").filter(course=course, pk=sent).first()
    if found is None:
        raise Http404
    return found


def _int(post, name) -> int:
    sent = post.get(name, "")
    if not sent.isdecimal() or len(sent) > 18:
        raise Http404
    return int(sent)
