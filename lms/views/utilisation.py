"""What do the holders of a pass type really use of it? The report; `lms/utilisation.py` counts."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from catalog.models import ItemKind
from crm.choosing import account_field
from passes.models import PassType
from tms import days
from tms.ui import charts
from tms.ui.access import staff
from tms.ui.address import page_of
from tms.ui.asked import Period
from tms.ui.reports import Column, Figures, Row, answer, number, percent

from .. import utilisation

SEE = ("passes.view_passes", "lms.view_registrations")
# As many rows of holders stand on the page, and as many items in the chart.
LISTED, DRAWN = 200, 10
# From so many items used to so many; the last one has no end.
SPANS = [(0, 0), (1, 1), (2, 3), (4, 6), (7, 10), (11, None)]


class UseForm(Period):
    """Of one pass type: a part of what is in it."""

    by = forms.ChoiceField(
        choices=[("item", gettext_lazy("Item")), ("holder", gettext_lazy("Holder"))],
        label=gettext_lazy("By"),
    )
    pass_type = forms.ModelChoiceField(
        PassType.objects.order_by("name_key", "pk"),
        required=False,
        empty_label=None,
        label=gettext_lazy("Pass Type"),
    )
    account = account_field(label=gettext_lazy("Account"), required=False)
    grain = "year"

    def usual(self):
        first = PassType.objects.with_rank().order_by("rank", "pk").values_list("pk", flat=True)
        return {**super().usual(), "by": "item", "pass_type": first.first() or ""}

    @property
    def asked(self) -> utilisation.Asked:
        account = self.cleaned_data["account"]
        return utilisation.Asked(
            pass_type=self.cleaned_data["pass_type"].pk,
            zone=self.zone,
            account=account.pk if account else None,
            **self.days,
        )


@staff(SEE)
@require_GET
def pass_use(request):
    """By item, those that nobody used too; or by holder, those who used nothing too."""

    def figures(form):
        if form.cleaned_data["pass_type"] is None:
            hint = _("Pass types are made in the control panel.")
            return Figures((), (), empty=_("There are no pass types yet"), hint=hint)
        return BY[form.cleaned_data["by"]](form)

    return answer(
        request,
        UseForm(request),
        figures,
        title=_("Use of passes"),
        says=_(
            "What was booked in this time through passes of the type that somebody held in it: "
            "places that were not cancelled, and how many of them led to a completion."
        ),
        name="pass-use",
    )


def by_item(form) -> Figures:
    asked = form.asked
    found = utilisation.items(asked)
    held = sum(utilisation.spread(asked).values())
    return Figures(
        columns=[
            Column(_("Item")),
            Column(_("Kind")),
            number(_("Places booked")),
            number(_("Passes that used it")),
            percent(_("Of all passes")),
            number(_("Completed")),
        ],
        rows=[
            Row(
                [
                    each.title if each.is_in else _("%(item)s (taken out)") % {"item": each.title},
                    ItemKind(each.kind).label,
                    each.places,
                    each.passes,
                    each.passes / held if held else None,
                    each.completed,
                ],
                page_of(f"catalog:{each.kind}", each.pk),
            )
            for each in found
        ],
        chart=charts.across(
            _("Places booked through passes"),
            [
                (each.title, [each.completed, each.places - each.completed])
                for each in found[:DRAWN]
            ],
            [_("Completed"), _("Not yet completed")],
        ),
        note=held_by(held),
        empty=_("Nothing is in this pass type, and nothing was booked through it"),
        hint=_("What it opens is chosen on its page in the control panel."),
    )


def by_holder(form) -> Figures:
    asked = form.asked
    spread = utilisation.spread(asked)
    held = sum(spread.values())
    return Figures(
        columns=[
            Column(_("Holder")),
            Column(_("Account")),
            Column(_("Pass"), lambda pk: f"#{pk}"),
            number(_("Items used")),
            number(_("Places booked")),
            number(_("Completed")),
            Column(_("Last booked on"), days.day_short),
        ],
        rows=[
            Row(told(each), page_of("passes:detail", each.pass_id))
            for each in utilisation.holders(asked, limit=LISTED)
        ],
        chart=charts.bars(
            _("Passes by how many items they were used for"),
            [
                (
                    span_name(first, last),
                    [
                        sum(
                            count
                            for used, count in spread.items()
                            if first <= used and (last is None or used <= last)
                        )
                    ],
                )
                for first, last in SPANS
            ],
            [""],
        ),
        note=listed_of(held) if held > LISTED else held_by(held),
        empty=_("Nobody held a pass of this type in this time"),
        rows_of_file=(told(each) for each in utilisation.all_holders(asked)),
    )


BY = {"item": by_item, "holder": by_holder}


def told(of: utilisation.Holder) -> list:
    name = f"{of.first_name} {of.last_name}".strip()
    return [name, of.account, of.pass_id, of.items, of.places, of.completed, of.last]


def span_name(first, last) -> str:
    if last is None:
        return f"{first}+"
    return f"{first}" if first == last else f"{first}–{last}"


def held_by(held: int) -> str:
    return ngettext(
        "%(count)s pass was held in this time.", "%(count)s passes were held in this time.", held
    ) % {"count": days.number(held)}


def listed_of(held: int) -> str:
    return _("The %(shown)s of %(all)s who used most. A file has them all.") % {
        "shown": days.number(LISTED),
        "all": days.number(held),
    }
