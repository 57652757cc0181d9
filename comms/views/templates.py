"""Control panel: Templates: their list, the page of each, and what is done with one."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tms.occasions import targets
from tms.ui import timeline
from tms.ui.access import allowed, staff
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import fields, records, tables_letters, templates
from ..forms.templates import FileForm, NameForm, RecordForm, TemplateForm
from ..models import Template, TemplateFile
from .trying import tried

LOOK, MANAGE = "comms.view_communications", "comms.manage_templates"
PANEL = (gettext_lazy("Control panel"), reverse_lazy("control_panel"))


class Templates(ListPage):
    template_name = "comms/list.html"
    title = gettext_lazy("Templates")
    crumbs = (PANEL,)
    permission_required = LOOK
    table, filterset, sort = tables_letters.TemplateTable, tables_letters.TemplateFilter, "name"
    values = ("archived_at",)
    changes = "templates"
    export_name = "templates"
    empty = Empty(
        gettext_lazy("No template yet"),
        gettext_lazy("A template is what a message says; a trigger says when and to whom."),
        Action(
            gettext_lazy("Add"),
            reverse_lazy("comms:create_template"),
            "plus",
            dialog=False,
            permission=MANAGE,
        ),
    )

    def queryset(self):
        return tables_letters.templates()

    def actions(self):
        url = reverse("comms:create_template")
        return [Action(_("Add"), url, "plus", dialog=False, permission=MANAGE)]

    def dim(self, row):
        return row["archived_at"] is not None

    def menu(self, row):
        yield from entries(row["pk"], row["archived_at"])


def entries(pk, archived_at):
    """What can be done with a template, in its list and on its page."""

    def to(name):
        return reverse(f"comms:{name}", args=[pk])

    if archived_at:
        yield Action(_("Restore"), to("restore_template"), "archive-restore", permission=MANAGE)
    else:
        yield Action(_("Edit"), to("edit_template"), "pencil", dialog=False, permission=MANAGE)
        yield Action(_("Send a test"), to("test_template"), "send", permission=MANAGE)
    yield Action(_("Duplicate"), to("duplicate_template"), "copy", permission=MANAGE)
    if not archived_at:
        yield LINE
        yield Action(
            _("Archive"), to("archive_template"), "archive", danger=True, permission=MANAGE
        )


@staff(LOOK)
@require_GET
def template(request, pk):
    """What it says, with examples or a record; its files, who uses it, what happened to it."""
    row = get_object_or_404(Template, pk=pk)
    # An id of its own, as the dialog of a test asks the same question on this page.
    given = {"user": request.user, "target": row.target, "auto_id": "shown_%s"}
    asked = RecordForm(request.GET or None, **given)
    record = asked.cleaned_data["record"] if asked.is_bound and asked.is_valid() else None
    known = targets().get(row.target)
    context = {
        "template": row,
        "target": known.label if known else row.target,
        "may_change": allowed(request.user, MANAGE) and not row.archived_at,
        "actions": [
            each
            for each in entries(row.pk, row.archived_at)
            if each and allowed(request.user, each.permission)
        ],
        "form": asked,
        "triggers": row.triggers.filter(archived_at=None).order_by("name_key"),
        "files": row.files.all(),
        "history": draw_history(request, row),
        **tried(request, row, record),
    }
    return render(request, "comms/template.html", context)


def draw_history(request, row, *, panel=True):
    return timeline.draw(
        request,
        [timeline.about("template", row.pk)],
        url=reverse("comms:template_history", args=[row.pk]),
        here=("template", row.pk, row.name),
        changes=("templates",),
        panel=panel,
        recorded=f"model=comms.template&record={row.pk}",
    )


@staff(LOOK)
@require_GET
def history(request, pk):
    row = get_object_or_404(Template, pk=pk)
    if request.htmx and not request.htmx.history_restore_request:
        return HttpResponse(draw_history(request, row, panel="panel" in request.GET))
    context = {"history": draw_history(request, row, panel=False), "template": row}
    return render(request, "comms/template_history.html", context)


class TemplateDialog(Dialog):
    permission_required = (LOOK, MANAGE)
    changes = "templates"
    form_class = Form
    template_name = "comms/press.html"
    sentence = ""

    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}


class CreateTemplate(TemplateDialog):
    """A page of its own: the editor needs room, and the fields and the preview stand beside it."""

    title = gettext_lazy("Add a template")
    form_class = TemplateForm
    template_name = "comms/template_form.html"

    def perform(self, **answers):
        made = templates.create(**answers, **self.who())
        return reverse("comms:template", args=[made.pk])

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        target = context["form"]["target"].value() or ""
        trying = RecordForm(user=self.request.user, target=target)
        why = _("Choose a target, and write subject and text: here is what they become.")
        return context | {"trying": trying, "offered": offered(target), "waiting": why}


class OfTemplate(TemplateDialog):
    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.row = get_object_or_404(Template, pk=pk)
        self.subject = self.row.name

    def get_success_url(self):
        return self.back() or reverse("comms:template", args=[self.row.pk])


class EditTemplate(OfTemplate, CreateTemplate):
    title = gettext_lazy("Edit")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.versioned = self.row

    def get_initial(self):
        names = ("name", "target", "kind", "subject", "body")
        return {name: getattr(self.row, name) for name in names}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context if context["form"].is_bound else context | tried(self.request, self.row)

    def perform(self, **answers):
        templates.edit(self.row.pk, **answers, **self.who())
        return reverse("comms:template", args=[self.row.pk])


class DuplicateTemplate(OfTemplate):
    title = submit = gettext_lazy("Duplicate")
    form_class = NameForm

    def get_initial(self):
        return {"name": _("Copy of %(name)s") % {"name": self.row.name[:100]}}

    def perform(self, **answers):
        made = templates.duplicate(self.row.pk, **answers, **self.who())
        return reverse("comms:template", args=[made.pk])


class ArchiveTemplate(OfTemplate):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive it")
    sentence = gettext_lazy("It can't be chosen for triggers any more. What was sent stays.")
    danger = True

    def perform(self):
        templates.archive(self.row.pk, **self.who())


class RestoreTemplate(OfTemplate):
    title = submit = gettext_lazy("Restore")
    sentence = gettext_lazy("It can be chosen for triggers again.")

    def perform(self):
        templates.restore(self.row.pk, **self.who())


class TestTemplate(OfTemplate):
    title = gettext_lazy("Send a test")
    submit = gettext_lazy("Send it to me")
    form_class = RecordForm
    template_name = "comms/test_template.html"

    def get_form_kwargs(self):
        kwargs = super().get_form_kwargs()
        return kwargs | {"user": self.request.user, "target": self.row.target}

    def get_initial(self):
        asked = self.request.GET.get("record", "")
        return {"record": asked if asked.isdecimal() else None}

    @property
    def sentence(self):
        return _("It goes to %(email)s, as if you were the recipient.") % {
            "email": self.request.user.email
        }

    def perform(self, record):
        about = {}
        if record is not None:
            kind, pk, _contact, account = records.subject_of(self.row.target, record)
            about = {"kind": kind, "subject_id": pk, "account_id": account}
        templates.send_test(self.row.pk, **about, **self.who())
        return Done(says=_("On its way to %(email)s.") % {"email": self.request.user.email})


class AddFile(OfTemplate):
    title = gettext_lazy("Attach a file")
    submit = gettext_lazy("Attach")
    form_class = FileForm

    def perform(self, file):
        templates.attach(self.row.pk, file, **self.who())


class RemoveFile(OfTemplate):
    title = gettext_lazy("Remove the file")
    submit = gettext_lazy("Remove it")
    sentence = gettext_lazy("It goes with no further message. What was sent keeps it.")
    danger = True

    def setup(self, request, *args, pk, file, **kwargs):
        super().setup(request, *args, pk=pk, file=file, **kwargs)
        self.file = get_object_or_404(TemplateFile, pk=file, template_id=pk)
        self.subject = self.file.name

    def perform(self):
        templates.detach(self.row.pk, self.file.pk, **self.who())


@staff((LOOK, MANAGE))
@require_GET
def template_fields(request):
    """The fields of the target that was chosen, to insert."""
    context = {"offered": offered(request.GET.get("target", ""))}
    return render(request, "comms/_fields.html", context)


def offered(target: str) -> list[tuple[str, list]]:
    """(heading, fields) of a target: its own first, then what every message has."""
    known = targets().get(target)
    groups = [(known.label, known.fields)] if known else []
    return [*groups, (_("In every message"), fields.COMMON)]
