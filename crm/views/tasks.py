"""What is to be done, for whom, by when? The list of tasks, and what is done with one."""

from django.db.models import Case, CharField, F, Q, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.compiled import Rows
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import doubles, forms, owners, tasks
from ..filters import TaskFilter
from ..models import Task, TaskState
from ..models.task import NOUNS
from ..owners import CHANGE, MODELS, SEE
from ..tables import TaskTable

LISTED = 20
MY_DAY = 8
MINE = Rows(
    lambda user_id: (
        Task.objects.open()
        .filter(assignee=user_id)
        .select_related("contact", "account", "opportunity")
        .order_by("due_key", "pk")[: MY_DAY + 1]
    )
)


def owner_at(request, noun: str, pk: int):
    """The contact, account or opportunity that an address is about."""
    return doubles.lead_on(request, get_object_or_404(MODELS[noun], pk=pk))


def seen_by(user) -> Q:
    """The tasks that this user sees: their own, and those about whom they may see."""
    theirs = owners.seen_by(user)
    return theirs | Q(assignee=user) if theirs else theirs


def may_change(user, noun: str) -> bool:
    return allowed(user, CHANGE[noun])


class Tasks(ListPage):
    """Everybody's; the filters say whose, and which."""

    title = gettext_lazy("Tasks")
    crumbs = ((gettext_lazy("Control panel"), reverse_lazy("control_panel")),)
    permission_required = "crm.view_people"
    table, filterset, sort = TaskTable, TaskFilter, "due_on"
    values = ("assignee_id", "done_at")
    export_name = "tasks"
    changes = "tasks"
    empty = Empty(
        gettext_lazy("No tasks yet"),
        gettext_lazy("A task is added on the page of a contact, an account or an opportunity."),
    )

    @property
    def keeps(self):
        """Whoever sees all of them sees what all others see who do."""
        return not seen_by(self.request.user)

    def queryset(self):
        on = self.request.today
        state = Case(
            When(done_at__isnull=False, then=Value(TaskState.DONE.value)),
            When(due_key__lt=on, then=Value(TaskState.OVERDUE.value)),
            When(due_key=on, then=Value(TaskState.TODAY.value)),
            default=Value(TaskState.OPEN.value),
            output_field=CharField(),
        )
        return Task.objects.filter(seen_by(self.request.user)).annotate(state=state)

    def menu(self, row):
        pk, user = row["pk"], self.request.user
        noun = next(noun for noun in NOUNS if row[f"{noun}_id"])
        if may_change(user, noun) or row["assignee_id"] == user.pk:
            if row["done_at"]:
                yield Action(_("Not done after all"), page_of("crm:untick_task", pk), "undo-2")
            else:
                yield Action(_("Mark done"), page_of("crm:tick_task", pk), "check")
        if may_change(user, noun):
            yield Action(_("Edit"), page_of("crm:edit_task", pk), "pencil")
            yield LINE
            yield Action(_("Remove"), page_of("crm:remove_task", pk), "trash-2", danger=True)

    def dim(self, row):
        return bool(row["done_at"])


class Add(Dialog):
    """A task about one contact, account or opportunity; derived below for each of them."""

    title = gettext_lazy("Add task")
    submit = gettext_lazy("Add")
    form_class = forms.TaskForm
    changes = "tasks"
    noun = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.owner = owner_at(request, self.noun, kwargs["pk"])

    @property
    def subject(self):
        return str(self.owner)

    def get_initial(self):
        return {"assignee": self.request.user}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"instance": None}

    def perform(self, **answers):
        request = self.request
        tasks.add(self.owner, at=request.now, on=request.today, by=request.user, **answers)

    def get_success_url(self):
        return self.owner.get_absolute_url()


class AddToContact(Add):
    noun, permission_required = "contact", CHANGE["contact"]


class AddToAccount(Add):
    noun, permission_required = "account", CHANGE["account"]


class AddToOpportunity(Add):
    noun, permission_required = "opportunity", CHANGE["opportunity"]


class TaskDialog(Dialog):
    """A question about one task, for who may change whom it is about."""

    changes = "tasks"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Task.objects.select_related("contact", "account", "opportunity")
        self.task = get_object_or_404(rows, pk=kwargs["pk"])

    def may_open(self):
        return may_change(self.request.user, self.task.noun)

    @property
    def subject(self):
        return f"{self.task}, {self.task.owner}"

    def get_success_url(self):
        return self.back() or reverse("crm:tasks")

    @property
    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}


class Edit(TaskDialog):
    title = gettext_lazy("Edit")
    form_class = forms.TaskForm

    @property
    def versioned(self):
        return self.task

    @property
    def subject(self):
        return str(self.task.owner)

    def get_form_kwargs(self):
        # A copy, as the form writes what was typed into what it is given.
        return super().get_form_kwargs() | {"instance": Task.objects.get(pk=self.task.pk)}

    def perform(self, **answers):
        tasks.edit(self.task.pk, **answers, **self.who)


class Own(TaskDialog):
    """Whoever is to do it may say that it is done, too."""

    def may_open(self):
        return self.task.assignee_id == self.request.user.pk or super().may_open()


class Tick(Own):
    title = submit = gettext_lazy("Mark done")

    def perform(self):
        tasks.tick(self.task.pk, **self.who)


class Untick(Own):
    title = gettext_lazy("Not done after all")
    submit = gettext_lazy("Take it up again")

    def perform(self):
        tasks.untick(self.task.pk, **self.who)


class Remove(TaskDialog):
    title = gettext_lazy("Remove")
    submit = gettext_lazy("Remove the task")
    danger = True

    def perform(self):
        tasks.remove(self.task.pk, **self.who)


# On the pages of contacts, accounts and opportunities, and on the dashboard


def panel(noun: str):
    """What is to be done for one contact, account or opportunity: open first. One statement."""

    rows = Rows(
        lambda owner_id: (
            Task.objects.filter(**{noun: owner_id})
            .select_related("assignee")
            .order_by(F("done_at").desc(nulls_first=True), "due_key", "pk")[: LISTED + 1]
        )
    )

    def draw(request, owner) -> str:
        found, changes = rows(owner_id=owner.pk), may_change(request.user, noun)
        for task in found:
            task.state = task.state_on(request.today)
            task.may_tick = changes or task.assignee_id == request.user.pk
        context = {
            "noun": noun,
            "owner": owner,
            "tasks": found[:LISTED],
            "more": len(found) > LISTED,
            "url": reverse(f"crm:{noun}_tasks", args=[owner.pk]),
            "add": reverse(f"crm:add_{noun}_task", args=[owner.pk]),
            "may_change": changes,
            "may_add": changes and not is_put_away(owner),
        }
        return render_to_string("crm/_tasks.html", context, request=request)

    return draw


def is_put_away(owner) -> bool:
    return bool(getattr(owner, "archived_at", None))


def alone(noun: str):
    """The panel at its own address."""
    draw = panel(noun)

    @staff(SEE[noun])
    def answer(request, pk):
        owner = owner_at(request, noun, pk)
        if not request.htmx:
            return redirect(owner)
        return HttpResponse(draw(request, owner))

    return answer


def my_day(request, _subject=None) -> str:
    """What I have to do, the most pressing first. One statement."""
    found = MINE(user_id=request.user.pk)
    if not found and not allowed(request.user, "crm.view_people"):
        return ""
    for task in found:
        task.state = task.state_on(request.today)
        task.may_see = allowed(request.user, SEE[task.noun])
    context = {"tasks": found[:MY_DAY], "more": len(found) > MY_DAY}
    return render_to_string("crm/_my_day.html", context, request=request)


@staff
def my_day_alone(request):
    if not request.htmx:
        return redirect("dashboard")
    return HttpResponse(my_day(request))
