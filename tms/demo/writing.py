"""To whom does Northlight write, when, and what? Six weeks of it, each day as it came."""

import datetime

from comms import answers, delivery, postman, senders, templates, transport, triggers
from comms.models import Message, MessageState, Side, TemplateKind
from comms.wanted import Wanted
from passes.models import PassOption, PassType
from tms import clock

DAYS = 40
FROM = ("Northlight Training", "training@northlight.example")
OFFICE = ("Northlight office", "office@northlight.example")

SERVICE, REMINDER = TemplateKind.SERVICE, TemplateKind.REMINDER
# name, target, kind, subject, body
TEMPLATES = [
    (
        "Your pass is ready",
        "pass",
        SERVICE,
        "{{ pass.type }}: your pass is ready",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>you have <strong>{{ pass.type }}</strong> ({{ pass.option }}) now, through "
        "{{ pass.expires_on }}. Everything that it opens is marked in green in the catalogue.</p>"
        '<p><a href="{{ pass.catalogue }}">See what your pass opens</a></p>',
    ),
    (
        "Thank you for renewing",
        "pass",
        SERVICE,
        "{{ pass.type }} goes on until {{ pass.expires_on }}",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>your {{ pass.type }} was renewed and is good through {{ pass.expires_on }}. Nothing "
        "that you have done is lost.</p>",
    ),
    (
        "Your annual pass ends in a month",
        "pass",
        REMINDER,
        "{{ pass.type }} ends on {{ pass.expires_on }}",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>{{ pass.type }} is open to you through {{ pass.expires_on }}. If you wish to keep "
        "it, answer this mail, and we see to it that there is no gap.</p>"
        '<p><a href="{{ pass.catalogue }}">What is still to be discovered</a></p>',
    ),
    (
        "Last week of your taster",
        "pass",
        REMINDER,
        "One more week of {{ pass.type }}",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>your taster ends on {{ pass.expires_on }}. Did you find what you came for?</p>",
    ),
    (
        "Tokens to use",
        "tokens",
        REMINDER,
        "{{ tokens.remaining }} {{ tokens.type }} to use until {{ tokens.expires_on }}",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>{{ account.name }} has {{ tokens.remaining }} {{ tokens.type }} that end on "
        "{{ tokens.expires_on }}. Any course with a price in {{ tokens.type }} takes them.</p>"
        '<p><a href="{{ links.catalogue }}">To the catalogue</a></p>',
    ),
    (
        "Joining instructions",
        "registration",
        SERVICE,
        "{{ registration.title }}: where and when",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>we look forward to seeing you at <strong>{{ registration.title }}</strong>.</p>"
        "<ul><li>When: {{ registration.when }}</li>{% if registration.place %}"
        "<li>Where: {{ registration.place }}</li>{% endif %}</ul>"
        '<p><a href="{{ registration.link }}">Your registration, with the calendar file</a></p>',
    ),
    (
        "Two questions",
        "registration",
        TemplateKind.ANNOUNCEMENT,
        "How was {{ registration.title }}?",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>what will you do differently from Monday? And what should we?</p>",
    ),
    (
        "Well done",
        "content",
        SERVICE,
        "{{ content.title }}: done",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>you completed <strong>{{ content.title }}</strong>. It stays in My Learning.</p>",
    ),
    (
        "It was won",
        "opportunity",
        SERVICE,
        "Welcome: {{ opportunity.name }}",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>thank you for choosing us. {{ opportunity.owner | default: organisation.name }} looks "
        "after everything from here.</p>",
    ),
    (
        "Two more weeks",
        "pass",
        REMINDER,
        "{{ pass.type }}: two more weeks",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>{{ pass.type }} ends on {{ pass.expires_on }}. After that day what you have done stays "
        "in My Learning, and the courses close.</p>",
    ),
    (
        "Your certificate",
        "certificate",
        SERVICE,
        "Your certificate: {{ certificate.title }}",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p>your certificate for <strong>{{ certificate.title }}</strong> has the number "
        "{{ certificate.number }}. Anybody can verify it: {{ certificate.link }}</p>",
    ),
    (
        "Your assignment is marked",
        "assignment",
        SERVICE,
        "{{ assignment.title }}: {{ assignment.result }}",
        "<p>Hello {{ recipient.first_name | default: recipient.name }},</p>"
        "<p><strong>{{ assignment.title }}</strong> in {{ assignment.course }} was marked: "
        "{{ assignment.result }}. What was said about it: {{ assignment.link }}</p>",
    ),
]

# name, abbreviation, template, occasion, offset, side, audience, automatic, what narrows it down
TRIGGERS = [
    ("Pass issued", "PI", 0, "pass.issued", 0, "after", "learner", True, {}),
    ("Pass renewed", "PR", 1, "pass.renewed", 0, "after", "learner", True, {}),
    ("Leadership, annual: 30 days", "LE30", 2, "pass.expired", 30, "before", "learner", True,
     {"pass_type": "LEAD", "options": ["Annual"]}),
    ("Leadership, taster: 7 days", "LT7", 3, "pass.expired", 7, "before", "learner", True,
     {"pass_type": "LEAD", "options": ["Taster"]}),
    ("Any pass: two weeks", "PE14", 9, "pass.expired", 14, "before", "learner", False, {}),
    ("Tokens end in ten days", "TE10", 4, "tokens.expired", 10, "before", "main_contact owner",
     False, {}),
    ("Where and when", "EV7", 5, "registration.starts", 7, "before", "learner", True, {}),
    ("How was it?", "EV1A", 6, "registration.ends", 1, "after", "learner", False, {}),
    ("Course completed", "CC", 7, "content.completed", 0, "after", "learner", True, {}),
    ("Certificate granted", "CG", 10, "certificate.issued", 0, "after", "learner", False, {}),
    ("Assignment marked", "AM", 11, "submission.marked", 0, "after", "learner", False, {}),
    ("Won", "WON", 8, "opportunity.won", 0, "after", "opportunity_contact", False, {}),
]  # fmt: skip


def live(world) -> None:
    """The rules begin six weeks ago, and are followed day by day since.

    What waits for approval was looked at until the day before yesterday. Nothing leaves: where a
    mail server is set up, the rules put up for approval what they would have sent.
    """
    who = world.who(DAYS)
    _from(FROM, **who)
    _from(OFFICE, **who)
    made = [
        templates.create(name=name, target=target, kind=kind, subject=subject, body=body, **who)
        for name, target, kind, subject, body in TEMPLATES
    ]
    for name, short, template, occasion, offset, side, audience, automatic, narrow in TRIGGERS:
        said = Wanted(
            name=name,
            abbreviation=short,
            occasion=occasion,
            template=made[template],
            audience=tuple(audience.split()),
            offset=offset,
            side=Side(side),
            automatic=automatic and not transport.leaves(),
            **_narrowed(narrow),
        )
        trigger = triggers.create(said, **who).trigger
        if short == "EV1A":
            triggers.disable(trigger.pk, **world.who(9))
    for days_ago in range(DAYS, -1, -1):
        _one_day(world, days_ago)


def _from(address, *, at, on, by) -> None:
    name, email = address
    made = senders.add(name=name, email=email, at=at, on=on, by=by)
    senders.confirm(senders.token_of(made), at=at, on=on)


def _narrowed(narrow: dict) -> dict:
    if not narrow:
        return {}
    of = PassType.objects.get(code=narrow["pass_type"])
    options = PassOption.objects.filter(pass_type=of, name__in=narrow["options"])
    return {"pass_type": of, "options": tuple(options.order_by("pk"))}


def _one_day(world, days_ago: int) -> None:
    day = world.today - datetime.timedelta(days=days_ago)
    moment = clock.start_of(day, "Europe/Stockholm") + datetime.timedelta(hours=20)
    at = min(moment, world.now)
    postman.run(at=at)
    if days_ago > 2:
        waiting = Message.objects.filter(state=MessageState.WAITING)
        if ids := list(waiting.order_by("pk").values_list("pk", flat=True)):
            answers.approve(ids, **world.who(days_ago, hour=20))
    if not transport.leaves():
        delivery.run(at=at)
