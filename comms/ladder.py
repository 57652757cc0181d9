"""Which warnings does a new installation have? Ready-made rules and what they write, by approval.

Made once, whatever becomes of them: who archives them doesn't get them back.
"""

import dataclasses
import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from tms import clock

from .models import CommsSettings, Role, Side, Template, TemplateKind, Trigger

BEFORE, AFTER = Side.BEFORE, Side.AFTER


@dataclasses.dataclass(frozen=True)
class Warned:
    """One rule with its template: `subject` and the paragraphs of the body, in Liquid."""

    target: str
    offset: int
    side: str
    name: str
    abbreviation: str
    subject: str
    body: tuple[str, ...]


# An address without a person behind it has no first name.
GREETED = gettext_noop("Hello{% if recipient.first_name %} {{ recipient.first_name }}{% endif %},")
LIBRARY = gettext_noop('<a href="{{ pass.catalogue }}">Everything that it opens</a>')
RENEW = gettext_noop("To keep your access, reply to this message and we will renew it for you.")
SPEND = gettext_noop('<a href="{{ tokens.profile }}">What is left, and until when</a>')
LEFT = gettext_noop(
    "Your account {{ account.name }} has {{ tokens.remaining }} {{ tokens.type }} tokens that "
    "expire on {{ tokens.expires_on }}."
)

PASSES = [
    Warned(
        "pass",
        60,
        BEFORE,
        gettext_noop("Pass ends in 60 days"),
        "PE60",
        gettext_noop("Your {{ pass.type }} runs until {{ pass.expires_on }}"),
        (
            gettext_noop(
                "Your {{ pass.type }} runs until {{ pass.expires_on }}: two months in which all of "
                "its training is open to you."
            ),
            LIBRARY,
            RENEW,
        ),
    ),
    Warned(
        "pass",
        30,
        BEFORE,
        gettext_noop("Pass ends in 30 days"),
        "PE30",
        gettext_noop("Your {{ pass.type }} expires in 30 days"),
        (
            gettext_noop(
                "Your {{ pass.type }} expires on {{ pass.expires_on }}, in 30 days. Until then "
                "all of its training stays open to you."
            ),
            LIBRARY,
            RENEW,
        ),
    ),
    Warned(
        "pass",
        7,
        BEFORE,
        gettext_noop("Pass ends in 7 days"),
        "PE7",
        gettext_noop("One week left of your {{ pass.type }}"),
        (
            gettext_noop(
                "Your {{ pass.type }} expires on {{ pass.expires_on }}, in one week. Finish what "
                "you have begun, or keep your access by renewing it."
            ),
            LIBRARY,
            RENEW,
        ),
    ),
    Warned(
        "pass",
        0,
        BEFORE,
        gettext_noop("Pass ends today"),
        "PE0",
        gettext_noop("Today is the last day of your {{ pass.type }}"),
        (
            gettext_noop(
                "Today, {{ pass.expires_on }}, is the last day of your {{ pass.type }}. From "
                "tomorrow its training is closed to you; what you have completed stays in your "
                "profile."
            ),
            RENEW,
        ),
    ),
    Warned(
        "pass",
        7,
        AFTER,
        gettext_noop("Pass ended a week ago"),
        "PE7A",
        gettext_noop("Your {{ pass.type }} expired on {{ pass.expires_on }}"),
        (
            gettext_noop(
                "Your {{ pass.type }} expired on {{ pass.expires_on }}. What you have completed is "
                'kept <a href="{{ links.profile }}">in your profile</a>.'
            ),
            gettext_noop(
                "If you would like to go on, reply to this message and we will open it for you "
                "again."
            ),
        ),
    ),
]

TOKENS = [
    Warned(
        "tokens",
        60,
        BEFORE,
        gettext_noop("Tokens end in 60 days"),
        "TE60",
        gettext_noop(
            "{{ tokens.remaining }} {{ tokens.type }} tokens to use by {{ tokens.expires_on }}"
        ),
        (LEFT, gettext_noop("That leaves two months to book training with them."), SPEND),
    ),
    Warned(
        "tokens",
        30,
        BEFORE,
        gettext_noop("Tokens end in 30 days"),
        "TE30",
        gettext_noop("{{ tokens.remaining }} {{ tokens.type }} tokens expire in 30 days"),
        (
            LEFT,
            gettext_noop(
                'Until then they pay for <a href="{{ links.catalogue }}">what is in the '
                "catalogue</a>."
            ),
            SPEND,
        ),
    ),
    Warned(
        "tokens",
        7,
        BEFORE,
        gettext_noop("Tokens end in 7 days"),
        "TE7",
        gettext_noop("One week left for {{ tokens.remaining }} {{ tokens.type }} tokens"),
        (
            LEFT,
            gettext_noop(
                'That is in one week. <a href="{{ links.catalogue }}">To the catalogue</a>'
            ),
            SPEND,
        ),
    ),
    Warned(
        "tokens",
        0,
        BEFORE,
        gettext_noop("Tokens end today"),
        "TE0",
        gettext_noop("Today is the last day of {{ tokens.remaining }} {{ tokens.type }} tokens"),
        (
            LEFT,
            gettext_noop(
                "That is today: what is booked until midnight can still be paid with them."
            ),
            SPEND,
        ),
    ),
    Warned(
        "tokens",
        7,
        AFTER,
        gettext_noop("Tokens ended a week ago"),
        "TE7A",
        gettext_noop("Your {{ tokens.type }} tokens expired on {{ tokens.expires_on }}"),
        (
            gettext_noop(
                "Tokens of type {{ tokens.type }} of your account {{ account.name }} expired on "
                "{{ tokens.expires_on }}."
            ),
            gettext_noop(
                "If you still want to train with us, reply to this message and we will look for "
                "a way."
            ),
        ),
    ),
]
TO = {"pass": Role.LEARNER, "tokens": Role.MAIN_CONTACT}


def body_of(warned: Warned) -> str:
    """The body as the editor would have written it."""
    return "".join(f"<p>{paragraph}</p>" for paragraph in (GREETED, *warned.body))


@transaction.atomic
def make(using: str, at: datetime.datetime) -> None:
    """Make the ladder of warnings, if it was never made: switched on, by approval.

    What has such a name already stays as it is, and isn't made twice.
    """
    settings, _made = CommsSettings.objects.using(using).get_or_create(pk=1)
    settings = CommsSettings.objects.using(using).select_for_update().get(pk=1)
    if settings.ladder_made_at is not None:
        return
    templates, triggers = Template.objects.using(using), Trigger.objects.using(using)
    taken = set(triggers.living().values_list("name", flat=True))
    taken |= set(templates.living().values_list("name", flat=True))
    short = set(triggers.living().values_list("abbreviation", flat=True))
    for warned in (*PASSES, *TOKENS):
        if warned.name in taken or warned.abbreviation in short:
            continue
        template = templates.create(
            name=warned.name,
            target=warned.target,
            kind=TemplateKind.REMINDER,
            subject=warned.subject,
            body=body_of(warned),
        )
        triggers.create(
            name=warned.name,
            abbreviation=warned.abbreviation,
            template=template,
            occasion=f"{warned.target}.expired",
            offset=warned.offset,
            side=warned.side,
            audience=[TO[warned.target]],
            enabled_at=at,
            changed_at=at,
        )
    CommsSettings.objects.using(using).filter(pk=1).update(ladder_made_at=at)


@transaction.atomic
def say_in_language(**_more) -> None:
    """Say what was made in the language of the moment: at set-up, before anybody could edit it."""
    for warned in (*PASSES, *TOKENS):
        name = _(warned.name)
        body = "".join(f"<p>{_(paragraph)}</p>" for paragraph in (GREETED, *warned.body))
        Template.objects.filter(name=warned.name, version=0).update(
            name=name, subject=_(warned.subject), body=body
        )
        Trigger.objects.filter(name=warned.name, version=0).update(name=name)


def make_after_migrate(app_config, using, **_more) -> None:
    """The receiver of `post_migrate`."""
    if app_config.label == "comms":
        make(using, clock.now())
