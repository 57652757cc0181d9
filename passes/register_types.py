"""What pass types bring to the shell: the control panel, search, panels, their history."""

from django.utils.translation import gettext_lazy as _

from tms.ui.address import page_of
from tms.ui.register import FINANCIAL, Hit, Option, Panel, SearchKind

from . import content, told_types
from .models import PassType, TypeStatus
from .views import in_types

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
            page_of("passes:type", row["pk"]),
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
    )
]

PANELS = [
    Panel("course", "pass types", in_types.item_panel, "passes.view_passes", position=60),
    Panel("path", "pass types", in_types.item_panel, "passes.view_passes", position=60),
    Panel("event", "pass types", in_types.event_panel, "passes.view_passes", position=60),
]

FACTS = told_types.FACTS
NAMES = told_types.NAMES
