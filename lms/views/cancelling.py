"""How do staff cancel a place, and what comes back?"""

import datetime
import decimal

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from catalog.money import written
from tms.ui.access import allowed
from tokens import issuing, ledger
from tokens.models import TokenSettings

from .. import billing, cancelling
from ..forms import CancelPlaceForm
from ..models import Registration
from .managing import Managing

ISSUE = "tokens.issue_tokens"
CREDIT = "crm.credit_invoices"


class Cancel(Managing):
    """By staff, at any time."""

    title = gettext_lazy("Cancel the registration")
    submit = gettext_lazy("Cancel the registration")
    never_mind = gettext_lazy("Keep it")
    danger = True
    previews = True
    form_class = CancelPlaceForm
    changes = ("registrations", "events", "event", "tokens")

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Registration.objects.select_related("contact", "event__course", "path", "unit")
        self.registration = self.versioned = get_object_or_404(rows, pk=kwargs["pk"])

    @property
    def subject(self):
        on = self.registration
        what = on.path.title if on.path else on.event.choice_label
        return f"{on.contact.name}, {what}"

    def get_form_kwargs(self):
        """What was paid in tokens, and until when a fresh issue would last, if one may be given."""
        on = self.registration
        if on.paid_by in billing.BILLED and allowed(self.request.user, CREDIT):
            invoice = billing.to_credit(on)
            return super().get_form_kwargs() | {"billed": invoice}
        back = on.token_move and ledger.to_give_back([on.token_move], self.request.today)
        if not back:
            return super().get_form_kwargs()
        total = decimal.Decimal(sum(quantity for _issue, quantity, _over in back))
        until: datetime.date | bool | None = False
        may = allowed(self.request.user, ISSUE) and TokenSettings.current().manual_issues
        if may and any(over for _issue, _quantity, over in back):
            until = issuing.expiry_of(back[0][0].token_type, self.request.today)
        given = {"back": written(total, on.unit), "until": until}
        return super().get_form_kwargs() | given

    def perform(self, *, reason, give_back=True, fresh=False, fresh_until=None, credit=False):
        return cancelling.cancel(
            self.registration.pk,
            give_back=give_back,
            fresh=cancelling.Fresh(fresh_until) if fresh else None,
            credit=credit,
            reason=reason or "",
            **self.who,
        )
