"""Staff redeem on an account's behalf, give back what was redeemed, and say who may spend."""

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm.models import Contact
from tms.consequences import Consequence
from tms.days import number
from tms.ui.access import allowed

from .. import ledger, naming, returning, spending
from ..forms import owned as forms
from ..models import EntryKind, LedgerEntry, TokenIssue, TokenSettings
from . import asked
from .asked import OfAccount, TokenDialog, until

NAMED = 10


class Redeem(OfAccount):
    """Of what expires first, or of one issue in particular."""

    title = gettext_lazy("Redeem")
    submit = gettext_lazy("Redeem the tokens")
    danger = previews = True
    permission_required = asked.REDEEM
    form_class = forms.RedeemForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"account": self.account, "today": self.request.today}

    def get_initial(self):
        left = self.account.token_issues.spendable_on(self.request.today).order_by()
        kinds = set(left.values_list("token_type", flat=True))
        return {"token_type": kinds.pop()} if len(kinds) == 1 else {}

    def perform(self, *, token_type, quantity, issue, contact, reason):
        taken = ledger.redeem(
            self.account.pk,
            token_type,
            quantity,
            issue_id=issue.pk if issue else None,
            contact_id=contact.pk if contact else None,
            reason=reason,
            **self.who,
        )
        return told(taken, token_type)


def told(taken, token_type) -> list[Consequence]:
    """What is taken of which issue, in the order in which it is spent. One statement."""
    found = TokenIssue.objects.in_bulk([pk for pk, _quantity in taken.parts])
    lines = tuple(
        _("%(n)s of %(issue)s, %(until)s; %(left)s left then")
        % {
            "n": number(quantity),
            "issue": found[pk],
            "until": until(found[pk].expires_on),
            "left": number(found[pk].remaining),
        }
        for pk, quantity in taken.parts
    )
    sentence = _("%(n)s %(type)s are taken") % {"n": number(taken.quantity), "type": token_type}
    return [Consequence("closes", sentence, len(lines), lines[:NAMED])]


class RedeemIssue(Redeem):
    """The same, opened from the menu of an issue."""

    def setup(self, request, *args, pk, **kwargs):
        self.chosen = get_object_or_404(TokenIssue.objects.select_related("token_type"), pk=pk)
        super().setup(request, *args, account_id=self.chosen.account_id, **kwargs)
        self.kwargs = {"pk": pk}

    def get_initial(self):
        return {"token_type": self.chosen.token_type_id, "issue": self.chosen.pk}


class GiveBack(TokenDialog):
    """What was redeemed goes back to the issues that it came from, whole or in part."""

    title = gettext_lazy("Give back")
    submit = gettext_lazy("Give back the tokens")
    previews = True
    permission_required = asked.REDEEM
    form_class = forms.RefundForm
    template_name = "tokens/give_back.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.move = kwargs["move"]
        if self.move >= 2**63:
            raise Http404
        taken = LedgerEntry.objects.filter(move=self.move, kind=EntryKind.REDEEMED)
        self.entry = taken.select_related("token_type__unit", "account", "contact").first()
        if self.entry is None:
            raise Http404
        self.left = ledger.to_give_back([self.move], request.today)

    @property
    def subject(self):
        return f"{self.entry.account}, {self.entry.token_type}"

    def get_form_kwargs(self):
        over = any(over for _issue, _number, over in self.left)
        may = allowed(self.request.user, asked.ISSUE) and TokenSettings.current().manual_issues
        return super().get_form_kwargs() | {"may_issue": over and may}

    def get_initial(self):
        return {"quantity": sum(left for _issue, left, _over in self.left) or None}

    def perform(self, *, quantity, reason, courtesy=False):
        given = returning.give_back(
            {self.move: quantity}, courtesy=bool(courtesy), reason=reason, **self.who
        )
        return come_back(given, self.entry.token_type)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        key = (self.entry.purpose_kind, self.entry.purpose_id)
        name = naming.purposes([key], self.request.user).get(key)
        return context | {"paid_for": naming.linked(name)}

    def get_success_url(self):
        return self.back() or reverse("tokens:of_account", args=[self.entry.account_id])


def come_back(given, token_type) -> list[Consequence]:
    """What can be spent again, what is written off at once, what is issued anew."""
    found = []
    for over, tone, sentence in (
        (False, "stays", _("%(n)s %(type)s can be spent again")),
        (True, "closes", _("%(n)s %(type)s are written off again: their issue has expired")),
    ):
        parts = [each for each in given.returned if each.over == over]
        if parts:
            total = sum(each.quantity for each in parts)
            lines = tuple(
                _("%(n)s to %(issue)s, %(until)s")
                % {
                    "n": number(each.quantity),
                    "issue": each.issue,
                    "until": until(each.issue.expires_on),
                }
                for each in parts
            )
            what = {"n": number(total), "type": token_type}
            found.append(Consequence(tone, sentence % what, len(lines), lines[:NAMED]))
    for each in given.anew:
        sentence = _("%(n)s %(type)s are issued anew, %(until)s") % {
            "n": number(each.issued),
            "type": token_type,
            "until": until(each.expires_on),
        }
        found.append(Consequence("stays", sentence, each.issued))
    return found


class WhoMaySpend(OfAccount):
    title = gettext_lazy("Who may spend")
    previews = True
    permission_required = asked.SPENDING
    form_class = forms.SpendingForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.rule = spending.rule_of(self.account.pk)
        self.version = self.rule.version

    def chosen(self):
        rows = Contact.objects.filter(spends_tokens_of__account=self.account)
        return list(rows.order_by("name_key", "pk"))

    def get_form_kwargs(self):
        self.spenders = self.chosen()
        more = {"account_id": self.account.pk, "chosen": self.spenders}
        return super().get_form_kwargs() | more

    def get_initial(self):
        return {
            "who": self.rule.who,
            "contacts": [each.pk for each in self.chosen()],
            "yearly_limit": self.rule.yearly_limit,
        }

    def perform(self, *, who, contacts, yearly_limit):
        before = {each.pk: each for each in spending.spenders_of(self.account)}
        spending.set_rule(
            self.account,
            who=who,
            contacts=as_contacts(contacts),
            yearly_limit=yearly_limit,
            version=self.seen,
            **asked.who(self.request),
        )
        after = {each.pk: each for each in spending.spenders_of(self.account)}
        lose = [each for pk, each in before.items() if pk not in after]
        gain = [each for pk, each in after.items() if pk not in before]
        return [
            Consequence(tone, sentence % {"n": len(people)}, len(people), names(people))
            for tone, people, sentence in (
                ("closes", lose, ngettext("%(n)s contact may spend no more",
                                          "%(n)s contacts may spend no more", len(lose))),
                ("stays", gain, ngettext("%(n)s contact may spend now",
                                         "%(n)s contacts may spend now", len(gain))),
            )
            if people
        ]  # fmt: skip


def names(people) -> tuple[str, ...]:
    return tuple(each.name for each in people[:NAMED])


def as_contacts(given) -> list[Contact]:
    """The form's answer as contacts: what nobody touched yet are their numbers."""
    numbers = [each for each in given or () if not isinstance(each, Contact)]
    if not numbers:
        return list(given or ())
    return list(Contact.objects.filter(pk__in=numbers))
