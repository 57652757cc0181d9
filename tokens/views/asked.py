"""What do the dialogs about tokens share? Who asks, which issue, what the settings forbid."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from crm import doubles
from crm.models import Account
from tms.days import day_text, number
from tms.refusals import Refusal
from tms.ui.dialogs import Dialog
from tms.ui.outcomes import digest_of
from tms.ui.sent import operation_of

from ..models import TokenIssue

SEE = "tokens.view_tokens"
ISSUE, REDEEM = "tokens.issue_tokens", "tokens.redeem_tokens"
MOVE_EXPIRY, ADJUST = "tokens.change_token_expiry", "tokens.adjust_tokens"
TRANSFER, SPENDING = "tokens.transfer_tokens", "tokens.set_token_spending"
IMPORT = "tokens.import_tokens"


def who(request) -> dict:
    return {"at": request.now, "on": request.today, "by": request.user}


class TokenDialog(Dialog):
    """A dialog whose verb refuses what is stale, under its own locks.

    `held_back()` raises Refusal for what the settings forbid: nothing is asked then.
    """

    changes = "tokens"

    @property
    def who(self) -> dict:
        return who(self.request) | {"operation": operation_of(self.request)}

    @property
    def seen(self) -> int | None:
        """The version that the form was opened with."""
        seen = self.request.POST.get("version", "")
        return int(seen) if seen.isdecimal() and len(seen) < 10 else None

    def refuse_stale(self):
        """Left to the verb: it locks accounts before issues, and so must not begin here."""

    def held_back(self) -> None:
        return

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        try:
            self.held_back()
        except Refusal as no:
            return context | {"refused": str(no), "consequences": None}
        missing = context.get("missing")
        if self.previews and missing:
            # Without scripts nothing was shown yet; what has consequences is then shown first.
            nothing = {"refused": "", "consequences": None, "digest": digest_of([])}
            return context | nothing | {"missing": missing}
        return context


class OfAccount(TokenDialog):
    """About the tokens of one account."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        account = get_object_or_404(Account, pk=kwargs["account_id"])
        self.account = doubles.lead_on(request, account)

    @property
    def subject(self):
        return self.account.name

    def get_success_url(self):
        return self.back() or reverse("tokens:of_account", args=[self.account.pk])


class OfIssue(TokenDialog):
    """About one token issue."""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.issue = self.versioned = get_object_or_404(
            TokenIssue.objects.select_related("token_type__unit", "account", "currency"),
            pk=kwargs["pk"],
        )
        self.label = str(self.issue.token_type)

    @property
    def subject(self):
        return _("%(n)s %(type)s of %(account)s, %(until)s") % {
            "n": number(self.issue.spendable_on(self.request.today)),
            "type": self.label,
            "account": self.issue.account.name,
            "until": until(self.issue.expires_on),
        }

    def get_success_url(self):
        return self.back() or reverse("tokens:issue", args=[self.issue.pk])


def until(day) -> str:
    """until 22 November 2026; never expire"""
    return _("until %(day)s") % {"day": day_text(day)} if day else _("never expire")
