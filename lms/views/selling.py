"""Staff add courses, events and learning paths to an opportunity, and change what they added."""

from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from catalog.models import Event, Item, ItemKind
from crm.views.interests import CHANGE, AddInterest, EditInterest, Thing
from crm.views.options import whole_number
from tms.ui.access import staff
from tms.ui.combobox import options

from .. import selling
from ..forms import items_matching
from ..forms_selling import LATER, CourseInterestForm, PathInterestForm
from ..models import PlaceInterest


class Courses:
    """What is asked of both: the course, then one of its dates."""

    form_class = CourseInterestForm
    kind = ItemKind.COURSE
    particulars = ("item", "event")
    kept: PlaceInterest | None = None
    dates: tuple[Event, ...] = ()

    def find(self, answers):
        rows = Item.objects.courses()
        item = rows.filter(pk=whole_number(answers["item"])).first()
        if item is None:
            return None
        dates = selling.dates_of(item, self.request.today)
        if self.kept and self.kept.event and self.kept.item_id == item.pk:
            # What was chosen stays to be seen, also when it is over by now.
            dates = list({each.pk: each for each in [*dates, self.kept.event]}.values())
        self.dates = tuple(dates)
        event = next((each for each in dates if str(each.pk) == answers["event"]), None)
        if event is None and (answers["event"] != LATER or self.just_chosen(item)):
            event = selling.default_date(dates)
        chosen = str(event.pk) if event else LATER
        return Thing(
            f"{item.pk}-{chosen}",
            item.title,
            selling.detail_of(item, event),
            priced_id=event.priced_id if event else item.priced_id,
            instead=item.priced_id if event else None,
            answers={"item": item, "event": chosen},
        )

    def just_chosen(self, item) -> bool:
        """Is this the look at another course than before, whose dates nobody could choose yet?"""
        sent = self.request.POST
        return sent.get("show") == "preview" and sent.get("chosen", "").split("-")[0] != str(
            item.pk
        )

    def get_form_kwargs(self):
        self.thing  # noqa: B018 - the dates are those of what is chosen
        return super().get_form_kwargs() | {"dates": self.dates}


class AddCourse(Courses, AddInterest):
    def get_initial(self):
        return super().get_initial() | {"event": LATER}

    def keep(self, wanted, *, item, event):
        selling.add_interest(self.opportunity.pk, wanted, item=item, event=event, **self.who)


class Kept:
    """What was chosen when it was added."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = PlaceInterest.objects.select_related("item", "event__course")
        self.kept = get_object_or_404(rows, interest=self.interest, item__kind=self.kind)

    def keep(self, wanted, **chosen):
        selling.edit_interest(
            self.interest.pk, wanted, version=self.interest.version, **chosen, **self.who
        )


class EditCourse(Courses, Kept, EditInterest):
    def get_initial(self):
        event = self.kept.event_id or LATER
        return super().get_initial() | {"item": self.kept.item, "event": str(event)}


class Paths:
    """What is asked of both: the path."""

    form_class = PathInterestForm
    kind = ItemKind.PATH
    particulars = ("item",)

    def find(self, answers):
        item = Item.objects.paths().filter(pk=whole_number(answers["item"])).first()
        if item is None:
            return None
        detail = selling.detail_of(item, None)
        return Thing(str(item.pk), item.title, detail, item.priced_id, answers={"item": item})


class AddPath(Paths, AddInterest):
    def keep(self, wanted, *, item):
        selling.add_interest(self.opportunity.pk, wanted, item=item, **self.who)


class EditPath(Paths, Kept, EditInterest):
    def get_initial(self):
        return super().get_initial() | {"item": self.kept.item}


@staff(CHANGE)
@require_GET
def courses(request):
    """Courses that can be sold, for a combobox."""
    rows = Item.objects.courses().published()
    return options(request, items_matching(rows, request.GET.get("q", "")[:200]))


@staff(CHANGE)
@require_GET
def paths(request):
    """Learning paths that can be sold, for a combobox."""
    rows = Item.objects.paths().published()
    return options(request, items_matching(rows, request.GET.get("q", "")[:200]))
