"""Staff name who gets a place that was sold for nobody yet, or release it."""

import decimal

from django.db.models import F
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Event, ItemKind
from catalog.money import written
from tokens import ledger

from .. import held
from ..forms_selling import MovePlaceForm, NameParticipantForm, ReleasePlaceForm
from ..models import HeldPlace
from .managing import Managing


class Holding(Managing):
    """What both share: the place."""

    changes = ("held_places", "registrations", "events", "event", "opportunity", "tokens")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = HeldPlace.objects.select_related("account", "item", "event", "contact", "unit")
        self.held = self.versioned = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def subject(self):
        return f"{held.label(self.held)}, {self.held.account}"

    def dates(self) -> list[Event]:
        """The other dates of its course that are to be had."""
        open_ones = Event.objects.open().with_seats().filter(course=self.held.item)
        open_ones = open_ones.exclude(last_on__lt=self.request.today)
        open_ones = open_ones.exclude(pk=self.held.event_id)
        return list(open_ones.order_by(F("first_on").asc(nulls_first=True), "pk"))


class NameParticipant(Holding):
    """The place is theirs, paid for as it was sold."""

    title = gettext_lazy("Name a participant")
    submit = gettext_lazy("Register")
    form_class = NameParticipantForm

    def get_form_kwargs(self):
        undated = self.held.event is None and self.held.item.kind == ItemKind.COURSE
        dates = self.dates() if undated else None
        return super().get_form_kwargs() | {"account": self.held.account, "dates": dates}

    def get_initial(self):
        return {"contact": self.held.contact}

    def perform(self, **answers):
        held.fill(self.held.pk, version=self.held.version, **answers, **self.who)


class Move(Holding):
    """It waits on another date; the seat it had is free again."""

    title = gettext_lazy("Move to another date")
    submit = gettext_lazy("Move the place")
    form_class = MovePlaceForm
    template_name = "crm/while_open.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"dates": self.dates()}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if not context["form"].fields["event"].choices:
            sentence = _("%(title)s has no other date that is to be had. Open one first.")
            context["refused"] = sentence % {"title": self.held.item.title}
        return context

    def perform(self, *, event):
        held.move(self.held.pk, event=event, version=self.held.version, **self.who)


class Release(Holding):
    """Nobody gets it: its seat is free again."""

    title = gettext_lazy("Release place")
    submit = gettext_lazy("Release place")
    never_mind = gettext_lazy("Keep it")
    danger = True
    previews = True
    form_class = ReleasePlaceForm

    def get_form_kwargs(self):
        back, move = "", self.held.token_move
        if move:
            parts = ledger.to_give_back([move], self.request.today)
            total = decimal.Decimal(sum(quantity for _issue, quantity, _over in parts))
            back = written(total, self.held.unit) if total else ""
        return super().get_form_kwargs() | {"back": back}

    def perform(self, *, reason, give_back=True):
        return held.release(
            self.held.pk,
            version=self.held.version,
            give_back=give_back,
            reason=reason or "",
            **self.who,
        )
