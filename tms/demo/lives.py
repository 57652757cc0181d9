"""What happened at Northlight Training in the past year? Passes given, used, renewed, ended."""

import datetime

from catalog import events, sessions
from catalog.models import Event
from crm.models import Contact
from lms import certificates, checkout, learning, requests, waiting, withdrawing
from lms.models import Certificate, ContentUnit
from passes import expiring, lifecycle, types
from passes.models import Pass, PassType
from tms.models import User

from . import knowing

# contact (None: unassigned), account, type, option, days ago, external IDs
GIVEN = [
    ("Ada Lindqvist", "Kestrel Rail Group", "LEAD", "Annual", 20, ["HR 88410"]),
    ("Ada Lindqvist", "Kestrel Rail Group", "DATA", "Half a year", 172, []),
    ("Ada Lindqvist", "Kestrel Rail Group", "SAFE", "Annual", 447, []),
    ("Ada Lindqvist", "Kestrel Rail Group", "PROJ", "Annual", 310, ["PO 4471"]),
    ("Jonas Berg", "Kestrel Rail Group", "SAFE", "Annual", 340, ["PO 4502"]),
    ("Meera Nair", "Kestrel Rail Group", "DATA", "Annual", 120, ["PO 4502"]),
    ("Oskar Fält", "Kestrel Rail Group", "SAFE", "Quarter", 85, []),
    (None, "Kestrel Rail Group", "LEAD", "Annual", 20, ["PO 4518"]),
    (None, "Kestrel Rail Group", "LEAD", "Annual", 20, ["PO 4518"]),
    (None, "Kestrel Rail Group", "SAFE", "Annual", 20, ["PO 4518"]),
    ("Liam Doyle", "Brightwater Utilities", "LEAD", "Half a year", 170, []),
    ("Grace Okafor", "Brightwater Utilities", "LEAD", "Annual", 358, []),
    ("Tom Ashworth", "Brightwater Utilities", "DATA", "Annual", 200, []),
    ("Priya Shah", "Brightwater Utilities", "SAFE", "Annual", 60, []),
    (None, "Brightwater Utilities", "DATA", "Annual", 40, []),
    ("Elsa Nyström", "Norrsken Health", "LEAD", "Annual", 250, ["NH-77"]),
    ("Nils Åberg", "Norrsken Health", "DATA", "Half a year", 190, ["NH-78"]),
    ("Fatima Haddad", "Norrsken Health", "SAFE", "Annual", 100, ["NH-79"]),
    ("George Pell", "Tidewell Foods", "SAFE", "Annual", 362, []),
    ("Amelia Hart", "Tidewell Foods", "PROJ", "Annual", 150, []),
    ("Claire Moreau", "Ateliers Moreau", "LEAD", "Taster", 12, []),
    ("Jürgen Voss", "Hafenwerk Logistik", "SAFE", "Quarter", 30, []),
    ("Şirin Aydın", "Hafenwerk Logistik", "DATA", "Annual", 15, []),
    ("Miriam Katz", "Lumen & Ash", "LEAD", "Half a year", 90, []),
    ("Zoë Marchetti", None, "LEAD", "Taster", 3, []),
]

# who, course, days ago they registered by pass, how much of it is done by now
LEARNED = [
    ("Ada Lindqvist", "LEAD-101", 18, 0.6),
    ("Ada Lindqvist", "DATA-150", 90, 0.3),
    ("Ada Lindqvist", "SAFE-150", 400, 1),
    ("Ada Lindqvist", "DATA-101", 160, 1),
    ("Jonas Berg", "SAFE-150", 320, 1),
    ("Meera Nair", "DATA-180", 60, 0.5),
    ("Meera Nair", "DATA-101", 100, 1),
    ("Tom Ashworth", "DATA-101", 150, 0.8),
    ("Liam Doyle", "LEAD-101", 100, 1),
    ("Elsa Nyström", "LEAD-101", 200, 1),
    ("Elsa Nyström", "COMM-101", 120, 0.4),
    ("Fatima Haddad", "SAFE-150", 80, 1),
    ("Miriam Katz", "PROJ-101", 50, 0.3),
]

# course, months for which its certificate holds (None: for good), what stands on it
CERTIFIED = [
    ("SAFE-150", 12, "A yearly course in safety at work"),
    ("DATA-101", None, ""),
]

# who, number of the event, days ago they registered, by pass or by staff
BOOKED = [
    ("Ada Lindqvist", "LEAD-120-01", 15, "pass"),
    ("Liam Doyle", "LEAD-120-01", 12, "pass"),
    ("Miriam Katz", "LEAD-120-01", 10, "pass"),
    ("Elsa Nyström", "LEAD-140-03", 8, "pass"),
    ("Ada Lindqvist", "LEAD-140-13", 11, "pass"),
    ("Jonas Berg", "SAFE-101-06", 30, "pass"),
    ("Priya Shah", "SAFE-101-06", 25, "pass"),
    ("George Pell", "SAFE-101-07", 90, "pass"),
    ("Priya Shah", "SAFE-110-08", 14, "pass"),
    ("Jürgen Voss", "SAFE-110-08", 13, "pass"),
    ("Meera Nair", "DATA-220-05", 9, "pass"),
    ("Ben Carver", "COMM-120-11", 20, "staff"),
    ("Ingrid Solheim", "COMM-120-12", 40, "staff"),
]


def live(world) -> None:
    """Everything in the order in which it happened."""
    given = {}
    for name, account, code, option, ago, ids in sorted(GIVEN, key=lambda row: -row[4]):
        contact = world.contact(name) if name else None
        owner = world.account(account) if account else contact.account
        made = lifecycle.issue(
            option=world.option(code, option),
            account=owner,
            contact=contact,
            external_ids=ids,
            **_by(world, "Tomás Rey", ago),
        )
        given[name, code] = made.pk
    for code, months, text in CERTIFIED:
        item = world.item(code).pk
        certificates.set_terms(item, granted=True, months=months, text=text, **world.who())
    _learn(world)
    _withdraw(world)
    knowing.made(world)
    _book(world)
    _wait(world)
    _call_off(world)
    _reschedule(world)
    _change(world, given)
    requests_of(world)
    expiring.record_expired(on=world.today, at=world.now)
    types.archive(PassType.objects.get(code="PROJ"), **world.who(30))


def _learn(world) -> None:
    for name, code, ago, part in sorted(LEARNED, key=lambda row: -row[2]):
        contact = world.contact(name)
        event = Event.objects.get(code=f"{code}-LMS")
        checkout.book_by_pass(contact, event=event, tell=False, **_by(world, contact, ago))
        units = list(
            ContentUnit.objects.filter(section__course=event.course)
            .select_related("section")
            .order_by("section__position", "position")
        )
        for number, unit in enumerate(units[: round(len(units) * part)]):
            learning.complete(contact.pk, unit, **_by(world, contact, max(ago - number - 1, 1)))
        if part < 1:
            following = units[round(len(units) * part)]
            learning.look(contact.pk, following.pk, at=world.who(1)["at"])


def _withdraw(world) -> None:
    """One certificate proves what isn't so."""
    proof = Certificate.objects.get(contact=world.contact("Meera Nair"), item__code="DATA-101")
    withdrawing.withdraw(
        proof.pk,
        reason="A colleague took the last units under her sign-in.",
        **_by(world, "Signe Ahlgren", 30),
    )


def _book(world) -> None:
    for name, code, ago, how in sorted(BOOKED, key=lambda row: -row[2]):
        contact = world.contact(name)
        event = Event.objects.select_related("course").get(code=code)
        if how == "pass":
            checkout.book_by_pass(contact, event=event, tell=False, **_by(world, contact, ago))
        else:
            by = _by(world, "Signe Ahlgren", ago)
            checkout.register_by_staff(contact, event=event, tell=False, **by)


def _wait(world) -> None:
    """Two wait for a full event; then there is a chair more, and the first is offered it."""
    event = Event.objects.select_related("course").get(code="SAFE-110-08")
    for name, ago in (("Jonas Berg", 6), ("Ada Lindqvist", 4)):
        contact = world.contact(name)
        waiting.join(contact, event, **_by(world, contact, ago))
    events.edit(event, capacity=3, **_by(world, "Signe Ahlgren", 0))


def _call_off(world) -> None:
    """Too few came: who had a place is moved, and may say otherwise for some days."""
    dates = Event.objects.select_related("course")
    events.cancel(
        dates.get(code="LEAD-140-13"),
        reason="Too few had registered.",
        onto=dates.get(code="LEAD-140-03"),
        choose_until=world.today + datetime.timedelta(days=6),
        **_by(world, "Signe Ahlgren", 1),
    )


def _reschedule(world) -> None:
    """It is held a week later, and who has a place may say otherwise for some days."""
    later, rest = datetime.timedelta(days=7), ("time_zone", "place", "link", "instructor")
    for session in Event.objects.get(code="DATA-220-05").sessions.all():
        starts, ends = sessions.wall_of(session)
        sessions.edit_session(
            session,
            starts=starts + later,
            ends=ends + later,
            **{name: getattr(session, name) for name in rest},
            tell=False,
            choose_until=world.today + datetime.timedelta(days=5),
            **_by(world, "Signe Ahlgren", 1),
        )


def _change(world, given) -> None:
    """What happened to passes after they were given."""
    sales = "Tomás Rey"

    def version(key):
        return {
            "pass_id": given[key],
            "version": Pass.objects.values_list("version", flat=True).get(pk=given[key]),
        }

    lifecycle.extend(
        **version(("Ada Lindqvist", "DATA")),
        expires_on=world.today + datetime.timedelta(days=12),
        reason="A few days more, to finish the course that is under way.",
        **_by(world, sales, 23),
    )
    lifecycle.cancel(
        **version(("Ada Lindqvist", "PROJ")),
        reason="Bought twice by mistake.",
        **_by(world, sales, 300),
    )
    lifecycle.renew(
        **version(("Grace Okafor", "LEAD")),
        option=world.option("LEAD", "Annual"),
        **_by(world, sales, 5),
    )
    lifecycle.assign(
        **version(("Tom Ashworth", "DATA")),
        contact=world.contact("Priya Shah"),
        reason="Tom moved to another team.",
        **_by(world, sales, 35),
    )
    lifecycle.cancel(
        **version(("Amelia Hart", "PROJ")),
        reason="Left the company.",
        **_by(world, sales, 60),
    )
    lifecycle.extend(
        **version(("Nils Åberg", "DATA")),
        expires_on=world.today + datetime.timedelta(days=25),
        reason="Ill for a month; agreed with Elsa Nyström.",
        **_by(world, sales, 20),
    )


def requests_of(world) -> None:
    """What learners have asked for and nobody has answered yet."""
    jonas, ben = world.contact("Jonas Berg"), world.contact("Ben Carver")
    requests.ask_for_pass(
        jonas,
        PassType.objects.get(code="LEAD"),
        note="Two of my team leaders would like it as well.",
        **_by(world, jonas, 2),
    )
    requests.ask_for_place(
        ben,
        world.item("LEAD-140"),
        event=Event.objects.get(code="LEAD-140-03"),
        note="",
        **_by(world, ben, 1),
    )


def _by(world, who, days_ago: int) -> dict:
    """At, on and by: a user by name, or a contact's own sign-in (else the administrator's)."""
    when = world.who(days_ago, hour=10)
    if isinstance(who, Contact):
        return when | {"by": who.user or world.by}
    return when | {"by": User.objects.get(name=who)}
