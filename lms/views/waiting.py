"""Waiting lists: a learner joins, leaves and takes the place on offer; staff see the line."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from catalog.models import Event
from tms.refusals import Refusal
from tms.ui.access import allowed, learner, staff
from tms.ui.address import page_of
from tms.ui.lists import Action

from .. import till, waiting
from ..forms import CancelForm, ReasonForm, WhoForm
from ..models import Waiting
from ..tables import MANAGE
from .booking import by, learning
from .item import item_of, item_page
from .managing import Managing
from .registrations import LOOK

SHOWN = 200  # of those in line, and of those who were


# Learners


@learner
@require_POST
def join(request, slug):
    """`Join the waiting list`; a second press changes nothing."""
    who = learning(request)
    item = item_of(slug, who.contact_id)
    sent = request.POST.get("event", "")
    pk = int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 19 else 0
    event = get_object_or_404(Event, pk=pk, course=item)
    try:
        waiting.join(who.contact, event, **by(request))
    except Refusal as no:
        return item_page(request, slug, refused=str(no), status=422)
    return redirect("lms:item", slug)


@learner
@require_POST
def leave(request, pk):
    """`Leave the waiting list`."""
    who = learning(request)
    found = mine(who, pk)
    waiting.leave(found.pk, contact=who.contact, **by(request))
    messages.success(request, _("You are no longer on the waiting list."))
    return redirect("lms:my_learning")


@learner
@require_POST
def take(request, pk):
    """`Take the place`: the checkout, with the date chosen."""
    found = mine(learning(request), pk)
    course = found.event.course
    till.choose(request.session, course, event=found.event_id)
    return redirect("lms:checkout", course.slug)


def mine(who, pk) -> Waiting:
    rows = Waiting.objects.select_related("event__course")
    return get_object_or_404(rows, pk=pk, contact=who.contact)


# Staff


def panel(request, event) -> str:
    """The line of an event with a maximum, in its order, and who stood in it. Two statements."""
    rows = list(
        Waiting.objects.live().filter(event=event.pk).select_related("contact").order_by("pk")
    )
    if event.capacity is None and not rows:
        return ""
    past = Waiting.objects.filter(event=event.pk).exclude(outcome="").select_related("contact")
    may = allowed(request.user, MANAGE)
    line = [each for each in rows if each.offered_at is None]
    context = {
        "event": event,
        "rows": [
            {
                "each": each,
                "target": f"waiting-{each.pk}",
                "state": each.state_at(request.now),
                "number": line.index(each) + 1 if each in line else None,
                "menu": [
                    [
                        Action(
                            _("Remove from the waiting list"),
                            page_of("lms:remove_waiting", each.pk),
                            "ban",
                            danger=True,
                        )
                    ]
                ],
            }
            for each in rows[:SHOWN]
        ],
        "count": len(rows),
        "past": past.order_by("-ended_at", "-pk")[:SHOWN],
        "may_change": may,
        "add": may and event.seats_left == 0 and page_of("lms:add_waiting", event.pk),
        "offer": may and event.seats_left != 0 and line and page_of("lms:offer_next", event.pk),
        "here": page_of("lms:waiting_on_event", event.pk),
    }
    return render_to_string("lms/staff/_waiting_list.html", context, request=request)


@staff(LOOK)
@require_GET
def of_event(request, event_id):
    """The panel alone."""
    return HttpResponse(panel(request, get_object_or_404(Event, pk=event_id)))


class OfLine(Managing):
    """About the line of the event that the address names."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        events = Event.objects.select_related("course")
        self.event = get_object_or_404(events, pk=kwargs["event_id"])

    @property
    def subject(self):
        return self.event.choice_label

    def get_success_url(self):
        return self.back() or page_of("catalog:event", self.event.pk)


class Add(OfLine):
    title = submit = gettext_lazy("Add to the waiting list")
    form_class = WhoForm

    def perform(self, *, contact):
        waiting.join(contact, self.event, **self.who)


class OfferNext(OfLine):
    title = submit = gettext_lazy("Offer the next place")
    form_class = CancelForm
    template_name = "catalog/press.html"
    sentence = gettext_lazy("The first in line has it kept for them for a set time.")

    def perform(self):
        waiting.offer_next(self.event, **self.who)


class Remove(Managing):
    title = gettext_lazy("Remove from the waiting list")
    submit = gettext_lazy("Remove")
    danger = True
    form_class = ReasonForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Waiting.objects.select_related("event__course", "contact")
        self.line = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def subject(self):
        return f"{self.line.contact.name}, {self.line.event.choice_label}"

    def get_success_url(self):
        return self.back() or page_of("catalog:event", self.line.event_id)

    def perform(self, *, reason):
        waiting.leave(self.line.pk, reason=reason, **self.who)
