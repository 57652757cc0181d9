"""The training in a pass type: the list of it, adding to it, removing from it."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import EventType, ItemKind, ItemStatus
from passes import content, training
from passes.candidates import candidates, key_of, particulars
from passes.forms.training import CandidateForm, EventTypesForm
from passes.models import Inclusion, Pass, PassType
from passes.tables_training import TrainingFilter, TrainingTable
from tms import days
from tms.refusals import Refusal
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action, Empty, ListPage
from tms.ui.sent import operation_of

MANAGE = "passes.manage_pass_types"


class Training(ListPage):
    """The section of a pass type's page: `Training.at(request, pass_type=…)`."""

    label = gettext_lazy("Training")
    table, filterset, sort = TrainingTable, TrainingFilter, "title"
    values = ("kind",)
    list_id = "training"
    name_of = staticmethod(lambda row: row["title"])

    keeps = True
    rows_of = staticmethod(content.included)

    def rows_by(self):
        return {"pass_type": self.kwargs["pass_type"].pk}

    def queryset(self):
        return content.included(self.kwargs["pass_type"])

    @property
    def empty(self):
        return Empty(
            _("No training yet"),
            _("Add the courses, learning paths and events that this pass opens."),
        )

    def bulk(self):
        url = reverse("passes:remove_training", args=[self.kwargs["pass_type"].pk])
        return [Action(_("Remove from this pass"), url, "x", permission=MANAGE)]

    def kind(self, row):
        return {"kind": row["kind"]}

    def menu(self, row):
        pk = self.kwargs["pass_type"].pk
        if row["kind"] == ItemKind.COURSE:
            url = reverse("passes:change_event_types", args=[pk, row["pk"]])
            yield Action(_("Change Events"), url, "pencil", permission=MANAGE)
            yield LINE
        url = f"{page_of('passes:remove_training', pk)}?ids={row['pk']}"
        yield Action(_("Remove from this pass"), url, "x", danger=True, permission=MANAGE)


class TrainingDialog(Dialog):
    """A dialog about what a pass type opens."""

    permission_required = MANAGE
    changes = "pass_types"
    form_class = Form

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.pass_type = get_object_or_404(PassType, pk=pk)
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
        return self.back() or reverse("passes:type", args=[self.pass_type.pk])


class AddTraining(TrainingDialog):
    """The whole catalogue, searched; what is ticked outlives searching and paging.

    `ids` are the boxes ticked on this page, `kept` those ticked on other pages. A post that `show`s
    something only browses; `Add Training` posts without it.
    """

    title = submit = gettext_lazy("Add Training")
    size = "wide"
    template_name = "passes/types/add_training.html"
    form_class = EventTypesForm
    page_size = 25

    def get_initial(self):
        return {"event_types": EventType.values}

    def post(self, request, *args, **kwargs):
        show = request.POST.get("show", "")
        if not show:
            return super().post(request, *args, **kwargs)
        context = self.get_context_data(form=self.get_form())
        fragment = request.htmx and request.htmx.target == "candidates"
        template = "passes/types/_candidates.html" if fragment else self.template_name
        return render(request, template, context)

    def form_valid(self, form):
        if not self.ticked():
            form.add_error(None, _("Tick at least one training."))
            return self.form_invalid(form)
        return super().form_valid(form)

    def perform(self, event_types):
        ticked = self.ticked()
        training.add(
            self.pass_type,
            items=[(int(key[1:]), event_types) for key in ticked if key[0] == "i"],
            events=[int(key[1:]) for key in ticked if key[0] == "e"],
            **self.who(),
        )

    def says(self) -> str:
        """Whose training, and to how many it opens."""
        passes = Pass.objects.active_on(self.request.today).filter(pass_type=self.pass_type).count()
        if not passes:
            return self.pass_type.name
        return ngettext(
            "to %(name)s. It opens at once for %(n)s active pass.",
            "to %(name)s. It opens at once for %(n)s active passes.",
            passes,
        ) % {"name": self.pass_type.name, "n": days.number(passes)}

    def ticked(self) -> list[str]:
        """The keys ticked on this page and on others; what isn't a key is dropped."""
        post = self.request.POST
        keys = [*post.get("kept", "").split(","), *post.getlist("ids")]
        return list(dict.fromkeys(key for key in keys if is_key(key)))

    def get_context_data(self, **kwargs):
        search = CandidateForm(self.pass_type, self.request.POST or self.request.GET)
        asked = search.asked()
        found = candidates(self.pass_type, asked)
        count = found.count()
        ticked = self.ticked()
        if self.request.POST.get("show") == "all":
            new = candidates(self.pass_type, asked, new_only=True).order_by()
            ticked = list(dict.fromkeys([*ticked, *map(key_of, new)]))
        pages = max(1, -(-count // self.page_size))
        wanted = self.request.POST.get("show", "").removeprefix("page-")
        page = min(int(wanted), pages) if wanted.isdecimal() and len(wanted) < 9 else 1
        page = max(page, 1)
        first = (page - 1) * self.page_size
        rows = particulars(found[first : first + self.page_size], self.pass_type)
        here = {row["key"] for row in rows}
        for row in rows:
            row |= {"ticked": row["key"] in ticked, "kind": kind_of(row), "note": note_of(row)}
        kept = [key for key in ticked if key not in here]
        self.subject = self.says()
        return super().get_context_data(**kwargs) | {
            "search": search,
            "rows": rows,
            "count": count,
            "page": page,
            "pages": pages,
            "first": first + 1,
            "last": first + len(rows),
            "kept": ",".join(kept),
            "kept_count": len(kept),
            "ticked_count": len(ticked),
        }


def is_key(text: str) -> bool:
    return text[:1] in {"i", "e"} and text[1:].isascii() and text[1:].isdecimal() and len(text) < 19


def kind_of(row) -> str:
    """Course, Learning path, Classroom event."""
    if row["rank"] == 1:
        return str(ItemKind(row["what"]).label)
    return _("%(type)s event") % {"type": EventType(row["what"]).label}


def note_of(row) -> str:
    """How a course is taught, how long a path is, and whether it is still a draft."""
    parts = [str(each.label) for each in row["types"]]
    if row["what"] == ItemKind.PATH:
        parts = [ngettext("%(n)d course", "%(n)d courses", row["steps"]) % {"n": row["steps"]}]
    if row["state"] == ItemStatus.DRAFT:
        parts.append(_("Draft"))
    return ", ".join(parts)


class RemoveTraining(TrainingDialog):
    title = gettext_lazy("Remove from this pass")
    submit = gettext_lazy("Remove from this pass")
    danger = previews = True
    template_name = "passes/types/confirm.html"

    def chosen(self):
        return list(
            Training.selected(self.request, pass_type=self.pass_type).values_list("pk", flat=True)
        )

    def perform(self):
        chosen = self.chosen()
        if not chosen:
            raise Refusal(_("Nothing is ticked, or it was removed meanwhile."))
        return training.remove(self.pass_type, chosen, **self.who())


class ChangeEventTypes(TrainingDialog):
    title = gettext_lazy("Change Events")
    form_class = EventTypesForm
    previews = True

    def setup(self, request, *args, pk, inclusion, **kwargs):
        super().setup(request, *args, pk=pk, inclusion=inclusion, **kwargs)
        rows = Inclusion.objects.select_related("item").filter(item__kind=ItemKind.COURSE)
        self.inclusion = get_object_or_404(rows, pk=inclusion, pass_type=pk)
        self.subject = f"{self.pass_type.name}: {self.inclusion.item.title}"

    def get_initial(self):
        return {"event_types": self.inclusion.event_types or EventType.values}

    def perform(self, event_types):
        return training.change_event_types(
            self.pass_type, self.inclusion.pk, event_types, **self.who()
        )
