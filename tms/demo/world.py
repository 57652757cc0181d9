"""How is the demonstration world built? Through the verbs that the screens call, day by day.

Everything is dated from the day it is loaded on, so that it is always this week there: passes that
end in twelve days, an event in eleven, a completion last month.
"""

import datetime
from decimal import Decimal
from pathlib import Path

from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction

from catalog import categories, currencies, events, items, paths, pricing, regions, tax_levels
from catalog.models import Category, Item, Region, Unit
from crm import accounts, belonging, contacts, fields
from crm.models import Account, Contact
from lms import content
from lms.models import ContentUnit
from lms.scorm import packages
from passes import expiring, options, training, types
from passes.models import PassOption, PassType
from tms import clock
from tms.models import Organisation, User
from tms.people import first, staff
from tms.programs import webhooks
from tokens import types as token_types

from . import courses, deals, followup, lesson, lives, marks, online, people, prepaid, writing

ZONE = "Europe/Stockholm"
FILES = Path(__file__).parent / "files"
VIDEOS = {
    "What changes on Monday": "monday.webm",
    "A lookup in two minutes": "lookup.webm",
    "Before you step out": "line.webm",
}
DOCUMENTS = {
    "A page for your one-to-ones": "one-to-ones.pdf",
    "The plan on one page": "plan.pdf",
    "Checklist before you send it": "checklist.pdf",
    "Signals on one page": "signals.pdf",
}
POUNDS = Decimal("0.86")


class World:
    """What the parts of the world need of each other, by the names they go by."""

    def __init__(self, at: datetime.datetime):
        self.now, self.today = at, clock.day_of(at, ZONE)
        self.by = None

    def who(self, days_ago: int = 460, hour: int = 9) -> dict:
        """`at`, `on` and `by` of somebody at work so many days ago, never later than now."""
        day = self.today - datetime.timedelta(days=days_ago)
        moment = clock.start_of(day, ZONE) + datetime.timedelta(hours=hour)
        return {"at": min(moment, self.now), "on": day, "by": self.by}

    def account(self, name: str) -> Account:
        return Account.objects.get(name=name)

    def contact(self, name: str) -> Contact:
        """By "First Last"."""
        given, _space, family = name.partition(" ")
        return Contact.objects.select_related("account", "user").get(
            first_name=given, last_name=family
        )

    def item(self, code: str) -> Item:
        return Item.objects.get(code=code)

    def option(self, type_code: str, name: str) -> PassOption:
        return PassOption.objects.select_related("pass_type").get(
            pass_type__code=type_code, name=name
        )


@transaction.atomic
def build(at: datetime.datetime) -> None:
    """Fill an empty database. All of it or nothing."""
    world = World(at)
    _installation(world)
    _catalogue(world)
    _customers(world)
    marks.mark(world)
    _pass_types(world)
    lives.live(world)
    prepaid.live(world)
    deals.live(world)
    online.live(world)
    expiring.record_expired(on=world.today, at=world.now)
    followup.live(world)
    writing.live(world)
    _programs(world)


def _installation(world: World) -> None:
    email, name, _role = people.STAFF[0]
    when = world.who()
    world.by = first.set_up(
        organisation="Northlight Training",
        time_zone=ZONE,
        currency="EUR",
        region="Europe",
        name=name,
        email=email,
        password=people.PASSWORD,
        at=when["at"],
        on=when["on"],
    )
    Organisation.objects.filter(pk=1).update(
        demonstration=True,
        contact_email="hello@northlight.example",
        postal_address="Skeppsbron 12\n111 30 Stockholm\nSweden",
        tax_number="SE556677889901",
        bank_details="Nordbank\nIBAN SE45 5000 0000 0583 9825 7466\nBIC NDBKSESS",
        payment_note="Thank you for paying within 30 days.",
        document_footer="Northlight Training AB · Registered in Stockholm, no. 556677-8899",
    )
    for email, name, role in people.STAFF[1:]:
        staff.admit(email, name, people.PASSWORD, [role], **world.who())
    europe = Region.objects.get(name="Europe")
    standard = tax_levels.create(name="Standard", percent=Decimal(25), **world.who())
    regions.edit(
        europe,
        name="Europe",
        currencies=list(europe.currencies.all()),
        tax_level=standard,
        countries=["SE", "NO", "DK", "FI", "DE", "FR"],
        **world.who(),
    )
    pound = currencies.add("GBP", **world.who())
    british = tax_levels.create(name="UK standard", percent=Decimal(20), **world.who())
    regions.create(
        name="United Kingdom",
        currencies=[pound],
        tax_level=british,
        countries=["GB"],
        **world.who(),
    )
    for each in prepaid.types():
        token_types.create(**each, **world.who())
    for label, kind, choices, at_checkout in people.CUSTOM_FIELDS:
        fields.create(
            label=label, kind=kind, choices=choices, ask_at_checkout=at_checkout, **world.who()
        )


def _programs(world: World) -> None:
    """A webhook as one would set it up, paused: nobody listens at this address."""
    hook, _secret = webhooks.add(
        name="Payroll",
        address="https://hooks.northlight.example/lanyard",
        kinds=["pass.issued", "pass.renewed", "pass.cancelled", "pass.expired"],
        **world.who(40),
    )
    webhooks.pause(hook.pk, **world.who(40, 10))


# What is taught


def _catalogue(world: World) -> None:
    for name, below in courses.CATEGORIES.items():
        parent = categories.create(name=name, **world.who())
        for each in below:
            categories.create(name=each, parent=parent, **world.who())
    for code, title, category, duration, summary, aims, before, euros, tokens in courses.COURSES:
        course = items.create(
            kind="course",
            title=title,
            code=code,
            summary=summary,
            description=f"<p>{summary}</p><p>{_TEXT}</p>",
            objectives="<ul>" + "".join(f"<li>{aim}</li>" for aim in aims) + "</ul>",
            prerequisites=before and f"<p>{before}</p>",
            duration=duration,
            categories=[Category.objects.get(name=category)],
            **world.who(),
        )
        _prices(world, course.priced, euros, tokens)
        items.publish(course, **world.who())
    for code, (days, sections) in courses.CONTENT.items():
        _content(world, world.item(code), days, sections)
    for code, title, category, summary, steps, euros, tokens in courses.PATHS:
        path = items.create(
            kind="path",
            title=title,
            code=code,
            summary=summary,
            description=f"<p>{summary}</p>",
            duration=f"{len(steps)} courses",
            categories=[Category.objects.get(name=category)],
            **world.who(),
        )
        for course, required, locked in steps:
            paths.add_steps(
                path,
                courses=[world.item(course)],
                required=required,
                locked_until_before=locked,
                **world.who(),
            )
        _prices(world, path.priced, euros, tokens)
        items.publish(path, **world.who())
    for number, run in enumerate(courses.EVENTS, start=1):
        _event(world, number, *run)


_TEXT = (
    "Small groups, people who do this for a living, and time to practise. You leave with something "
    "that you use on the next working day."
)


def _prices(world: World, priced, euros, tokens) -> None:
    europe, kingdom = Region.objects.get(name="Europe"), Region.objects.get(name="United Kingdom")
    euro, pound = Unit.objects.get(code="EUR"), Unit.objects.get(code="GBP")
    pricing.set_price(priced, region=europe, unit=euro, amount=Decimal(euros), **world.who())
    pricing.set_price(
        priced,
        region=kingdom,
        unit=pound,
        amount=(Decimal(euros) * POUNDS).quantize(Decimal(5)),
        **world.who(),
    )
    if tokens:
        name, amount = tokens
        for region in (europe, kingdom):
            pricing.set_price(
                priced,
                region=region,
                unit=Unit.objects.get(label=name),
                amount=Decimal(amount),
                **world.who(),
            )


def _content(world: World, course: Item, days, sections) -> None:
    for title, units in sections:
        section = content.add_section(course, title=title, **world.who())
        for form, name, body in units:
            unit = ContentUnit(section=section, form=form, title=name)
            if form == "link":
                unit.url = body
            else:
                unit.body = body
            if form == "scorm":
                zipped = ContentFile(lesson.package(), name="package.zip")
                packages.save(unit, packages.unpack(zipped), **world.who())
            elif file := VIDEOS.get(name) or DOCUMENTS.get(name):
                with (FILES / file).open("rb") as opened:
                    unit.file = File(opened, name=file)
                    content.save_unit(unit, **world.who())
            else:
                content.save_unit(unit, **world.who())
    event = events.create(
        course, event_type="lms", code=f"{course.code}-LMS", content_days=days, **world.who()
    )
    events.open_(event, **world.who())


def _event(world: World, number, code, kind, ahead, length, place, seats, least, leads) -> None:
    course = world.item(code)
    begins = world.today + datetime.timedelta(days=ahead)
    # Planned ten weeks ahead, so that those in the past were planned before they were held.
    when = world.who(70 - ahead if ahead < 0 else 70)
    sessions = [
        {
            "starts": datetime.datetime.combine(day, datetime.time(9)),
            "ends": datetime.datetime.combine(day, datetime.time(16, 30)),
            "time_zone": "Europe/London" if place.startswith("London") else ZONE,
            "place": place,
            "instructor": leads,
        }
        for day in (begins + datetime.timedelta(days=each) for each in range(length))
    ]
    event = events.create(
        course,
        event_type=kind,
        code=f"{code}-{number:02}",
        place=place,
        minimum=least,
        capacity=seats,
        closes_on=begins - datetime.timedelta(days=2),
        cancel_until=begins - datetime.timedelta(days=7),
        sessions=sessions,
        **when,
    )
    events.open_(event, **when)


# Who buys and learns


def _customers(world: World) -> None:
    for name, legal, city, country, region, street, postcode in people.ACCOUNTS:
        accounts.create(
            name=name,
            legal_name=legal,
            street=street,
            postcode=postcode,
            city=city,
            country=country,
            region=Region.objects.get(name=region),
            owner=User.objects.get(name="Tomás Rey"),
            ids=[("HubSpot", str(40_000 + 17 * len(name) + ord(name[0])))],
            **world.who(),
        )
    for number, (given, family, job, account) in enumerate(people.CONTACTS):
        host = (account or "example").split()[0].lower().replace("&", "")
        contacts.create(
            first_name=given,
            last_name=family,
            email=f"{_plain(given)}.{_plain(family)}@{host}.example",
            job_title=job,
            account=world.account(account) if account else None,
            ids=[("HR", str(88_410 + 7 * number))] if account else [],
            **world.who(),
        )
    for given in people.LEARNERS:
        contact = Contact.objects.get(first_name=given, last_name__in=("Lindqvist", "Berg"))
        user = staff.admit(contact.email, contact.name, people.PASSWORD, **world.who(300))
        contact.user = user
        contact.save(update_fields=["user"])
    belonging.add(
        world.contact("Ada Lindqvist").pk, world.account("Nordic Rail Forum"), **world.who(200)
    )
    for account, main in [
        ("Kestrel Rail Group", "Hanna Ek"),
        ("Brightwater Utilities", "Grace Okafor"),
        ("Norrsken Health", "Elsa Nyström"),
    ]:
        accounts.edit(world.account(account).pk, main_contact=world.contact(main), **world.who(300))


def _plain(name: str) -> str:
    """A name as an address has it."""
    return name.lower().translate(str.maketrans("åäöëüşı", "aaoeusi"))


# What is sold


def _pass_types(world: World) -> None:
    for name, code, words, opens, sold in courses.PASS_TYPES:
        made = types.create(name=name, code=code, description=words, **world.who())
        training.add(made, items=[(world.item(each).pk, []) for each in opens], **world.who())
        for label, period, unit, euros, tokens in sold:
            option = options.create(
                made, name=label, period=period, period_unit=unit, **world.who()
            )
            _prices(world, option.priced, euros, tokens)
            options.publish(option, **world.who())
        if code != "FIN":
            types.publish(PassType.objects.get(pk=made.pk), **world.who())
