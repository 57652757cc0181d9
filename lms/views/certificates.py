"""Where do learners get their certificates, strangers verify them, and staff look after both?"""

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from catalog.models import Item
from tms import clock, printing
from tms.days import day_text
from tms.people.letters import address_of
from tms.ui.access import allowed, learner, staff
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import Empty, ListPage

from .. import certificates
from ..filters_certificates import CertificateFilter
from ..models import Certificate, CertificateTerms
from ..tables_certificates import CertificateTable, entries
from .learning import _learner
from .profile import _page

SEE = "lms.view_registrations"
CHANGE = "catalog.change_catalogue"


# Learners


@learner
@require_safe
def mine(request):
    """All of the learner's, the newest first; those that don't hold any more too."""
    contact = _learner(request)
    rows = list(Certificate.objects.filter(contact=contact).select_related("item").order_by("-id"))
    for each in rows:
        each.valid = each.valid_on(request.today)
        each.withdrawn_on = withdrawn_on(each, request.zone)
    here = "lms:profile_certificates"
    return _page(request, "certificates", here, contact=contact, certificates=rows)


@learner
@require_safe
def my_file(request, number):
    """One of the learner's own, as PDF."""
    found = get_object_or_404(Certificate, number=number, contact=_learner(request))
    return file_of(request, found)


# Strangers


@never_cache
@require_safe
def verify(request, number=""):
    """Is the number that stands on a certificate one of ours, and does it hold? For anybody."""
    if not number and (typed := request.GET.get("number", "").strip()):
        number = certificates.as_number(typed)
        if number:
            return redirect("lms:certificate", number)
    if not number:
        return render(request, "lms/certificate.html", {"asked": ""})
    found = certificates.find(number)
    context = {"asked": certificates.as_number(number), "found": found}
    if found:
        context["valid"] = found.valid_on(request.today)
        context["withdrawn_on"] = withdrawn_on(found, request.zone)
    return render(request, "lms/certificate.html", context, status=200 if found else 404)


# Staff


@staff(SEE)
@require_safe
def staff_file(request, pk):
    """Anybody's, as PDF."""
    return file_of(request, get_object_or_404(Certificate, pk=pk))


class Certificates(ListPage):
    """Every certificate that was issued, the newest first."""

    title = gettext_lazy("Certificates")
    crumbs = ((gettext_lazy("Control panel"), reverse_lazy("control_panel")),)
    permission_required = SEE
    table, filterset, sort = CertificateTable, CertificateFilter, "-pk"
    values = ("number", "name", "valid_until", "withdrawn_at")
    export_name = "certificates"
    changes = "certificates"
    empty = Empty(
        gettext_lazy("No certificate yet"),
        gettext_lazy(
            "Who completes a course or a learning path that grants a certificate gets one. Say so "
            "on its page."
        ),
    )

    def queryset(self):
        return Certificate.objects.all()

    def menu(self, row):
        return entries(row)

    def dim(self, row):
        if row["withdrawn_at"]:
            return True
        return row["valid_until"] is not None and row["valid_until"] < self.request.today

    def name_of(self, row):
        return f"{row['number']}, {row['name']}"


@staff("catalog.view_catalogue")
@require_safe
def terms(request, item_id):
    """The panel alone, to refresh itself."""
    return HttpResponse(panel(request, get_object_or_404(Item, pk=item_id)))


def panel(request, item) -> str:
    """What completing a course or a path is certified with, on its page. One statement."""
    context = {
        "item": item,
        "terms": CertificateTerms.objects.filter(item=item.pk).first(),
        "may_change": allowed(request.user, CHANGE),
        "may_see": allowed(request.user, SEE),
    }
    return render_to_string("lms/staff/_certificate.html", context, request=request)


class TermsForm(Form):
    granted = forms.BooleanField(
        label=gettext_lazy("Completing it gives a certificate"), required=False
    )
    months = forms.IntegerField(
        label=gettext_lazy("Valid for months"),
        required=False,
        min_value=1,
        max_value=600,
        help_text=gettext_lazy("From the day of completion. Empty: for good."),
    )
    text = forms.CharField(
        label=gettext_lazy("What it says"),
        required=False,
        max_length=300,
        help_text=gettext_lazy(
            "Under the title, for example: with a final test of 40 questions. Certificates that "
            "were issued stay as they are."
        ),
    )
    also_past = forms.BooleanField(
        label=gettext_lazy("Also for those who completed it already"), required=False
    )


class EditTerms(Dialog):
    """Say what completing a course or a path is certified with."""

    title, submit, form_class = gettext_lazy("Certificate"), gettext_lazy("Save"), TermsForm
    permission_required = CHANGE
    changes = "certificates"

    def setup(self, request, *args, item_id, **kwargs):
        super().setup(request, *args, item_id=item_id, **kwargs)
        self.item = get_object_or_404(Item, pk=item_id)
        self.versioned = CertificateTerms.objects.filter(item=self.item).first()

    @property
    def subject(self):
        return self.item.title

    def get_initial(self):
        terms = self.versioned or CertificateTerms()
        return {"granted": terms.granted, "months": terms.months, "text": terms.text}

    def get_success_url(self):
        return reverse(f"catalog:{self.item.kind}", args=[self.item.pk])

    def perform(self, **answers):
        certificates.set_terms(
            self.item.pk,
            **answers,
            at=self.request.now,
            on=self.request.today,
            by=self.request.user,
        )


# The document


def withdrawn_on(found: Certificate, zone: str):
    """The day on which it was withdrawn, None while it holds."""
    return found.withdrawn_at and clock.day_of(found.withdrawn_at, zone)


def file_of(request, found: Certificate):
    """The certificate as PDF, with the address at which anybody can verify it."""
    facts = [
        (_("Completed on"), day_text(found.completed_on)),
        (_("Valid"), certificates.validity(found)),
        (_("Number"), found.number),
    ]
    if found.withdrawn_at:
        facts.insert(0, (_("Withdrawn on"), day_text(withdrawn_on(found, request.zone))))
    data = {
        "title": _("Withdrawn certificate") if found.withdrawn_at else _("Certificate"),
        "organisation": found.issuer,
        "intro": _("This certifies that"),
        "name": found.name,
        "completed": pgettext("certificate", "completed"),
        "training": found.title,
        "text": found.text,
        "facts": facts,
        "verify": _("Anybody can verify it at %(address)s")
        % {"address": address_of("lms:certificate", found.number)},
        "alt": found.issuer,
    }
    picture = printing.logo(request.organisation)
    name = f"{found.number}.pdf"
    return printing.answer("certificate", data, at=found.issued_at, file=name, picture=picture)
