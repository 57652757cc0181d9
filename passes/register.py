"""What passes bring to the shell: an option of the control panel, kinds of search, panels.

What comes with the passes that somebody has stands in register_owned.py.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tms.ui.register import FINANCIAL, Hit, Option, Panel, SearchKind

from . import content
from .models import PassType, TypeStatus
from .register_owned import BULK, FACTS, MENU, NAMES, PANELS_OWNED, SEARCH_OWNED, TABS
from .views import in_types

__all__ = ["BULK", "CONTROL_PANEL", "FACTS", "MENU", "NAMES", "PANELS", "SEARCH", "TABS"]

CONTROL_PANEL = [
    Option(
        heading=FINANCIAL,
        label=_("Training Passes"),
        description=_("Unlimited access to part of the catalogue, for a set time"),
        url_name="passes:types",
        permission="passes.view_passes",
        icon="id-card-lanyard",
        words=(
            _("passes"),
            _("pass types"),
            _("subscriptions"),
            _("memberships"),
            _("licences"),
            _("season tickets"),
        ),
        position=10,
    )
]


def find_types(query, _user, limit):
    """Pass types by name and code, those on offer first."""
    rows = PassType.objects.with_rank()
    for word in query.split():
        rows = rows.filter(content.says("search_text", word))
    return [
        Hit(
            row["name"],
            reverse("passes:type", args=[row["pk"]]),
            subtitle=row["code"],
            aside=str(TypeStatus(row["status"]).label),
        )
        for row in rows.order_by("rank", "pk").values("pk", "name", "code", "status")[:limit]
    ]


SEARCH = [
    SearchKind(
        label=_("Training pass types"),
        find=find_types,
        permission="passes.view_passes",
        position=60,
        icon="id-card-lanyard",
    ),
    *SEARCH_OWNED,
]

PANELS = [
    Panel("course", "pass types", in_types.item_panel, "passes.view_passes", position=60),
    Panel("path", "pass types", in_types.item_panel, "passes.view_passes", position=60),
    Panel("event", "pass types", in_types.event_panel, "passes.view_passes", position=60),
    *PANELS_OWNED,
]
