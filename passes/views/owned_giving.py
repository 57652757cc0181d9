"""Who is given a pass? A contact, an account, several contacts chosen in a list."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import doubles
from crm.models import Account, Contact
from crm.views.contacts import Contacts
from tms.compiled import Rows
from tms.days import day_text
from tms.refusals import Refusal
from tms.ui.access import staff
from tms.ui.combobox import options
from tms.ui.dialogs import Dialog, Done
from tms.ui.sent import operation_of

from .. import bulk, lifecycle
from ..bulk import Many
from ..forms import owned as forms
from ..models import OptionStatus, Pass, PassOption, PassType

NAMED = 3


class Giving(Dialog):
    """A dialog that gives passes: type, then option, then expiry, each filling in the next."""

    changes = "passes"
    submit = gettext_lazy("Add the pass")
    permission_required = "passes.issue_pass"
    template_name = "passes/owned/add.html"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"today": self.request.today}

    def get_initial(self):
        """A type may be chosen by the address, and its option with it where there is only one."""
        wanted = self.request.GET.get("pass_type", "")
        found = PassType.objects.on_offer().filter(pk=wanted) if wanted.isdecimal() else ()
        return self.filled_in(next(iter(found), None), None) if found else {}

    @property
    def who(self) -> dict:
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

    def give(self, contacts, **given) -> Done | None:
        """One pass each: now, or in the background for many."""
        if len(contacts) <= bulk.AT_ONCE:
            lifecycle.issue_many(contacts=contacts, **given, **self.who)
            return None
        job = bulk.in_background(
            Many.ISSUE,
            total=len(contacts),
            contacts=contacts,
            back_to=self.get_success_url(),
            **given,
            **self.who,
        )
        return Done(reverse("job", args=[job.pk]))

    # What is filled in

    def filled_in(self, pass_type, option) -> dict:
        """The form's answers after a choice: the only option, and the expiry by the option."""
        on_sale = list(pass_type.options.filter(status=OptionStatus.PUBLISHED)[:2])
        if option is None or option.pass_type_id != pass_type.pk:
            option = on_sale[0] if len(on_sale) == 1 else None
        end = forms.end_by(option, self.request.today) if option else None
        return {
            "pass_type": pass_type,
            "option": option,
            "expires_on": end,
            "filled": end,
            "filled_for": option.pk if option else "",
        }

    def frame(self, part):
        return "passes/owned/_adding.html" if part else super().frame(part)

    def get_context_data(self, *, part=False, **kwargs):
        if part:
            kwargs["form"], changed = self.form_filled_in()
            kwargs |= changed
        context = super().get_context_data(part=part, **kwargs)
        return context | {"warning": self.warning(self.type_in(context["form"]))}

    def form_filled_in(self):
        """The form as if it had been opened with the choices so far, and what is new in it."""
        post = self.request.POST
        pass_type = one(PassType.objects.on_offer(), post.get("pass_type"))
        asked_for = one(PassOption.objects.all(), post.get("option"))
        answers = self.filled_in(pass_type, asked_for) if pass_type else {}
        option = answers.get("option")
        new_type = post.get("options_of", "") != (str(pass_type.pk) if pass_type else "")
        new_option = post.get("filled_for", "") != (str(option.pk) if option else "")
        form = self.get_form_class()(
            **{**self.get_form_kwargs(), "data": None, "files": None, "initial": answers}
        )
        return form, {"new_type": new_type, "new_option": new_option}

    def type_in(self, form):
        """The pass type chosen so far."""
        if form.is_bound:
            return form.cleaned_data.get("pass_type") if hasattr(form, "cleaned_data") else None
        return form.initial.get("pass_type")

    def recipients(self):
        """The contacts who are to get one, as a queryset."""
        return Contact.objects.none()

    def warning(self, pass_type) -> str:
        """Who of them holds an active pass of the type already. It may be given all the same."""
        if pass_type is None:
            return ""
        held = (
            Pass.objects.active_on(self.request.today)
            .filter(pass_type=pass_type, contact__in=self.recipients())
            .order_by("contact_id", "-expires_on")
            .distinct("contact_id")
        )
        found = list(held.select_related("contact"))
        return already(found, pass_type) if found else ""


def already(found, pass_type) -> str:
    """The warning, with the first names."""
    if len(found) == 1:
        sentence = _(
            "%(name)s already holds %(type)s, until %(day)s. Another one can be added all the same."
        )
        return sentence % {
            "name": found[0].contact.name,
            "type": pass_type.name,
            "day": day_text(found[0].expires_on),
        }
    names = ", ".join(pass_.contact.name for pass_ in found[:NAMED])
    sentence = ngettext(
        "%(count)d of them already holds %(type)s: %(names)s. Another can be added all the same.",
        "%(count)d of them already hold %(type)s: %(names)s. Another can be added all the same.",
        len(found),
    )
    return sentence % {
        "count": len(found),
        "type": pass_type.name,
        "names": names + (" …" if len(found) > NAMED else ""),
    }


def one(rows, text):
    """The row with the id that was sent, or None."""
    text = text or ""
    return rows.filter(pk=text).first() if text.isdecimal() and len(text) < 19 else None


CONTACT = Rows(lambda pk: Contact.objects.filter(pk=pk).select_related("account"))
FURTHER = Rows(
    lambda contact_id: (
        Account.objects.living().filter(memberships__contact=contact_id).order_by("name_key")
    )
)


class Add(Giving):
    """To the contact whose page it is."""

    title = gettext_lazy("Add Training Pass")
    form_class = forms.AddForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.contact = doubles.lead_on(request, CONTACT.or_404(pk=kwargs["contact_id"]))

    @property
    def subject(self):
        return self.contact.name

    @cached_property
    def accounts(self):
        """The accounts that may own it: the primary one first."""
        return [self.contact.account, *FURTHER(contact_id=self.contact.pk)]

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"accounts": self.accounts}

    def get_initial(self):
        return {"account": self.contact.account_id, **super().get_initial()}

    def recipients(self):
        return Contact.objects.filter(pk=self.contact.pk)

    def perform(self, *, option, expires_on, external_ids, account=None, **_filled):
        lifecycle.issue(
            option=option,
            account=account or self.contact.account,
            contact=self.contact,
            expires_on=expires_on,
            external_ids=external_ids,
            **self.who,
        )

    def get_success_url(self):
        return self.back() or reverse("crm:contact", args=[self.contact.pk])


class AddToAccount(Giving):
    """To contacts of the account whose page it is, or to the account alone."""

    title = gettext_lazy("Add Training Pass")
    submit = gettext_lazy("Add the passes")
    form_class = forms.AddToAccountForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        account = get_object_or_404(Account, pk=kwargs["account_id"])
        self.account = doubles.lead_on(request, account)

    @property
    def subject(self):
        return self.account.name

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {
            "account_id": self.account.pk,
        }

    def recipients(self):
        ids = [each for each in self.request.POST.getlist("contacts") if each.isdecimal()]
        return Contact.objects.filter(pk__in=[int(each) for each in ids if len(each) < 19])

    def perform(self, *, option, expires_on, external_ids, contacts, unassigned, **_filled):
        return self.give(
            option=option,
            account=self.account,
            contacts=[*contacts, *[None] * (unassigned or 0)],
            expires_on=expires_on,
            external_ids=external_ids,
        )

    def get_success_url(self):
        return self.back() or reverse("passes:of_account", args=[self.account.pk])


class Give(Giving):
    """To several contacts, ticked in a list; each one's primary account owns theirs."""

    title = gettext_lazy("Add Training Pass")
    submit = gettext_lazy("Add the passes")
    form_class = forms.GiveForm

    def recipients(self):
        """Those ticked, or all that the list's filters match; archived ones are left out."""
        return Contacts.selected(self.request).filter(archived_at=None)

    @cached_property
    def chosen(self) -> list[Contact]:
        return list(self.recipients().order_by("name_key", "pk")[: bulk.MOST + 1])

    @property
    def subject(self):
        names = ", ".join(contact.name for contact in self.chosen[:NAMED])
        more = len(self.chosen) - NAMED
        if more <= 0:
            return names
        return ngettext("%(names)s and %(n)d more", "%(names)s and %(n)d more", more) % {
            "names": names,
            "n": more,
        }

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return context if self.chosen else context | {"refused": _("Tick the contacts first.")}

    def perform(self, *, option, expires_on, external_ids, **_filled):
        if not self.chosen:
            raise Refusal(_("Tick the contacts first."))
        if len(self.chosen) > bulk.MOST:
            raise Refusal(bulk.too_many())
        return self.give(
            option=option,
            account=None,
            contacts=self.chosen,
            expires_on=expires_on,
            external_ids=external_ids,
        )

    def get_success_url(self):
        return self.back() or reverse("crm:contacts")


@staff("passes.issue_pass")
def types_on_offer(request) -> HttpResponse:
    """The active pass types, for a combobox."""
    found = forms.types_matching(PassType.objects.on_offer(), request.GET.get("q", ""))
    return options(request, found, aside=lambda pass_type: pass_type.code)
