"""What is asked about a trigger? What hangs on the target is asked once that is chosen."""

import datetime

from django import forms
from django.forms.utils import ErrorDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.choosing import course_field
from catalog.models import Item
from passes.models import PassOption, PassType
from tms.occasions import Occasion, occasions, targets
from tms.ui.forms import DayInput, Form
from tokens.models import TokenType

from ..models import Role, SendingAddress, Side, Template
from ..wanted import FURTHEST, NARROWING, Wanted, addresses_in

# What is asked only once there is a target.
OF_TARGET = ("occasion", *NARROWING, "offset", "side", "audience", "addresses")
SIDES = {Side.BEFORE: gettext_lazy("days before"), Side.AFTER: gettext_lazy("days after")}


def of_target(target: str) -> list[Occasion]:
    return [each for each in occasions().values() if each.target == target]


class TriggerForm(Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=120)
    abbreviation = forms.CharField(
        label=gettext_lazy("Abbreviation"), max_length=12, help_text=gettext_lazy("For staff.")
    )
    template = forms.ModelChoiceField(
        Template.objects.none(),
        label=gettext_lazy("Template"),
        empty_label=gettext_lazy("Choose a template"),
    )
    sender = forms.ModelChoiceField(
        SendingAddress.objects.none(),
        label=gettext_lazy("From"),
        required=False,
        empty_label=gettext_lazy("The default sending address"),
    )
    target = forms.ChoiceField(label=gettext_lazy("Target"))
    occasion = forms.ChoiceField(label=gettext_lazy("Trigger"))
    pass_type = forms.ModelChoiceField(
        PassType.objects.none(),
        label=gettext_lazy("Pass Type"),
        required=False,
        empty_label=gettext_lazy("Every pass type"),
    )
    options = forms.ModelMultipleChoiceField(
        PassOption.objects.none(),
        label=gettext_lazy("Options"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None ticked: every option."),
    )
    token_type = forms.ModelChoiceField(
        TokenType.objects.none(),
        label=gettext_lazy("Token Type"),
        required=False,
        empty_label=gettext_lazy("Every token type"),
    )
    course = course_field(
        label=gettext_lazy("Course"),
        required=False,
        help_text=gettext_lazy("Leave it open for every course."),
    )
    offset = forms.IntegerField(
        label=gettext_lazy("Offset"), min_value=0, max_value=FURTHEST, initial=0
    )
    side = forms.ChoiceField(label=gettext_lazy("Before or after"), initial=Side.AFTER)
    audience = forms.MultipleChoiceField(
        label=gettext_lazy("Audience"), widget=forms.CheckboxSelectMultiple
    )
    addresses = forms.CharField(
        label=gettext_lazy("Fixed addresses"),
        required=False,
        max_length=5000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("One a line, for “Fixed addresses” above."),
    )
    automatic = forms.BooleanField(
        label=gettext_lazy("Automatic"),
        required=False,
        help_text=gettext_lazy("Off: messages wait for approval."),
    )
    disabled = forms.BooleanField(
        label=gettext_lazy("Disabled"),
        required=False,
        help_text=gettext_lazy("On: nothing is written or sent."),
    )
    reach_back_to = forms.DateField(
        label=gettext_lazy("Reach back to"),
        required=False,
        widget=DayInput,
        help_text=gettext_lazy("Also what would have been due since that day. Usually left open."),
    )

    def __init__(self, *args, saved=None, on: datetime.date | None = None, **more):
        super().__init__(*args, **more)
        self.saved, self.on = saved, on
        for name in ("automatic", "disabled"):
            self.fields[name].widget.attrs |= {"role": "switch", "class": "switch"}
        if saved:
            self.fields.pop("reach_back_to")
        self.target, self.occasion = self.chosen()
        self.fields["target"].choices = [
            ("", _("Choose what it is about")),
            *((target.key, target.label) for target in targets().values()),
        ]
        self.fields["template"].queryset = self.templates()
        self.fields["sender"].queryset = SendingAddress.objects.living().filter(
            confirmed_at__isnull=False
        )
        if self.target is None:
            for name in OF_TARGET:
                self.fields.pop(name)
        else:
            self.ask_of_target()

    def raw(self, name) -> str:
        """An answer as it was sent, or as the form begins."""
        if self.is_bound:
            return self.data.get(name, "")
        given = self.get_initial_for_field(self.fields[name], name)
        return "" if given is None else str(getattr(given, "pk", given))

    def chosen(self):
        """The target and the occasion, as far as they are chosen."""
        target = targets().get(self.raw("target"))
        occasion = occasions().get(self.raw("occasion"))
        if target is None or occasion is None or occasion.target != target.key:
            occasion = None
        return target, occasion

    @property
    def key(self) -> str:
        """By what the fields that hang on choices are told from others."""
        names = ("target", "occasion", "pass_type")
        return "|".join(self.raw(name) if name in self.fields else "" for name in names)

    def templates(self):
        found = Template.objects.living()
        if self.target:
            found = found.filter(target=self.target.key)
        return found.order_by("name_key", "pk")

    def ask_of_target(self):
        offered = of_target(self.target.key)
        adds = self.target.adds
        self.fields["occasion"].choices = [(each.key, each.label) for each in offered]
        for name in NARROWING:
            if name not in adds:
                self.fields.pop(name)
        if "pass_type" in adds:
            self.fields["pass_type"].queryset = PassType.objects.order_by("name_key", "pk")
            options = PassOption.objects.none()
            if (chosen := self.raw("pass_type")).isdecimal():
                options = PassOption.objects.filter(pass_type=int(chosen)).order_by("pk")
            self.fields["options"].queryset = options
            if not chosen:
                self.fields.pop("options")
        if "token_type" in adds:
            self.fields["token_type"].queryset = TokenType.objects.order_by("unit__label", "pk")
        if "course" in adds:
            self.fields["course"].queryset = Item.objects.courses()
        roles = self.occasion.roles if self.occasion else ()
        if not roles:
            roles = tuple(dict.fromkeys(role for each in offered for role in each.roles))
        labels = [(role, Role(role).label) for role in Role.values if role in roles]
        self.fields["audience"].choices = labels
        ahead = self.occasion is None or self.occasion.ahead
        self.fields["side"].choices = [
            (side, label) for side, label in SIDES.items() if ahead or side == Side.AFTER
        ]

    def quiet(self):
        """The form as it stands, without a word about what is missing yet."""
        self._errors, self.cleaned_data = ErrorDict(), {}
        return self

    def about(self) -> list:
        """What hangs on the target, bound, but offset, audience and addresses."""
        return [self[name] for name in ("occasion", *NARROWING) if name in self.fields]


def wanted_by(answers: dict) -> Wanted:
    """What the answers of the form ask for."""
    names = ("name", "abbreviation", "template", "sender", "automatic", "disabled")
    values = {name: answers.get(name) for name in names}
    values |= {name: answers[name] for name in (*NARROWING, "offset", "side") if name in answers}
    return Wanted(
        **values | {"options": tuple(answers.get("options") or ())},
        occasion=answers.get("occasion", ""),
        audience=tuple(answers.get("audience") or ()),
        addresses=addresses_in(answers.get("addresses", "")),
    )


def begin_with(said: Wanted) -> dict:
    """A trigger as the form begins."""
    names = ("name", "abbreviation", "template", "sender", "automatic", "disabled")
    values = {name: getattr(said, name) for name in (*names, *NARROWING, "offset", "side")}
    return values | {
        "target": occasions()[said.occasion].target,
        "occasion": said.occasion,
        "options": [option.pk for option in said.options],
        "audience": list(said.audience),
        "addresses": "\n".join(said.addresses),
    }


def settled(data):
    """What was sent, with what follows where the target or the trigger is another than before."""
    data = data.copy()
    offered = of_target(data.get("target", ""))
    seen = data.get("chosen", "").split("|")
    if not offered or seen[:2] == [data.get("target"), data.get("occasion")]:
        return data
    if data.get("occasion") not in [each.key for each in offered]:
        data["occasion"] = offered[0].key
    occasion = occasions()[data["occasion"]]
    roles = [role for role in data.getlist("audience") if role in occasion.roles]
    data.setlist("audience", roles or [occasion.roles[0]])
    if not occasion.ahead:
        data["side"] = Side.AFTER
    elif not data.get("side") or (seen[0] != data.get("target") and not data.get("offset")):
        data["side"] = Side.BEFORE
    if not data.get("offset"):
        data["offset"] = "0"
    return data
