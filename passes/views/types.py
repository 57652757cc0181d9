"""Pass types: all of them, the page of one, and what is done with it."""

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from passes import facts, told_types, types
from passes.forms.types import TypeForm
from passes.models import Inclusion, OptionStatus, PassType, TypeStatus
from passes.tables_types import TypeFilter, TypeTable
from tms.compiled import Question, Rows
from tms.ui import timeline
from tms.ui.access import allowed, staff
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action, Empty, ListPage
from tms.ui.sent import operation_of

from .options import written
from .training import Training

LOOK, MANAGE = "passes.view_passes", "passes.manage_pass_types"
CREATE = Action(
    gettext_lazy("Create Training Pass Type"),
    reverse_lazy("passes:create_type"),
    "plus",
    permission=MANAGE,
)


class PassTypes(ListPage):
    title = gettext_lazy("Training Pass Types")
    crumbs = ((gettext_lazy("Control panel"), reverse_lazy("control_panel")),)
    table, filterset, sort = TypeTable, TypeFilter, "status"
    values = ("status", "published_count", "issued")
    permission_required = LOOK
    changes = "pass_types"
    export_name = "training-pass-types"
    list_id = "pass-types"
    empty = Empty(
        gettext_lazy("No training pass types yet"),
        gettext_lazy(
            "A training pass type is what you sell: unlimited access to a part of the catalogue, "
            "for a fixed time."
        ),
        CREATE,
    )

    def queryset(self):
        return PassType.objects.with_rank().with_counts(self.request.today)

    def actions(self):
        return [CREATE]

    def menu(self, row):
        return menu_of(
            row["pk"], row["status"], published=row["published_count"], issued=row["issued"]
        )

    def dim(self, row):
        return row["status"] == TypeStatus.ARCHIVED


def menu_of(pk, status, *, published, issued):
    """What may be done with a type; what is impossible in its status is left out, with one reason
    said where there is something to do about it."""

    def verb(name, label, icon, **more):
        why = types.why_not(name, status, published=published, issued=issued)
        return Action(
            label,
            reverse(f"passes:{name}_type", args=[pk]),
            icon,
            why=why,
            permission=MANAGE,
            **more,
        )

    yield Action(_("Edit"), page_of("passes:edit_type", pk), "pencil", permission=MANAGE)
    if status == TypeStatus.DRAFT:
        yield verb("publish", _("Publish"), "circle-check")
    if status == TypeStatus.ARCHIVED:
        yield verb("restore", _("Restore"), "archive-restore")
    yield LINE
    if status == TypeStatus.ACTIVE:
        yield verb("archive", _("Archive"), "archive", danger=True)
    if not issued:
        yield verb("delete", _("Delete"), "trash-2", danger=True)


PAGE = Rows(lambda pk: PassType.objects.filter(pk=pk))
TRAININGS = Question(
    lambda pass_type_id: (
        Inclusion.objects.filter(pass_type=pass_type_id)
        .values("pass_type")
        .annotate(n=Count("*"))
        .values_list("n")
    )
)


@require_GET
@staff(LOOK)
def type_(request, pk):
    """The page of a pass type: what is live, its facts, its options, its training."""
    pass_type = PAGE.or_404(pk=pk)
    training = Training.at(request, pass_type=pass_type)
    if answer := training.answer():
        return answer
    rows = facts.option_rows(pass_type, request.today)
    live = facts.live(pass_type, request.today)
    published = sum(row.option.status == OptionStatus.PUBLISHED for row in rows)
    issued = any(row.issued for row in rows)
    entries = menu_of(pk, pass_type.status, published=published, issued=issued)
    manages = allowed(request.user, MANAGE)
    context = {
        "pass_type": pass_type,
        "status": TypeStatus(pass_type.status),
        "figures": figures(pass_type, live, request.today),
        "actions": buttons(entries) if manages else [],
        "options": [written(row, request.today) for row in rows],
        "training": training,
        "trainings": TRAININGS.value(0, pass_type_id=pk),
        "history": history_of(request, pass_type),
        "manages": manages,
    }
    return render(request, "passes/types/type.html", context)


def history_of(request, pass_type, *, panel=True) -> str:
    """What happened to the type, its options and prices, as a section."""
    url = page_of("passes:type_history", pass_type.pk)
    return timeline.draw(
        request,
        told_types.of_type(pass_type),
        url=url,
        panel=panel,
        recorded=f"model=passes.passtype&record={pass_type.pk}",
    )


@require_GET
@staff(LOOK)
def history(request, pk):
    """Everything that happened to a type, by pages."""
    pass_type = get_object_or_404(PassType, pk=pk)
    section = history_of(request, pass_type, panel=False)
    if request.htmx and not request.htmx.history_restore_request:
        response = HttpResponse(section)
    else:
        context = {"pass_type": pass_type, "section": section}
        response = render(request, "passes/types/history.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def buttons(entries):
    """The entries of the menu as buttons, as (Action, is it the primary one?).

    What puts it on sale or takes it off stands last, at the top right.
    """
    edit, *others = [each for each in entries if each]
    others.sort(key=lambda each: each.icon != "trash-2")
    return [(each, each.icon == "circle-check") for each in (edit, *others)]


def figures(pass_type, live, on):
    """(label, number, address of the passes meant) of the strip at the top."""
    soon = {"expires_from": on.isoformat(), "expires_to": (on + facts.SOON).isoformat()}
    parts = [
        (_("Active passes"), live["active"], {"status": "active"}),
        (_("Expiring in 30 days"), live["expiring"], {"status": "active", **soon}),
        (_("Expired"), live["expired"], {"status": "expired"}),
        (_("Cancelled"), live["cancelled"], {"status": "cancelled"}),
    ]
    return [
        (label, count, reverse("passes:list", query={"pass_type": pass_type.pk, **asks}))
        for label, count, asks in parts
    ]


class CreateType(Dialog):
    title = gettext_lazy("Create Training Pass Type")
    submit = gettext_lazy("OK")
    form_class = TypeForm
    permission_required = MANAGE
    done_url = "passes:types"

    def perform(self, **answers):
        made = types.create(
            at=self.request.now, on=self.request.today, by=self.request.user, **answers
        )
        return page_of("passes:type", made.pk)


class TypeDialog(Dialog):
    """A dialog about one type."""

    changes = "pass_types"
    permission_required = MANAGE
    form_class = Form

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.versioned = self.pass_type = get_object_or_404(PassType, pk=pk)
        self.subject = self.pass_type.name

    def who(self):
        """When, by whom, and by which press of a button."""
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

    def get_success_url(self):
        return self.back() or page_of("passes:type", self.pass_type.pk)


class EditType(TypeDialog):
    title = gettext_lazy("Edit")
    form_class = TypeForm

    def get_initial(self):
        return {
            "name": self.pass_type.name,
            "code": self.pass_type.code,
            "description": self.pass_type.description,
        }

    def perform(self, **answers):
        types.edit(self.pass_type, **answers, **self.who())


class PublishType(TypeDialog):
    title = gettext_lazy("Publish")
    submit = gettext_lazy("Publish the pass type")
    template_name = "passes/types/confirm.html"

    def says(self):
        names = self.pass_type.options.filter(status=OptionStatus.PUBLISHED)
        options = ", ".join(names.values_list("name", flat=True))
        if not options:
            return ""
        trainings = self.pass_type.inclusions.count()
        opens = ngettext("%(n)d training", "%(n)d trainings", trainings) % {"n": trainings}
        return _(
            "It is on sale at once: it can be given to contacts, and learners see it in the "
            "catalogue. Options on sale: %(options)s. It opens %(opens)s."
        ) % {"options": options, "opens": opens}

    def perform(self):
        types.publish(self.pass_type, **self.who())


class RestoreType(PublishType):
    title = gettext_lazy("Restore")
    submit = gettext_lazy("Restore the pass type")

    def perform(self):
        types.restore(self.pass_type, **self.who())


class ArchiveType(TypeDialog):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive the pass type")
    danger = previews = True
    template_name = "passes/types/confirm.html"

    def says(self):
        return _(
            "Passes already held can still be extended, renewed by date, reassigned and cancelled. "
            "An archived type can be restored."
        )

    def perform(self):
        return types.archive(self.pass_type, **self.who())


class DeleteType(TypeDialog):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete the pass type")
    danger = previews = True
    template_name = "passes/types/confirm.html"

    def says(self):
        return _("It was never issued to anybody. Deleting it can't be undone.")

    def perform(self):
        return Done(
            goes_to=reverse("passes:types"), consequences=types.delete(self.pass_type, **self.who())
        )
