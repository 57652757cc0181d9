"""Control panel: Training Tokens, the types."""

from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import tables, types
from ..filters import TypeFilter
from ..forms.types import TypeForm
from ..models import TokenSettings, TokenType
from .asked import IMPORT, who

MANAGE = "tokens.manage_token_types"


class Types(ListPage):
    title = gettext_lazy("Training Tokens")
    crumbs = ((gettext_lazy("Control panel"), reverse_lazy("control_panel")),)
    permission_required = MANAGE
    table, filterset, sort = tables.TypeTable, TypeFilter, "name"
    values = ("unit__archived_at",)
    changes = "token-types"
    template_name = "tokens/types.html"
    empty = Empty(
        gettext_lazy("No token type yet"),
        gettext_lazy("A token is a pre-paid unit that training is paid with, like 3 Gold."),
    )

    def queryset(self):
        return tables.types()

    def actions(self):
        yield Action(_("Create Token Type"), reverse("tokens:create_type"), "plus")
        if TokenSettings.current().manual_issues:
            yield Action(
                _("Import opening balances"),
                reverse("tokens:import"),
                "upload",
                permission=IMPORT,
            )

    def dim(self, row):
        return row["unit__archived_at"] is not None

    def menu(self, row):
        def to(verb):
            return reverse(f"tokens:{verb}_type", args=[row["pk"]])

        yield Action(_("Edit"), to("edit"), "pencil")
        if row["unit__archived_at"] is None:
            yield LINE
            yield Action(_("Archive"), to("archive"), "archive", danger=True)
        else:
            yield Action(_("Restore"), to("restore"), "archive-restore")
            yield LINE
        yield Action(_("Delete"), to("delete"), "trash-2", danger=True)


class CreateType(Dialog):
    title = gettext_lazy("Create Token Type")
    submit = gettext_lazy("Create")
    permission_required = MANAGE
    form_class = TypeForm
    changes = "token-types"
    done_url = "tokens:types"

    def perform(self, **answers):
        types.create(**answers, **who(self.request))


class OfType(Dialog):
    permission_required = MANAGE
    changes = "token-types"
    done_url = "tokens:types"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(TokenType.objects.select_related("unit"), pk=kwargs["pk"])

    @property
    def subject(self):
        return str(self.row)


class EditType(OfType):
    title = gettext_lazy("Edit")
    form_class = TypeForm

    def get_initial(self):
        return {
            "name": self.row.unit.label,
            "description": self.row.description,
            "period": self.row.period,
            "period_unit": self.row.period_unit,
        }

    def perform(self, **answers):
        types.edit(self.row, **answers, **who(self.request))


class PressType(OfType):
    form_class = Form
    template_name = "catalog/press.html"
    sentence = ""


class ArchiveType(PressType):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive it")
    sentence = gettext_lazy(
        "It can't be issued or put into a new price. What has been issued stays spendable."
    )
    danger = True

    def perform(self):
        types.archive(self.row, **who(self.request))


class RestoreType(PressType):
    title = submit = gettext_lazy("Restore")
    sentence = gettext_lazy("It can be issued and put into prices again.")

    def perform(self):
        types.restore(self.row, **who(self.request))


class DeleteType(PressType):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete it")
    sentence = gettext_lazy("It goes for good. One that was used stays, and can be archived.")
    danger = True

    def perform(self):
        types.delete(self.row, **who(self.request))
