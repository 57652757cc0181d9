"""How is it told what happened to token packs?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui.access import allowed
from tms.ui.address import page_of
from tms.ui.register import Fact, Names
from tms.ui.timeline import Told, value

from .models import TokenPack

LABELS = {
    "name": gettext_lazy("Name"),
    "units": gettext_lazy("Number of tokens"),
    "period": gettext_lazy("Redemption Period"),
    "period_unit": gettext_lazy("Counted in"),
    "position": gettext_lazy("Order"),
}


def packs(ids, user) -> dict:
    may = allowed(user, "tokens.manage_token_types")
    rows = TokenPack.objects.filter(pk__in=ids).values_list("pk", "name")
    return {pk: (name, page_of("tokens:pack", pk) if may else "") for pk, name in rows}


def created(row, names):
    return Told(format_html(_("Token pack made: {pack}"), pack=names("token_pack", row.subject_id)))


def edited(row, names):
    changes = [
        (label, value(row.before.get(key)), value(row.after.get(key)))
        for key, label in LABELS.items()
        if key in row.after
    ]
    title = format_html(_("Token pack edited: {pack}"), pack=names("token_pack", row.subject_id))
    return Told(title, changes=changes)


def archived(row, names):
    return Told(
        format_html(_("Token pack archived: {pack}"), pack=names("token_pack", row.subject_id))
    )


def restored(row, names):
    return Told(
        format_html(_("Token pack restored: {pack}"), pack=names("token_pack", row.subject_id))
    )


NAMES = [Names("token_pack", packs)]
FACTS = [
    Fact("token_pack.created", "coins", created),
    Fact("token_pack.edited", "pencil", edited),
    Fact("token_pack.archived", "archive", archived, "over"),
    Fact("token_pack.restored", "archive-restore", restored),
]
