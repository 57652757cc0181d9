"""Control panel: API keys."""

from django import forms
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_htmx.http import trigger_client_event

from tms.models import ApiKey
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form
from tms.ui.lists import Action, Empty, ListPage

from .. import keys as verbs
from .. import scopes as known
from ..tables import KeyFilter, KeyTable, keys

RIGHT = "tms.manage_api_keys"


class Keys(ListPage):
    title = _("API keys")
    permission_required = RIGHT
    table, filterset, sort = KeyTable, KeyFilter, "name"
    values = ("status", "pk", "revoked_at")
    changes = "api-keys"
    export_name = "api-keys"
    empty = Empty(
        _("No program comes in yet"),
        _("A key lets a program of yours work here for you, within what you may do yourself."),
    )

    @property
    def crumbs(self):
        return ((gettext("Control panel"), reverse("control_panel")),)

    def queryset(self):
        return keys(self.request.today)

    def actions(self):
        yield Action(_("Make a key"), reverse("programs:make_key"), "plus")
        yield Action(_("Read and try the API"), reverse("api_docs"), "book-open", dialog=False)

    def menu(self, row):
        if row["revoked_at"] is None:
            url = reverse("programs:revoke_key", args=[row["pk"]])
            yield Action(_("Revoke"), url, "ban", danger=True)

    def dim(self, row):
        return row["status"] != "active"


class KeyForm(Form):
    """A name, a last day, and boxes for what the asker may do themselves."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("The program it is for: Payroll, Power BI.")
    )
    expires_on = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Empty: it works until it is revoked."),
    )

    def __init__(self, *args, by, **kwargs):
        super().__init__(*args, **kwargs)
        self.groups = []
        for number, (area, scopes) in enumerate(known.by_area(known.of_user(by).values())):
            self.fields[f"area_{number}"] = forms.MultipleChoiceField(
                label=area,
                choices=[(scope.code, scope.label) for scope in scopes],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )

    def areas(self):
        """The bound fields of the scopes, for the template."""
        return [field for field in self if field.name.startswith("area_")]

    def clean(self):
        answers = super().clean()
        names = [name for name in answers if name.startswith("area_")]
        answers["scopes"] = [code for name in names for code in answers.pop(name)]
        return answers


class MakeKey(Dialog):
    """Its secret is in this one answer, and in nothing that is kept: a repeat doesn't show it."""

    title = _("Make an API key")
    subject = _("It acts for you, and never does what you may not do yourself.")
    submit = _("Make the key")
    permission_required = RIGHT
    form_class = KeyForm
    changes = "api-keys"
    done_url = "programs:keys"
    size = "wide"
    template_name = "programs/make_key.html"
    secret = ""

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"by": self.request.user}

    def perform(self, **answers):
        request = self.request
        self.key, self.secret = verbs.make(
            **answers, by=request.user, at=request.now, on=request.today
        )
        return Done(says=gettext("The key was made before; its secret was shown then."))

    def finished(self, outcome):
        if not self.secret:
            return super().finished(outcome)
        context = self.get_context_data() | {"key": self.key, "secret": self.secret}
        answer = TemplateResponse(self.request, "programs/secret.html", context)
        answer.headers["Cache-Control"] = "no-store"
        return trigger_client_event(answer, "api-keys:changed")


class RevokeKey(Dialog):
    title = _("Revoke")
    submit = _("Revoke the key")
    never_mind = _("Keep the key")
    danger = previews = True
    permission_required = RIGHT
    changes = "api-keys"
    done_url = "programs:keys"

    class form_class(Form):  # noqa: N801
        reason = forms.CharField(
            label=_("Reason"), required=False, max_length=300, help_text=_("Kept in the history.")
        )

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.key = get_object_or_404(ApiKey, pk=pk)
        self.subject = f"{self.key.name}, {self.key.prefix}…"

    def perform(self, reason):
        request = self.request
        return verbs.revoke(
            self.key.pk, reason=reason or "", by=request.user, at=request.now, on=request.today
        )
