"""What do learners see of themselves? Details, passes, registrations, what they asked for."""

from django import forms
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from catalog.models import ItemKind
from crm import contacts, fields, preferences
from crm.forms import add_custom, take_custom, zones
from crm.models import CustomField
from crm.preferences import WISHES
from passes.models import Pass, Status
from tms.compiled import Rows
from tms.ui.access import learner
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form, LongChoiceField
from tokens import spending

from .. import access, cancelling, progress, usage
from ..models import Registration, Request
from .learning import _learner

TOKENS = "lms:profile_tokens"
SIDE = [
    ("lms:profile", _("Details"), "user"),
    ("lms:profile_passes", _("Training Passes"), "id-card-lanyard"),
    (TOKENS, _("Training Tokens"), "coins"),
    ("lms:profile_registrations", _("Registrations"), "list-checks"),
    ("lms:profile_payments", _("Payments"), "credit-card"),
    ("lms:profile_results", _("Results"), "trophy"),
    ("lms:profile_certificates", _("Certificates"), "award"),
    ("lms:profile_requests", _("What I asked for"), "send"),
    ("lms:my_data", _("My data"), "download"),
    ("my_account", _("Password & security"), "lock"),
]


def _page(request, template, here, **context):
    # Whoever may spend sees the balance, an empty one too; nobody else does.
    spends = here == TOKENS or spending.spends(context["contact"])
    side = [
        (reverse(name), label, icon, name == here)
        for name, label, icon in SIDE
        if spends or name != TOKENS
    ]
    return render(request, f"lms/profile/{template}.html", {"side": side, **context})


@learner
@require_GET
def details(request):
    """Name, address, custom fields."""
    contact = _learner(request)
    return _page(
        request,
        "details",
        "lms:profile",
        contact=contact,
        receives=preferences.in_words(contact),
        custom=[
            (field.label, contact.custom.get(field.key, ""), field.kind)
            for field in fields.living()
            if field.learner_edits or field.key in contact.custom
        ],
    )


HELD = Rows(
    lambda contact: (
        Pass.objects.filter(contact=contact)
        .select_related("pass_type", "option", "account")
        .order_by("-expires_on", "-id")
    )
)


@learner
@require_GET
def passes(request):
    """The active passes, what is in them and how much of it was used; expired ones folded."""
    contact = _learner(request)
    rows = HELD(contact=contact.pk)
    used = usage.of(contact.pk)
    active, ahead, ended = [], [], []
    for row in rows:
        row.used, row.opened = used.get(row.pass_type_id, (0, 0))
        row.days_left = (row.expires_on - request.today).days
        status = row.status_on(request.today)
        {Status.ACTIVE: active, Status.NOT_STARTED: ahead}.get(status, ended).append(row)
    return _page(
        request,
        "passes",
        "lms:profile_passes",
        contact=contact,
        active=active,
        ahead=ahead,
        ended=[row for row in ended if row.cancelled_at is None],
        cancelled=[row for row in ended if row.cancelled_at],
    )


@learner
@require_GET
def registrations(request):
    """Every registration, with its state, and the way out of those that have one."""
    contact = _learner(request)
    rows = list(
        Registration.objects.filter(contact=contact)
        .select_related("event__course", "path", "used_pass__pass_type")
        .order_by("-id")[:200]
    )
    items = {row.path_id or row.event.course_id for row in rows}
    answers = access.answers(contact.pk, items, request.today)
    percents = progress.percents((contact.pk, item) for item in items)
    rules = cancelling.rules(request)
    for row in rows:
        row.item = row.path or row.event.course
        row.answer = answers[row.item.pk]
        row.percent = percents.get((contact.pk, row.item.pk), 0)
        row.is_path = row.item.kind == ItemKind.PATH
        row.why_not = cancelling.why_not(row, **rules, done=row.percent == 100)
    return _page(
        request,
        "registrations",
        "lms:profile_registrations",
        contact=contact,
        live=[row for row in rows if row.cancelled_at is None],
        over=[row for row in rows if row.cancelled_at],
    )


@learner
@require_GET
def requests(request):
    """What the learner asked staff for, and what they answered."""
    contact = _learner(request)
    rows = Request.objects.filter(contact=contact).select_related("pass_type", "item", "event")
    return _page(
        request,
        "requests",
        "lms:profile_requests",
        contact=contact,
        requests=rows.order_by("-id")[:100],
    )


class DetailsForm(Form):
    """What learners may change of themselves, with the custom fields that are theirs."""

    first_name = forms.CharField(label=_("First name"), max_length=100, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=100, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)
    job_title = forms.CharField(label=_("Job title"), max_length=120, required=False)
    time_zone = LongChoiceField(label=_("Time zone"), choices=zones, required=False)

    def __init__(self, *args, contact, **kwargs):
        super().__init__(*args, **kwargs)
        add_custom(self, CustomField.objects.living().filter(learner_edits=True), contact.custom)


class EditDetails(Dialog):
    """Change one's own details."""

    title, submit = _("Edit my details"), _("Save")
    form_class = DetailsForm
    audience = "learner"
    done_url = "lms:profile"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.versioned = _learner(request)

    def get_initial(self):
        names = ("first_name", "last_name", "phone", "job_title", "time_zone")
        return {name: getattr(self.versioned, name) for name in names}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"contact": self.versioned}

    def perform(self, **answers):
        custom = take_custom(answers)
        contacts.edit(
            self.versioned.pk,
            **answers,
            custom=custom,
            at=self.request.now,
            on=self.request.today,
            by=self.request.user,
        )
        return reverse("lms:profile")


class PreferencesForm(Form):
    """What can be switched off; service messages can't."""

    reminders = forms.BooleanField(
        label=_("Reminders"),
        required=False,
        help_text=_("For example that a pass is about to expire, or that an event is near."),
    )
    announcements = forms.BooleanField(
        label=_("Announcements"), required=False, help_text=_("News about what there is to learn.")
    )


class EditPreferences(Dialog):
    """Change what one receives."""

    title, submit = _("What I receive"), _("Save")
    form_class = PreferencesForm
    audience = "learner"
    done_url = "lms:profile"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if request.user.is_authenticated:
            self.contact = _learner(request)

    def get_initial(self):
        return {name: getattr(self.contact, name) for name in WISHES}

    def perform(self, **answers):
        preferences.choose(
            self.contact.pk,
            **answers,
            at=self.request.now,
            on=self.request.today,
            by=self.request.user,
        )
        return reverse("lms:profile")
