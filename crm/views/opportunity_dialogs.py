"""What is asked of an opportunity: made, edited, moved, won, lost, reopened."""

import datetime

from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from tms.ui.access import staff
from tms.ui.dialogs import Dialog, Done
from tms.ui.sent import operation_of

from .. import (
    duplicating,
    external_ids,
    forms,
    forms_selling,
    interests,
    opportunities,
    quotes,
    selling,
)
from ..models import Account, Contact, ExternalId, Interest, Stage
from .opportunities import CHANGE, WIN, found
from .options import whole_number


class Create(Dialog):
    """`?account=7` and `?contact=8` are filled in."""

    title = gettext_lazy("Add Opportunity")
    submit = gettext_lazy("Add")
    permission_required = CHANGE
    form_class = forms_selling.OpportunityForm
    template_name = "crm/form_new_opportunity.html"
    changes = "opportunity"

    def asked_for(self, rows, name: str):
        """The row whose id stands in the address under `name`, or None."""
        pk = whole_number(self.request.GET.get(name, ""))
        return rows.filter(pk=pk).first() if pk else None

    def get_initial(self):
        contact = self.asked_for(Contact.objects.select_related("account"), "contact")
        account = self.asked_for(Account.objects, "account") or (contact and contact.account)
        where = opportunities.sold_where(account) if account else {}
        return {"account": account, "contact": contact, "owner": self.request.user, **where}

    def perform(self, **answers):
        made = opportunities.create(
            at=self.request.now, on=self.request.today, by=self.request.user, **answers
        )
        return made.get_absolute_url()


@require_GET
@staff(CHANGE)
def sold_where(request):
    """Region and currency as fields of the form, filled in for `?account=7`; what follows from
    them is asked anew.
    """
    rows = Account.objects.select_related("region")
    account = rows.filter(pk=whole_number(request.GET.get("account", ""))).first()
    where = opportunities.sold_where(account) if account else {}
    form = forms_selling.OpportunityForm(initial=where)
    response = render(request, "crm/_sold_where.html", {"form": form})
    response["HX-Trigger-After-Swap"] = "change"
    return response


class OpportunityDialog(Dialog):
    """A question about one opportunity, as it was seen."""

    permission_required = CHANGE
    changes = "opportunity"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.opportunity = self.versioned = found(kwargs["pk"])

    @property
    def subject(self):
        return _("%(name)s, %(account)s") % {
            "name": self.opportunity.name,
            "account": self.opportunity.account,
        }

    @property
    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}

    def get_success_url(self):
        return self.back() or self.opportunity.get_absolute_url()

    def closed(self) -> str:
        """Why nothing can be done with it any more; "" while it is open."""
        return "" if self.opportunity.is_open else opportunities.closed(self.opportunity)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"opportunity": self.opportunity}


class WhileOpen(OpportunityDialog):
    """What only an open one can be asked; else it says why not, and offers no button."""

    template_name = "crm/while_open.html"

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if why := self.closed():
            context |= {"refused": why, "consequences": None}
        return context


class Edit(OpportunityDialog):
    title = gettext_lazy("Edit")
    form_class = forms_selling.EditForm
    template_name = "crm/form_opportunity.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"opportunity": found(self.opportunity.pk)}

    def perform(self, **answers):
        opportunities.edit(self.opportunity.pk, **answers, **self.who)


class Duplicate(OpportunityDialog):
    """Another one like it, with the interests that can still be sold."""

    title = gettext_lazy("Duplicate")
    submit = gettext_lazy("Duplicate")
    form_class = forms_selling.OpportunityForm
    template_name = "crm/form_new_opportunity.html"
    previews = True

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"opportunity": self.opportunity}

    def get_initial(self):
        found = self.opportunity
        owner = found.owner if found.owner and found.owner.is_active else self.request.user
        contact = None if found.contact and found.contact.archived_at else found.contact
        return {"owner": owner, "contact": contact, "closes_on": None, "probability": None}

    def perform(self, **answers):
        made = duplicating.duplicate(self.opportunity.pk, **answers, **self.who)
        url = made.opportunity.get_absolute_url()
        return Done(goes_to=url, consequences=made.consequences)


class Move(WhileOpen):
    title = gettext_lazy("Move to stage")
    submit = gettext_lazy("Move")
    form_class = forms_selling.MoveForm
    size = "small"

    def get_initial(self):
        return {"stage": self.opportunity.stage_id}

    def perform(self, stage):
        opportunities.move(self.opportunity.pk, stage=stage, **self.who)


class Closing(WhileOpen):
    """Win or lose it; `?stage=4`: into that stage."""

    def get_initial(self):
        asked = whole_number(self.request.GET.get("stage", ""))
        return {"stage": asked} if asked else {}

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        asked = form.initial.get("stage")
        if not isinstance(asked, Stage):
            known = {stage.pk: stage for stage in form.fields["stage"].queryset}
            # A stage that is not there, or counts as something else: the first that does.
            form.initial["stage"] = known.get(asked) or next(iter(known.values()), None)
        return form


class Win(Closing):
    title = gettext_lazy("Win")
    submit = gettext_lazy("Win, and do all this")
    never_mind = gettext_lazy("Not yet")
    permission_required = WIN
    form_class = forms_selling.WinForm
    template_name = "crm/win.html"
    preview_template = "crm/_win_preview.html"
    previews = True
    changes = ("opportunity", "passes", "tokens", "registrations", "invoices")

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context | {"groups": self.grouped(context["consequences"] or ())}

    def grouped(self, consequences) -> list:
        """(heading, consequences): what the account receives, what it pays, what is sent."""
        account = {"account": self.opportunity.account}
        headings = {
            "gives": _("%(account)s receives") % account,
            "pays": _("%(account)s pays") % account,
            "billed": _("Is billed"),
            "sent": _("Is sent"),
        }
        found = [
            (heading, [each for each in consequences if each.tone == tone])
            for tone, heading in headings.items()
        ]
        found.append((_("Besides"), [each for each in consequences if each.tone not in headings]))
        return [(heading, each) for heading, each in found if each]

    def perform(self, **answers):
        operation = operation_of(self.request)
        return selling.win(self.opportunity.pk, operation=operation, **answers, **self.who)


class Lose(Closing):
    title = gettext_lazy("Lose")
    submit = gettext_lazy("Lose the opportunity")
    danger = True
    form_class = forms_selling.LoseForm
    template_name = "crm/lose.html"
    previews = True

    def perform(self, **answers):
        return opportunities.lose(self.opportunity.pk, **answers, **self.who)


class Reopen(OpportunityDialog):
    title = gettext_lazy("Reopen")
    submit = gettext_lazy("Reopen the opportunity")
    form_class = forms_selling.MoveForm
    size = "small"
    template_name = "crm/while_open.html"

    def get_initial(self):
        return {"stage": self.form_class.base_fields["stage"].queryset.first()}

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        if self.opportunity.won:
            context["refused"] = self.closed()
        return context

    def perform(self, stage):
        opportunities.reopen(self.opportunity.pk, stage=stage, **self.who)


class RemoveInterest(WhileOpen):
    title = gettext_lazy("Remove")
    submit = gettext_lazy("Remove the interest")
    danger = True
    size = "small"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.interest = get_object_or_404(Interest, pk=kwargs["id"], opportunity=self.opportunity)

    @property
    def subject(self):
        return self.interest.title

    def perform(self):
        interests.remove(self.interest.pk, **self.who)


class AddExternalId(OpportunityDialog):
    title = gettext_lazy("Add external ID")
    submit = gettext_lazy("Add")
    form_class = forms.ExternalIdForm

    def perform(self, **answers):
        external_ids.add(self.opportunity, **answers, **self.who)


class RemoveExternalId(OpportunityDialog):
    title = gettext_lazy("Remove external ID")
    submit = gettext_lazy("Remove the ID")
    danger = True

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(ExternalId, pk=kwargs["id"], opportunity=self.opportunity)

    @property
    def subject(self):
        return f"{self.row}, {self.opportunity}"

    def perform(self):
        external_ids.remove(self.row.pk, **self.who)


class MakeQuote(WhileOpen):
    title = gettext_lazy("Make a quote")
    submit = gettext_lazy("Make the quote")
    form_class = forms_selling.QuoteForm
    changes = ("opportunity", "quotes")

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"today": self.request.today}

    def get_initial(self):
        days = datetime.timedelta(days=quotes.DAYS_VALID)
        return {"valid_until": self.request.today + days}

    def perform(self, **answers):
        made = quotes.make(self.opportunity.pk, **answers, **self.who)
        return Done(says=_("Quote %(number)s is made.") % {"number": made.number})
