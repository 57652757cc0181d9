"""Control panel: the dialogs about webhooks and about what they deliver."""

from django import forms
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django_htmx.http import trigger_client_event

from tms.models import WebhookDelivery
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form

from .. import happenings, webhooks
from ..tables_webhooks import kind_of, record_of
from .webhooks import RIGHT, endpoint_or_404


class WebhookForm(Form):
    """Name, address, and boxes for what is sent, by area."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("What it is for: the program that is told."),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.URLInput({"placeholder": "https://example.com/hook"}),
        help_text=gettext_lazy("Where happenings are posted to, by https."),
    )

    def __init__(self, *args, chosen=(), **kwargs):
        super().__init__(*args, **kwargs)
        for number, (area, choices) in enumerate(happenings.by_area()):
            self.fields[f"kinds_{number}"] = forms.MultipleChoiceField(
                label=area,
                choices=choices,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                initial=[kind for kind, _label in choices if kind in chosen],
            )

    def areas(self):
        """(bound field, how many of it are chosen, of how many), for the template."""
        return [
            (field, len(field.value() or ()), len(field.field.choices))
            for field in self
            if field.name.startswith("kinds_")
        ]

    def clean(self):
        answers = super().clean()
        kinds = [name for name in answers if name.startswith("kinds_")]
        answers["kinds"] = [kind for name in kinds for kind in answers.pop(name)]
        return answers


class WebhookDialog(Dialog):
    permission_required = RIGHT
    changes = "webhooks"
    done_url = "programs:webhooks"
    form_class = Form
    template_name = "programs/press.html"
    sentence = ""

    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}


class ShowsSecret:
    """The secret stands in the answer to the post, and nowhere else afterwards."""

    secret = ""

    def finished(self, outcome):
        if not self.secret:  # pressed twice: it was shown the first time
            return super().finished(outcome)
        context = {
            "frame": self.frame(False),
            "view": self,
            "as_page": self.as_page,
            "secret": self.secret,
            "webhook": self.row,
        }
        response = render(self.request, "programs/webhook_secret.html", context)
        response["Cache-Control"] = "no-store"
        return trigger_client_event(response, "webhooks:changed")


class Add(ShowsSecret, WebhookDialog):
    title = gettext_lazy("Add a webhook")
    submit = gettext_lazy("Add the webhook")
    size = "wide"
    template_name = "programs/webhook_form.html"
    form_class = WebhookForm

    def perform(self, **answers):
        self.row, self.secret = webhooks.add(**answers, **self.who())
        return Done(goes_to=reverse("programs:webhook", args=[self.row.pk]))


class OfWebhook(WebhookDialog):
    """A dialog about one webhook."""

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.row = endpoint_or_404(pk)
        self.subject = self.row.name

    def call(self, verb, **answers):
        return verb(self.row.pk, **answers, **self.who())


class Change(OfWebhook):
    title = gettext_lazy("Edit")
    size = "wide"
    template_name = "programs/webhook_form.html"
    form_class = WebhookForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.versioned = self.row

    def get_initial(self):
        return {"name": self.row.name, "address": self.row.address}

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"chosen": self.row.kinds}

    def perform(self, **answers):
        self.call(webhooks.change, **answers)


class Pause(OfWebhook):
    title = gettext_lazy("Pause")
    submit = gettext_lazy("Pause it")
    sentence = gettext_lazy(
        "Nothing is sent until it is resumed. Nothing is lost either: what happens meanwhile can "
        "follow then."
    )

    def perform(self):
        self.call(webhooks.pause)


class Resume(OfWebhook):
    title = gettext_lazy("Resume")
    submit = gettext_lazy("Resume it")

    class form_class(Form):  # noqa: N801
        meanwhile = forms.ChoiceField(
            label=gettext_lazy("What happened meanwhile"),
            choices=[
                ("send", gettext_lazy("is sent now, in order")),
                ("skip", gettext_lazy("is left out")),
            ],
            initial="send",
            widget=forms.RadioSelect,
        )

    def perform(self, meanwhile):
        self.call(webhooks.resume, skip=meanwhile == "skip")


class RotateSecret(ShowsSecret, OfWebhook):
    title = gettext_lazy("New secret")
    submit = gettext_lazy("Make a new secret")
    sentence = gettext_lazy(
        "For 24 hours everything is signed with both, the old one and the new one, so that the "
        "receiver can be changed without a gap. Then the old one is void."
    )

    def perform(self):
        self.row, self.secret = self.call(webhooks.rotate_secret)


class Remove(OfWebhook):
    title = gettext_lazy("Remove")
    submit = gettext_lazy("Remove the webhook")
    danger = True
    previews = True
    template_name = "ui/dialog.html"

    def perform(self):
        outcome = self.call(webhooks.remove)
        return Done(goes_to=reverse("programs:webhooks"), consequences=outcome)


class SendTest(OfWebhook):
    title = gettext_lazy("Send a test")
    submit = gettext_lazy("Send it")
    sentence = gettext_lazy(
        "A happening of the kind webhook.tested is posted now; the log tells what came back."
    )

    def perform(self):
        self.call(webhooks.send_test)


class ResendParked(OfWebhook):
    title = gettext_lazy("Resend all that is parked")
    submit = gettext_lazy("Resend all")
    sentence = gettext_lazy("What waits behind them follows, each record in its order.")

    def perform(self):
        count = self.call(webhooks.resend_parked)
        sentence = ngettext(
            "%(n)d happening is sent again.", "%(n)d happenings are sent again.", count
        )
        return Done(says=sentence % {"n": count})


class OfDelivery(WebhookDialog):
    """A dialog about one delivery."""

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        rows = WebhookDelivery.objects.filter(endpoint__removed_at=None)
        self.row = get_object_or_404(rows, pk=pk)
        facts = {name: getattr(self.row, name) for name in ("kind", "subject_kind", "subject_id")}
        self.subject = f"{kind_of(facts)}, {record_of(facts)}"

    def get_success_url(self):
        return reverse("programs:webhook", args=[self.row.endpoint_id])


class Resend(OfDelivery):
    title = gettext_lazy("Resend")
    submit = gettext_lazy("Send it again")
    sentence = gettext_lazy("It is posted again, with the same event and sequence as before.")

    def perform(self):
        webhooks.resend(self.row.pk, **self.who())


class Skip(OfDelivery):
    title = gettext_lazy("Skip")
    submit = gettext_lazy("Never send it")
    danger = True

    @property
    def sentence(self):
        return _(
            "The receiver never learns of it and sees a gap in the sequence. What waits behind it "
            "goes on."
        )

    def perform(self):
        webhooks.skip(self.row.pk, **self.who())
