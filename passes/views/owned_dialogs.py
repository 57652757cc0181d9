"""What may be asked of one pass: renew, extend, edit its assignment, cancel, see its history."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.compiled import Rows
from tms.consequences import Consequence, messages
from tms.days import day_text
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.outcomes import digest_of
from tms.ui.sent import operation_of

from .. import history, lasting, lifecycle, rules
from ..forms import owned as forms
from ..models import OptionStatus, Pass, PassOption, TypeStatus

PASS = Rows(
    lambda pk: Pass.objects.filter(pk=pk).select_related(
        "pass_type", "option", "contact", "account"
    )
)
ON_SALE = Rows(
    lambda pass_type_id: PassOption.objects.filter(
        pass_type=pass_type_id, status=OptionStatus.PUBLISHED
    )
)


class PassDialog(Dialog):
    """A dialog about one pass. The verb itself refuses what is stale, under its lock."""

    changes = "passes"
    verb = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.pass_ = self.versioned = PASS.or_404(pk=kwargs["pk"])
        self.status = self.pass_.status_on(request.today)

    @property
    def subject(self):
        return _("%(type)s, %(option)s, until %(day)s") % {
            "type": self.pass_.pass_type.name,
            "option": self.pass_.option.name,
            "day": day_text(self.pass_.expires_on),
        }

    @property
    def holder(self):
        return self.pass_.contact.name if self.pass_.contact else _("Unassigned")

    @property
    def who(self) -> dict:
        """What every verb is told: the pass as it was seen, when, by whom."""
        seen = self.request.POST.get("version", "")
        return {
            "version": int(seen) if seen.isdecimal() else self.pass_.version,
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

    def refuse_stale(self):
        """Left to the verb: it locks holders before passes, and so must not begin here."""

    def unanswered(self, form) -> list:
        """Labels of what must be answered before there is anything to show."""
        return []

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        archived = self.pass_.pass_type.status == TypeStatus.ARCHIVED
        if why := self.verb and lifecycle.may(self.verb, self.status, archived_type=archived):
            return context | {"refused": why, "consequences": None}
        if missing := context.get("missing") or self.unanswered(context["form"]):
            # Without scripts nothing was shown yet; what has consequences is then shown first.
            nothing = {"refused": "", "consequences": None, "digest": digest_of([])}
            return context | nothing | {"missing": missing}
        return context

    def get_success_url(self):
        return self.back() or reverse("passes:detail", args=[self.pass_.pk])


class Moving(PassDialog):
    """A dialog that gives a new expiry, says from when to when, and what a shorter one takes."""

    previews = True
    moved_to = None

    def frame(self, part):
        return "passes/owned/_moving.html" if part else super().frame(part)

    def told(self, change) -> list[Consequence]:
        """What follows; that it ends earlier is the first of it, so that it is always seen."""
        self.moved_to = change.changed.expires_on
        return rules.told_moved(self.pass_.expires_on, change)

    def get_context_data(self, *, part=False, **kwargs):
        context = super().get_context_data(part=part, **kwargs)
        if part:
            # What isn't sent yet isn't wrong yet.
            context["form"].errors.clear()
        return context

    @property
    def is_shorter(self):
        return self.moved_to is not None and self.moved_to < self.pass_.expires_on


class Renew(Moving):
    verb = "renew"
    title = gettext_lazy("Renew Training Pass")
    submit = gettext_lazy("Renew the pass")
    permission_required = "passes.change_pass"
    template_name = "passes/owned/renew.html"
    form_class = forms.RenewForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        archived = self.pass_.pass_type.status == TypeStatus.ARCHIVED
        self.on_sale = {}
        self.why_no_option = (
            lifecycle.may("renew_by_option", self.status, archived_type=archived)
            or self.why_none_on_sale()
        )

    def why_none_on_sale(self):
        options = ON_SALE(pass_type_id=self.pass_.pass_type_id)
        self.on_sale = {option.pk: option for option in options}
        return "" if self.on_sale else _("None of its options is on sale. Renew it by date.")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "pass_": self.pass_,
            "why_no_option": self.why_no_option,
            "on_sale": self.on_sale.values(),
            "today": self.request.today,
        }

    def get_initial(self):
        if self.why_no_option:
            return {"by": forms.RenewBy.DATE}
        own = self.pass_.option_id
        option = self.on_sale.get(own) or next(iter(self.on_sale.values()))
        return {"by": forms.RenewBy.OPTION, "option": option}

    def perform(self, *, by, option, expires_on, confirmed_shorter, reason):
        by_option = by == forms.RenewBy.OPTION
        return self.told(
            lifecycle.renew(
                self.pass_.pk,
                option=option if by_option else None,
                expires_on=None if by_option else expires_on,
                confirmed_shorter=bool(confirmed_shorter),
                reason=reason or "",
                **self.who,
            )
        )

    def preview(self, *, by, option, expires_on, **answers):
        by_option = by == forms.RenewBy.OPTION
        planned = lasting.renewal(
            self.pass_,
            option=option if by_option else None,
            expires_on=None if by_option else expires_on,
            confirmed_shorter=True,
            on=self.request.today,
        )
        stale = self.who["version"] != self.pass_.version
        if planned.shorter or stale or messages().possible():
            answers |= {"by": by, "option": option, "expires_on": expires_on}
            return super().preview(**answers | {"confirmed_shorter": True})
        # A longer one takes nothing from anybody, and nobody is written to: that needs no trial.
        self.moved_to = planned.expires_on
        return []

    def unanswered(self, form):
        by_option = form["by"].value() == forms.RenewBy.OPTION
        asked = form["option" if by_option else "expires_on"]
        return [] if asked.value() and asked.name not in form.errors else [asked.label]


class Extend(Moving):
    verb = "extend"
    title = gettext_lazy("Extend Training Pass")
    submit = gettext_lazy("Save the new expiry")
    size = "small"
    permission_required = "passes.change_pass"
    template_name = "passes/owned/extend.html"
    form_class = forms.ExtendForm

    def perform(self, *, expires_on, reason):
        return self.told(
            lifecycle.extend(self.pass_.pk, expires_on=expires_on, reason=reason or "", **self.who)
        )


class Cancel(PassDialog):
    verb = "cancel"
    title = gettext_lazy("Cancel Training Pass")
    submit = gettext_lazy("Cancel the pass")
    never_mind = gettext_lazy("Keep the pass")
    danger = previews = True
    permission_required = "passes.cancel_pass"
    template_name = "passes/owned/cancel.html"
    form_class = forms.CancelForm

    def perform(self, *, reason):
        change = lifecycle.cancel(self.pass_.pk, reason=reason or "", **self.who)
        return change.consequences


class EditAssignment(PassDialog):
    verb = "assign"
    title = gettext_lazy("Edit Assignment")
    previews = True
    permission_required = "passes.reassign_pass"
    template_name = "passes/owned/assign.html"
    form_class = forms.AssignForm

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"pass_": self.pass_}

    def get_initial(self):
        return {"to": forms.AssignTo.CONTACT}

    def perform(self, *, to, contact, reason):
        change = lifecycle.assign(self.pass_.pk, contact=contact, reason=reason or "", **self.who)
        return change.consequences

    def unanswered(self, form):
        chosen = form.is_bound and "contact" not in form.errors
        to_nobody = form["to"].value() == forms.AssignTo.NOBODY
        return [] if chosen or to_nobody else [form["contact"].label]


class History(PassDialog):
    """Only looked at."""

    title = gettext_lazy("View Assignment History")
    permission_required = "passes.view_passes"
    template_name = "passes/owned/history.html"
    form_class = Form
    http_method_names = ["get"]

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {"entries": history.of(self.pass_.pk)}
