"""Communication triggers: all of them, the form of one, and what is done with it."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tms.ui import timeline
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog, Done
from tms.ui.lists import LINE, Action, Empty, ListPage
from tms.ui.sent import operation_of

from .. import beside, triggers, wanted
from ..forms.triggers import TriggerForm, begin_with, settled, wanted_by
from ..models import Trigger
from ..rules import setting
from ..tables_triggers import TriggerFilter, TriggerTable, count_sent
from ..wanted import Wanted

SEE, MANAGE = "comms.view_communications", ("comms.view_communications", "comms.manage_triggers")
PANEL = (gettext_lazy("Control panel"), reverse_lazy("control_panel"))
ADD = Action(
    gettext_lazy("Add"),
    reverse_lazy("comms:create_trigger"),
    "plus",
    dialog=False,
    permission=MANAGE,
)


class Triggers(ListPage):
    template_name = "comms/list.html"
    title = gettext_lazy("Communication Triggers")
    crumbs = (PANEL,)
    table, filterset, sort = TriggerTable, TriggerFilter, "name"
    values = ("disabled",)
    keeps = True
    permission_required = SEE
    changes = "triggers"
    export_name = "communication-triggers"
    list_id = "triggers"
    empty = Empty(
        gettext_lazy("No triggers yet"),
        gettext_lazy(
            "A trigger writes to people at the right moment: when a pass is issued, 30 days before "
            "it expires, a week before an event."
        ),
        ADD,
    )

    def queryset(self):
        return Trigger.objects.living()

    def complete(self, rows):
        count_sent(rows, self.request.now)

    def actions(self):
        return [
            ADD,
            Action(_("Calendar"), reverse("comms:calendar"), "calendar-days", dialog=False),
        ]

    def kind(self, row):
        return {"disabled": row["disabled"]}

    def menu(self, row):
        return entries(row["pk"], row["disabled"])

    def dim(self, row):
        return row["disabled"]


def entries(pk: int, disabled: bool):
    """What may be done with a trigger."""

    def entry(label, name, icon, **more):
        return Action(label, page_of(f"comms:{name}", pk), icon, **more)

    yield entry(_("Edit"), "edit_trigger", "pencil", dialog=False, permission=MANAGE)
    yield entry(_("Preview"), "preview_trigger", "eye", dialog=False)
    yield entry(_("Duplicate"), "duplicate_trigger", "copy", permission=MANAGE)
    yield entry(_("History"), "trigger_history", "history", dialog=False)
    yield LINE
    if disabled:
        yield entry(_("Enable"), "enable_trigger", "circle-check", permission=MANAGE)
    else:
        yield entry(_("Disable"), "disable_trigger", "ban", permission=MANAGE)
    yield entry(_("Archive"), "archive_trigger", "archive", danger=True, permission=MANAGE)


def of(pk: int) -> Trigger:
    """The trigger with what it refers to. One query; Http404."""
    rows = Trigger.objects.living().select_related(
        "template", "sender", "pass_type", "token_type__unit", "course"
    )
    return get_object_or_404(rows, pk=pk)


class TriggerPage(Dialog):
    """Questions at the left, what would follow from the answers at the right, as they are given."""

    form_class = TriggerForm
    permission_required = MANAGE
    previews = True
    preview_template = "comms/_trigger_beside.html"
    saved: Trigger | None = None
    part = False

    @property
    def who(self):
        operation = operation_of(self.request)
        at, on, by = self.request.now, self.request.today, self.request.user
        return {"at": at, "on": on, "by": by, "operation": operation}

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs() | {"saved": self.saved, "on": self.request.today}
        if self.showing and "data" in kwargs:
            kwargs["data"] = settled(kwargs["data"])
        return kwargs

    @cached_property
    def showing(self) -> bool:
        return self.request.method == "POST" and self.request.POST.get("show") == "preview"

    def get_template_names(self):
        if self.part and self.request.htmx:
            return ["comms/_trigger_part.html"]
        return ["comms/trigger_form.html"]

    def get_context_data(self, *, part=False, **kwargs):
        self.part = part
        context = super().get_context_data(part=part, **kwargs)
        form = context["form"]
        said, now = self.so_far(form), setting(self.request.now)
        context |= {
            "beside": beside.look(said, self.saved, now, self.request.user),
            "example": beside.example(said, now) if said else "",
            "anew": part and self.request.POST.get("chosen", "") != form.key,
        }
        if part:
            form.quiet()
        return context

    def so_far(self, form) -> Wanted | None:
        """What the answers ask for, as soon as they say what sets it off and who is written to."""
        if not form.is_bound:
            return wanted.wanted_of(self.saved) if self.saved else None
        form.is_valid()
        answers = form.cleaned_data
        return wanted_by(answers) if answers.get("occasion") and answers.get("audience") else None

    def unconfirmed(self, outcome):
        return bool(outcome.consequences) and super().unconfirmed(outcome)

    def get_success_url(self):
        return reverse("comms:triggers")


class CreateTrigger(TriggerPage):
    title = gettext_lazy("Add Communication Trigger")
    submit = gettext_lazy("Add the trigger")

    def get_initial(self):
        return {"side": "before"}

    def perform(self, **answers):
        reach_back_to = answers.pop("reach_back_to", None)
        said = wanted_by(answers)
        made = triggers.create(said, reach_back_to=reach_back_to, **self.who)
        return Done(reverse("comms:triggers"), made.consequences, beside.warned(said, made.trigger))


class EditTrigger(TriggerPage):
    title = gettext_lazy("Edit")

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.versioned = self.saved = of(pk)
        self.subject = self.saved.name

    def get_initial(self):
        return begin_with(wanted.wanted_of(self.saved))

    def perform(self, **answers):
        said = wanted_by(answers)
        did = triggers.edit(self.saved.pk, said, **self.who)
        return Done(reverse("comms:triggers"), did.consequences, beside.warned(said, did.trigger))


class TriggerDialog(Dialog):
    """A question about one trigger."""

    permission_required = MANAGE
    changes = "triggers"
    template_name = "programs/press.html"
    sentence = ""

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.versioned = self.trigger = of(pk)
        self.subject = self.trigger.name

    who = TriggerPage.who

    def get_success_url(self):
        return reverse("comms:triggers")


class DuplicateTrigger(TriggerDialog):
    title = submit = gettext_lazy("Duplicate")
    sentence = gettext_lazy("The copy is disabled until you have looked at it.")

    def perform(self):
        return page_of("comms:edit_trigger", triggers.duplicate(self.trigger.pk, **self.who).pk)


class EnableTrigger(TriggerDialog):
    title = gettext_lazy("Enable")
    submit = gettext_lazy("Enable the trigger")
    sentence = gettext_lazy("It writes about what falls due from now on.")
    previews = True

    def perform(self):
        return triggers.enable(self.trigger.pk, **self.who)


class DisableTrigger(TriggerDialog):
    title = gettext_lazy("Disable")
    submit = gettext_lazy("Disable the trigger")
    sentence = gettext_lazy("Nothing is written or sent by it until it is enabled again.")
    previews = True

    def perform(self):
        return triggers.disable(self.trigger.pk, **self.who)


class ArchiveTrigger(TriggerDialog):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive the trigger")
    sentence = gettext_lazy("It is put away for good. What it sent stays in the message log.")
    danger = previews = True

    def perform(self):
        return triggers.archive(self.trigger.pk, **self.who)


@require_GET
@staff(SEE)
def history(request, pk):
    """Everything that happened to a trigger."""
    trigger = of(pk)
    section = timeline.draw(
        request,
        [timeline.about("trigger", pk)],
        url=page_of("comms:trigger_history", pk),
        here=("trigger", pk, trigger.name),
        panel=False,
        recorded=f"model=comms.trigger&record={pk}",
    )
    context = {"trigger": trigger, "section": section}
    return render(request, "comms/trigger_history.html", context)
