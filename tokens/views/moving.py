"""Staff give an account tokens, and move what it has: Issue, Change Expiry, Adjust, Transfer."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.consequences import Consequence
from tms.days import day_text, number
from tms.refusals import Refusal

from .. import issuing, ledger, switches
from ..forms import owned as forms
from ..issuing import DEFAULT, Wanted
from ..models import TokenType
from . import asked
from .asked import OfAccount, OfIssue, until


class IssueTokens(OfAccount):
    """The expiry is filled in from the type, and open to change."""

    title = gettext_lazy("Issue Tokens")
    submit = gettext_lazy("Issue the tokens")
    permission_required = asked.ISSUE
    form_class = forms.IssueForm
    template_name = "tokens/issue_tokens.html"

    def held_back(self):
        switches.hold_manual_issues()

    def perform(self, *, token_type, quantity, expires_on, by_period, note, unit_price, currency):
        wanted = Wanted(
            self.account,
            token_type,
            quantity,
            expires_on=DEFAULT if by_period else expires_on,
            note=note,
            unit_price=unit_price,
            currency=currency,
        )
        issuing.issue_many([wanted], **self.who)

    # What is filled in

    def frame(self, part):
        return "tokens/_issuing.html" if part else super().frame(part)

    def get_context_data(self, *, part=False, **kwargs):
        if part:
            kwargs["form"], kwargs["new_type"] = self.form_filled_in()
        return super().get_context_data(part=part, **kwargs)

    def form_filled_in(self):
        """The form with the expiry that the chosen type gives, and: is it another type now?"""
        post = self.request.POST
        chosen = post.get("token_type", "")
        rows = TokenType.objects.select_related("unit")
        found = rows.filter(pk=chosen).first() if chosen.isdecimal() and len(chosen) < 19 else None
        ends = self.ends(found)
        answers = {"expires_on": ends, "filled": ends, "filled_for": found.pk if found else ""}
        form = self.get_form_class()(
            **{**self.get_form_kwargs(), "data": None, "files": None, "initial": answers}
        )
        return form, post.get("filled_for", "") != str(answers["filled_for"])

    def ends(self, token_type):
        try:
            return issuing.expiry_of(token_type, self.request.today) if token_type else None
        except Refusal:
            return None


class ChangeExpiry(OfIssue):
    title = gettext_lazy("Change Expiry")
    submit = gettext_lazy("Save the new expiry")
    size = "small"
    previews = True
    permission_required = asked.MOVE_EXPIRY
    form_class = forms.ExpiryForm

    def get_initial(self):
        return {"expires_on": self.issue.expires_on}

    def held_back(self):
        issuing.refuse_over(self.issue, self.request.today)

    def perform(self, *, expires_on, reason):
        before, left = self.issue.expires_on, self.issue.remaining
        issuing.change_expiry(
            self.issue.pk, expires_on=expires_on, version=self.seen, reason=reason, **self.who
        )
        return moved(left, self.label, before, expires_on)


def moved(left, label, before, after) -> list[Consequence]:
    """What another last day gives or takes."""
    if before == after:
        return []
    shorter = after is not None and (before is None or after < before)
    what = {"n": number(left), "type": label}
    if after is None:
        sentence = _("%(n)s %(type)s never expire")
    elif shorter:
        sentence = _("%(n)s %(type)s end earlier: %(day)s is the last day to spend them")
    else:
        sentence = _("%(n)s %(type)s last longer: %(day)s is the last day to spend them")
    tone = "closes" if shorter else "stays"
    return [Consequence(tone, sentence % (what | {"day": day_text(after)}), left)]


class Adjust(OfIssue):
    title = gettext_lazy("Adjust")
    submit = gettext_lazy("Adjust the balance")
    previews = True
    permission_required = asked.ADJUST
    form_class = forms.AdjustForm

    def get_initial(self):
        return {"direction": forms.Direction.ON}

    def held_back(self):
        switches.hold_adjustments()
        issuing.refuse_over(self.issue, self.request.today)

    def perform(self, *, direction, quantity, reason):
        off = direction == forms.Direction.OFF
        after = ledger.adjust(
            self.issue.pk,
            -quantity if off else quantity,
            version=self.seen,
            reason=reason,
            **self.who,
        )
        sentence = _("%(type)s left of this issue: %(before)s now, %(after)s then") % {
            "type": self.label,
            "before": number(after.remaining + (quantity if off else -quantity)),
            "after": number(after.remaining),
        }
        return [Consequence("closes" if off else "stays", sentence, quantity)]


class Transfer(OfIssue):
    title = gettext_lazy("Transfer")
    submit = gettext_lazy("Transfer the tokens")
    danger = previews = True
    permission_required = asked.TRANSFER
    form_class = forms.TransferForm

    def get_initial(self):
        return {"quantity": self.issue.remaining}

    def held_back(self):
        switches.hold_adjustments()
        issuing.refuse_over(self.issue, self.request.today)

    def perform(self, *, to, quantity, reason):
        giver = self.issue.account
        arrived = ledger.transfer(
            self.issue.pk, quantity, to=to, version=self.seen, reason=reason, **self.who
        )
        what = {"n": number(quantity), "type": self.label}
        return [
            Consequence(
                "closes",
                _("%(account)s loses %(n)s %(type)s") % (what | {"account": giver}),
                quantity,
            ),
            Consequence(
                "stays",
                _("%(account)s gets %(n)s %(type)s, %(until)s")
                % (what | {"account": to, "until": until(arrived.expires_on)}),
                quantity,
            ),
        ]

    def get_success_url(self):
        return self.back() or reverse("tokens:of_account", args=[self.issue.account_id])
