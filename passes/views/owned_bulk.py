"""What may be done with several passes of a list: assign them, extend them, cancel them."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import doubles
from crm.models import Account
from tms import preview
from tms.consequences import Consequence
from tms.days import day_text
from tms.refusals import Refusal
from tms.ui.dialogs import Dialog, Done
from tms.ui.sent import operation_of

from .. import bulk
from ..bulk import AT_ONCE, Many
from ..forms import owned as forms
from ..models import Pass
from . import owned

NAMED = 20


class ManyPasses(Dialog):
    """A dialog about the rows ticked in a list, or all that its filters match.

    Above 200 rows the work goes to the background; what is shown before is the same either way.
    """

    what: Many
    changes = "passes"
    previews = True
    template_name = "passes/owned/many.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.account = None
        if account_id := kwargs.get("account_id"):
            account = get_object_or_404(Account, pk=account_id)
            self.account = doubles.lead_on(request, account)

    @cached_property
    def chosen(self) -> list[Pass]:
        """The passes, in the order of their numbers."""
        page = owned.AccountPasses if self.account else owned.AllPasses
        rows = page.selected(self.request, **self.kwargs)
        found = list(
            rows.select_related("pass_type", "option", "contact").order_by("pk")[: bulk.MOST + 1]
        )
        if not found:
            raise Refusal(_("Tick the passes first."))
        if len(found) > bulk.MOST:
            raise Refusal(bulk.too_many())
        return found

    @property
    def subject(self):
        try:
            count = len(self.chosen)
        except Refusal:
            return ""
        words = ngettext("%(count)d pass", "%(count)d passes", count) % {"count": count}
        return (
            _("%(passes)s of %(account)s")
            % {
                "passes": words,
                "account": self.account.name,
            }
            if self.account
            else words
        )

    def given_by(self, **answers) -> dict:
        """What the verb is given, from the answers."""
        raise NotImplementedError

    def listed(self, given) -> Consequence:
        """The passes themselves, as the first of what the dialog shows."""
        raise NotImplementedError

    def do(self, **answers):
        """(what it does, carried out here and now; how many passes)"""
        given = self.given_by(**answers)
        change = bulk.carry_out(self.what, **given, **self.who)
        return [self.listed(given), *change.consequences], given

    def told(self, **answers):
        """The same, and which messages that sets off."""
        consequences, given = self.do(**answers)
        return self.with_messages(consequences).consequences, given

    def perform(self, **answers):
        if len(self.chosen) <= AT_ONCE:
            return self.do(**answers)[0]
        consequences, given = preview.run(lambda: self.told(**answers))
        job = bulk.in_background(
            self.what,
            total=len(self.chosen),
            back_to=self.get_success_url(),
            **given,
            **self.who,
        )
        return Done(goes_to=reverse("job", args=[job.pk]), consequences=consequences)

    def why_not(self) -> str:
        """Why it can't be done with what was ticked, before anything is asked."""
        try:
            self.chosen  # noqa: B018
        except Refusal as no:
            return str(no)
        return ""

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if why := self.why_not():
            return context | {"refused": why, "consequences": None}
        return context

    def preview(self, **answers):
        return preview.run(lambda: self.told(**answers))[0]

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

    def get_success_url(self):
        if self.account:
            return reverse("passes:of_account", args=[self.account.pk])
        return reverse("passes:list")


def lines(passes, say) -> tuple[str, ...]:
    return tuple(say(pass_) for pass_ in passes[:NAMED])


def named(pass_) -> str:
    """Leadership Library #12, Ada Lindqvist"""
    holder = pass_.contact.name if pass_.contact else _("Unassigned")
    return f"{pass_.pass_type.name} {pass_}, {holder}"


class ExtendMany(ManyPasses):
    what = Many.EXTEND
    title = gettext_lazy("Extend Training Passes")
    submit = gettext_lazy("Extend the passes")
    permission_required = "passes.change_pass"
    form_class = forms.ExtendForm

    def given_by(self, *, expires_on, reason):
        ids = [pass_.pk for pass_ in self.chosen]
        return {"ids": ids, "expires_on": expires_on, "reason": reason or ""}

    def listed(self, given):
        day = day_text(given["expires_on"])
        sentence = _("Last until %(day)s then") % {"day": day}
        return Consequence("stays", sentence, len(self.chosen), lines(self.chosen, self.moved))

    def moved(self, pass_):
        until = _("until %(day)s now") % {"day": day_text(pass_.expires_on)}
        return f"{named(pass_)}, {until}"


class CancelMany(ManyPasses):
    what = Many.CANCEL
    title = gettext_lazy("Cancel Training Passes")
    submit = gettext_lazy("Cancel the passes")
    never_mind = gettext_lazy("Keep the passes")
    danger = True
    permission_required = "passes.cancel_pass"
    form_class = forms.CancelForm

    def given_by(self, *, reason):
        return {"ids": [pass_.pk for pass_ in self.chosen], "reason": reason or ""}

    def listed(self, given):
        sentence = _("End at once, and can’t be revived")
        return Consequence("closes", sentence, len(self.chosen), lines(self.chosen, named))


class AssignMany(ManyPasses):
    """Unassigned passes of one type to as many contacts; the longest-lasting goes first."""

    what = Many.ASSIGN
    title = gettext_lazy("Assign Training Passes")
    submit = gettext_lazy("Assign the passes")
    permission_required = "passes.reassign_pass"
    form_class = forms.AssignManyForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"account_id": self.account.pk}

    def why_not(self):
        try:
            self.given_by(contacts=[], reason="")
        except Refusal as no:
            return str(no)
        return ""

    def given_by(self, *, contacts, reason):
        free = [pass_ for pass_ in self.chosen if pass_.contact_id is None]
        if len(free) < len(self.chosen):
            raise Refusal(
                ngettext(
                    "%(count)d of them is assigned already. Tick only unassigned ones.",
                    "%(count)d of them are assigned already. Tick only unassigned ones.",
                    len(self.chosen) - len(free),
                )
                % {"count": len(self.chosen) - len(free)}
            )
        if len({pass_.pass_type_id for pass_ in free}) > 1:
            raise Refusal(_("They are of several pass types. Tick passes of one type at a time."))
        if len(contacts) > len(free):
            raise Refusal(
                _("You ticked %(passes)d passes and chose %(contacts)d contacts. Leave some out.")
                % {"passes": len(free), "contacts": len(contacts)},
                field="contacts",
            )
        free.sort(key=lambda pass_: (-pass_.expires_on.toordinal(), pass_.pk))
        handed = list(zip(free, contacts, strict=False))
        self.handed = handed
        return {
            "pairs": [(pass_.pk, contact) for pass_, contact in handed],
            "reason": reason or "",
        }

    def listed(self, given):
        left = len(self.chosen) - len(self.handed)
        sentence = _("Are assigned")
        if left:
            sentence = ngettext(
                "Are assigned; %(count)d stays unassigned",
                "Are assigned; %(count)d stay unassigned",
                left,
            ) % {"count": left}
        said = tuple(
            _("%(name)s gets %(type)s %(number)s, until %(day)s")
            % {
                "name": contact.name,
                "type": pass_.pass_type.name,
                "number": pass_,
                "day": day_text(pass_.expires_on),
            }
            for pass_, contact in self.handed[:NAMED]
        )
        return Consequence("stays", sentence, len(self.handed), said)
