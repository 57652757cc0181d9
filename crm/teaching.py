"""Who teaches a session? Contacts marked as instructors, chosen for it; it keeps their names."""

import datetime

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog import event_rows
from catalog.models import Event, Session
from catalog.sessions import must_be_changeable
from tms import journal
from tms.consequences import Consequence, Fact
from tms.days import moment
from tms.refusals import Refusal

from .models import Contact, Teaching

MOST = 5  # instructors of one session

# What a session says of who teaches it; contacts without a name are called by their address.
NAMES = """
UPDATE catalog_session s SET instructors = coalesce((
    SELECT string_agg(
        coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''), c.email, ''),
        ', ' ORDER BY c.name_key, c.id)
    FROM crm_teaching t JOIN crm_contact c ON c.id = t.contact_id WHERE t.session_id = s.id), '')
WHERE s.id = ANY(%(ids)s)
"""


# Verbs


@transaction.atomic
def choose(
    session: Session,
    contacts,
    *,
    every_session: bool = False,
    at: datetime.datetime,
    on: datetime.date,
    by,
    operation: str = "",
) -> list[Consequence]:
    """Let these contacts, and nobody else, teach the session; or every session of its event.

    Nobody: the session's words say who teaches it. Returns what else they teach at the same time.
    Refused for more than five, and for who isn't an instructor or is archived, unless chosen
    already. Locks contacts, then the event.
    """
    wanted = sorted({each.pk for each in contacts})
    if len(wanted) > MOST:
        raise Refusal(
            _("A session has at most %(most)s instructors.") % {"most": MOST}, field="contacts"
        )
    rows = Contact.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted)
    people = {each.pk: each for each in rows.order_by("pk")}
    event = event_rows.locked(Event(pk=session.event_id))
    must_be_changeable(event)
    of_event = event.sessions.order_by("starts_at", "pk").values_list("pk", flat=True)
    ids = list(of_event if every_session else of_event.filter(pk=session.pk))
    if not ids:
        raise Refusal(_("This session was removed meanwhile."))
    before = chosen(ids)
    known = set().union(*before.values())
    for pk in wanted:
        _refuse_unless_teaches(people.get(pk), known)
    changed = [pk for pk in ids if sorted(before[pk]) != wanted]
    if not changed:
        return []
    Teaching.objects.filter(session__in=changed).exclude(contact__in=wanted).delete()
    Teaching.objects.bulk_create(
        Teaching(session_id=pk, contact_id=each)
        for pk in changed
        for each in wanted
        if each not in before[pk]
    )
    keep_names(changed)
    event_rows.save(event)
    journal.write_all(
        journal.row(
            "event.instructors_chosen",
            event.pk,
            before={"session": pk, "instructors": sorted(before[pk])},
            after={"session": pk, "instructors": wanted},
            at=at,
            on=on,
            by=by,
            operation=operation,
        )
        for pk in changed
    )
    return clashes(wanted, ids)


def renamed(contact: Contact) -> None:
    """They are called otherwise by now: the sessions that they teach say so. One statement."""
    ids = Teaching.objects.filter(contact=contact.pk).values_list("session_id", flat=True)
    keep_names(list(ids))


def merged(kept: Contact, gone: Contact) -> None:
    """What a double was chosen to teach is the other one's to teach."""
    theirs = Teaching.objects.filter(contact=gone)
    theirs.filter(session__in=kept.teachings.values("session")).delete()
    theirs.update(contact=kept)
    renamed(kept)


def keep_names(session_ids: list[int]) -> None:
    """Let these sessions say who was chosen for them. One statement, or none."""
    if session_ids:
        with connection.cursor() as cursor:
            cursor.execute(NAMES, {"ids": session_ids})


# What follows from what others do


def follow(fact: Fact) -> list[Consequence]:
    """An event is held again by the same people; a session that was moved may meet while they
    teach elsewhere; who is put away is said to teach still.
    """
    if fact.kind == "event.duplicated":
        _copy(fact.data["sessions"])
    if fact.kind == "event.session_changed":
        moved = fact.data["session"]
        return clashes(chosen([moved])[moved], [moved])
    if fact.kind == "contact.archived":
        return told_to_come(fact.subjects, fact.at)
    return []


def _copy(copies: dict[int, int]) -> None:
    """`copies` leads from a session to the one made like it. Who teaches no more is left out."""
    rows = Teaching.objects.filter(
        session__in=copies, contact__is_instructor=True, contact__archived_at=None
    )
    Teaching.objects.bulk_create(
        Teaching(session_id=copies[session], contact_id=contact)
        for session, contact in rows.values_list("session_id", "contact_id")
    )
    keep_names(list(copies.values()))


def told_to_come(contact_ids, at: datetime.datetime) -> list[Consequence]:
    """The sessions after `at` that name them. One statement."""
    rows = Teaching.objects.filter(contact__in=contact_ids, session__starts_at__gt=at)
    rows = rows.exclude(session__event__status="cancelled").order_by("session__starts_at", "pk")
    titles = list(rows.values_list("session__event__course__title", flat=True))
    if not titles:
        return []
    sentence = ngettext(
        "%(count)s session to come names them as instructor. Choose somebody else.",
        "%(count)s sessions to come name them as instructor. Choose somebody else.",
        len(titles),
    )
    lines = tuple(dict.fromkeys(titles))[:5]
    return [Consequence("stays", sentence % {"count": len(titles)}, len(titles), lines)]


# Questions


def chosen(session_ids) -> dict[int, set[int]]:
    """The ids of who was chosen, by session. One statement."""
    found: dict[int, set[int]] = {pk: set() for pk in session_ids}
    rows = Teaching.objects.filter(session__in=session_ids)
    for session, contact in rows.values_list("session_id", "contact_id"):
        found[session].add(contact)
    return found


def instructors():
    """The contacts who can be chosen."""
    return Contact.objects.living().filter(is_instructor=True)


def clashes(contact_ids, session_ids) -> list[Consequence]:
    """Which other sessions do they teach while one of these meets? It is said, never refused."""
    if not contact_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT DISTINCT o.starts_at, c.last_name, c.first_name, coalesce(c.email, ''), i.title
            FROM catalog_session s
            JOIN catalog_session o ON o.starts_at < s.ends_at AND o.ends_at > s.starts_at
                AND NOT o.id = ANY(%(sessions)s)
            JOIN crm_teaching t ON t.session_id = o.id AND t.contact_id = ANY(%(contacts)s)
            JOIN crm_contact c ON c.id = t.contact_id
            JOIN catalog_event e ON e.id = o.event_id AND e.status <> 'cancelled'
            JOIN catalog_item i ON i.id = e.course_id
            WHERE s.id = ANY(%(sessions)s) ORDER BY 1, 2, 3, 4, 5
            """,
            {"sessions": list(session_ids), "contacts": list(contact_ids)},
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    lines = tuple(
        _("%(name)s: %(title)s, %(moment)s")
        % {"name": f"{first} {last}".strip() or email, "title": title, "moment": moment(starts)}
        for starts, last, first, email, title in rows[:5]
    )
    return [Consequence("stays", _("They teach another event at the same time"), len(rows), lines)]


def _refuse_unless_teaches(contact: Contact | None, known: set[int]) -> None:
    if contact is None:
        raise Refusal(_("One of them is not there any more."), field="contacts")
    if contact.pk in known:
        return
    if contact.archived_at:
        raise Refusal(
            _("%(name)s is archived. Restore the contact first.") % {"name": contact},
            field="contacts",
        )
    if not contact.is_instructor:
        raise Refusal(
            _("%(name)s isn't marked as an instructor. Tick it on the contact first.")
            % {"name": contact},
            field="contacts",
        )
