"""What became of tokens over time? The report; `tokens/use.py` counts."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_GET

from tms.ui import charts
from tms.ui.access import staff
from tms.ui.asked import Period
from tms.ui.reports import Column, Figures, Row, answer, number, percent

from .. import use
from ..models import TokenType
from .asked import SEE


class UseForm(Period):
    """Of one type: tokens of two types are never added up."""

    token_type = forms.ModelChoiceField(
        TokenType.objects.select_related("unit").order_by("unit__label", "pk"),
        required=False,
        empty_label=None,
        label=gettext_lazy("Type"),
    )

    def usual(self):
        first = TokenType.objects.order_by("unit__label", "pk").values_list("pk", flat=True).first()
        return {**super().usual(), "token_type": first or ""}


@staff(SEE)
@require_GET
def token_use(request):
    """Issued, redeemed net of what came back, corrected, expired: of one type, by month."""
    return answer(
        request,
        UseForm(request),
        figures,
        title=_("Token use and breakage"),
        says=_(
            "Tokens by the day on which they were issued, redeemed or expired. Redeemed is less "
            "what came back in the same time; breakage is what expired unused, as a part of what "
            "was redeemed or expired."
        ),
        name="token-use",
    )


def figures(form) -> Figures:
    kind = form.cleaned_data["token_type"]
    if kind is None:
        return Figures(
            (),
            (),
            empty=_("There are no token types yet"),
            hint=_("They are made in the control panel."),
        )
    found = use.of_type(kind.pk, form.granules, **form.days)
    rows = [(start, found.get(start, use.Use())) for start in form.granules]
    title = _("%(type)s redeemed, and expired unused") % {"type": kind}
    return Figures(
        columns=[
            Column(pgettext("span", "Time")),
            number(pgettext("tokens", "Issued")),
            number(_("Redeemed")),
            number(_("Adjusted")),
            number(_("Expired unused")),
            percent(_("Breakage")),
        ],
        rows=[Row(told(form.name_of(start), each)) for start, each in rows] if found else [],
        total=told(_("Together"), sum(found.values(), use.Use())),
        chart=charts.bars(
            title,
            [
                (label, [max(0, each.redeemed), max(0, each.expired)])
                for label, (_start, each) in zip(form.labels(), rows, strict=True)
            ],
            [_("Redeemed"), _("Expired unused")],
        ),
    )


def told(label, of: use.Use) -> list:
    return [label, of.issued, of.redeemed, of.adjusted, of.expired, of.breakage]
