"""What the lists of regions, currencies and tax levels in the control panel have in common."""

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui.lists import LINE, Action, ListPage

from .asked import SETTINGS

CRUMBS = ((gettext_lazy("Control panel"), reverse_lazy("control_panel")),)


class Market(ListPage):
    """What the three lists share: archived rows are dim, and shown when asked for."""

    crumbs = CRUMBS
    permission_required = SETTINGS
    noun = ""

    def dim(self, row):
        return row["archived_at"] is not None

    def menu(self, row):
        def to(verb):
            return reverse(f"catalog:{verb}_{self.noun}", args=[row["pk"]])

        if self.noun != "currency":
            yield Action(_("Edit"), to("edit"), "pencil")
        if self.noun == "region" and not row["is_default"] and row["archived_at"] is None:
            yield Action(_("Make it the default"), to("default"), "star")
        if row["archived_at"] is None:
            yield LINE
            yield Action(_("Archive"), to("archive"), "archive", danger=True)
        else:
            yield Action(_("Restore"), to("restore"), "archive-restore")
            yield LINE
        yield Action(_("Delete"), to("delete"), "trash-2", danger=True)
