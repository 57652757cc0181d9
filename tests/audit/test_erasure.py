"""A person is erased from everything that is kept, and nothing else changes."""

import datetime
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection, models, transaction
from django.test import Client
from django.utils import translation
from django.utils.module_loading import import_string

from catalog import sessions
from catalog.models import EventType
from comms.models import AddressTrouble, Message
from crm import (
    accounts,
    archiving,
    belonging,
    contacts,
    erasure,
    external_ids,
    invoices,
    managers,
    merging,
    notes,
    opportunities,
    orders,
    people,
    taking_out,
    tasks,
    teaching,
)
from crm.models import (
    Account,
    Contact,
    Erasure,
    Invoice,
    InvoiceLine,
    Note,
    Opportunity,
    Quote,
    Task,
)
from lms import attempts, certificates, learning, requests
from lms.models import (
    Registration,
    Request,
    ScormAttempt,
    ScormEntry,
    ScormLaunch,
    ScormPackage,
    ScormState,
    Submission,
)
from passes import lifecycle
from passes.models import Pass
from tests.factories import (
    AssignmentFactory,
    ContentUnitFactory,
    CourseFactory,
    CustomFieldFactory,
    EventFactory,
    PassFactory,
    PassTypeFactory,
    QuizQuestionFactory,
    RegistrationFactory,
    TokenTypeFactory,
)
from tms import audit, grants
from tms.models import AuditRow, Job, JournalRow, KeptMail, OperationKey, User
from tms.models.work import JobState
from tms.people import roles
from tms.refusals import Refusal
from tokens import issuing, ledger, spending

from .register import NOT_PERSONAL, PERSONAL

DAY = datetime.date(2026, 11, 22)
CANARY = "Zyxcanary"
FIRST, LAST = "Quillon", f"{CANARY}-Vantongeren"
EMAIL, FORMER = f"q.{CANARY.lower()}@home.example", f"old.{CANARY.lower()}@home.example"
ADDRESS = "203.0.113.77"
WORDS = (CANARY.lower(), "vantongeren", ADDRESS)


# The register


def says_something(field) -> bool:
    """Could this column hold something about a person?"""
    if isinstance(field, models.GeneratedField):
        field = field.output_field
    kinds = (
        models.CharField,
        models.TextField,
        models.JSONField,
        models.FileField,
        models.GenericIPAddressField,
        models.UUIDField,
        ArrayField,
    )
    return isinstance(field, kinds) and not field.flatchoices


def test_of_every_column_it_is_said_whether_it_is_personal():
    there = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.concrete_fields
        if says_something(field)
    }
    told = [
        f"{model}.{column}"
        for table in (PERSONAL, NOT_PERSONAL)
        for model, (_why, columns) in table.items()
        for column in columns.split()
    ]
    assert there - set(told) == set(), "Say in tests/audit/register.py whether it is personal."
    assert set(told) - there == set(), "These columns are not there any more."
    assert len(told) == len(set(told))


def test_what_erases_is_there_and_is_asked(settings):
    for path, _columns in PERSONAL.values():
        assert callable(import_string(path))
        module = path.rpartition(".")[0]
        assert module == "tms.personal" or module in settings.PERSONAL


# The canary: in every personal column, and by every flow there is


@pytest.fixture
def canary(organisation, office, europe, kestrel, clock, settings, tmp_path):
    """A learner whose name, addresses and answers stand wherever a person's can stand."""
    settings.MEDIA_ROOT = tmp_path
    who = {"at": clock.at, "on": DAY, "by": office}
    with audit.context(source="page", user=office, address="203.0.113.1"):
        return written(kestrel, who)


def written(kestrel, who):
    field = CustomFieldFactory(label="Diet", kind="text")
    made = contacts.create(
        first_name=FIRST,
        last_name=LAST,
        email=FORMER,
        phone=f"+44 {CANARY}",
        job_title=f"Head of {CANARY}",
        time_zone="Europe/Lisbon",
        language="en",
        notes=f"Ask {CANARY} about lunch.",
        custom={field.key: f"No {CANARY}"},
        ids=[("HR", f"{CANARY}-7"), (f"Club {CANARY}", "7")],
        **who,
    )
    own = made.account
    accounts.edit(
        own.pk,
        legal_name=f"{LAST} sole trader",
        street=f"{CANARY} street 1",
        postcode=CANARY[:8],
        city=CANARY,
        tax_number=f"GB{CANARY}",
        notes=f"Pays as {CANARY}.",
        **who,
    )
    Account.objects.filter(pk=own.pk).update(custom={"note": CANARY})
    external_ids.add(own, system="ERP", value=f"{CANARY}-acc", **who)
    belonging.add(made.pk, kestrel, **who)
    accounts.edit(kestrel.pk, notes=f"Ring {FIRST} {LAST.upper()} or {EMAIL} first.", **who)
    with audit.context(source="page", user=None, address=ADDRESS):
        people.change_address(made.pk, EMAIL, **who)
        user = User.objects.create_user(EMAIL, f"pw-{CANARY}", name=f"{FIRST} {LAST}")
        user.language = "en"
        user.save()
        Contact.objects.filter(pk=made.pk).update(user=user)
    signs_in(user, who["at"])
    learns(made, kestrel, own, who, user)
    answers(made, who)
    proves(made, who)
    spends(made, kestrel, own, who)
    buys(made, kestrel, own, who)
    is_followed_up(made, kestrel, who)
    is_written_to(made, kestrel, who)
    leaves_traces(made, user, who)
    made.refresh_from_db()
    return made


def signs_in(user, at):
    address = EmailAddress.objects.create(user=user, email=EMAIL, verified=True, primary=True)
    EmailConfirmation.objects.create(email_address=address, key=CANARY.lower(), sent=at)
    Authenticator.objects.create(user=user, type="totp", data={"secret": CANARY}, created_at=at)
    social = SocialAccount.objects.create(
        user=user, provider="oidc", uid=CANARY, extra_data={"name": LAST}
    )
    app = SocialApp.objects.create(provider="oidc", name="Provider", client_id="1")
    SocialToken.objects.create(account=social, app=app, token=CANARY, token_secret=CANARY)
    client = Client(REMOTE_ADDR=ADDRESS, HTTP_USER_AGENT=f"Browser of {CANARY}")
    client.force_login(user)
    session = client.session
    session["words"] = CANARY
    session.save()
    UserSession.objects.update_or_create(
        session_key=session.session_key,
        defaults={
            "user": user,
            "ip": ADDRESS,
            "user_agent": f"Browser of {CANARY}",
            "data": {"words": CANARY},
        },
    )


def learns(made, kestrel, own, who, user):
    lent = PassFactory(contact=made, account=kestrel, expires_on=datetime.date(2027, 6, 1))
    PassFactory(contact=made, account=own, expires_on=datetime.date(2027, 6, 1))
    over = PassFactory(
        contact=made,
        account=kestrel,
        starts_on=datetime.date(2025, 1, 1),
        expires_on=datetime.date(2026, 1, 1),
    )
    reason = f"{FIRST} {LAST} asked for it"
    lifecycle.extend(
        lent.pk,
        version=lent.version,
        expires_on=datetime.date(2027, 7, 1),
        reason=reason,
        **who,
    )
    other = PassFactory(account=kestrel, expires_on=datetime.date(2027, 6, 1))
    lifecycle.extend(
        other.pk,
        version=other.version,
        expires_on=datetime.date(2027, 7, 1),
        reason=reason.upper(),
        **who,
    )
    event = EventFactory(type=EventType.CLASSROOM, capacity=5)
    session = sessions.add_session(
        event,
        starts=datetime.datetime.fromisoformat("2026-12-07 09:00"),
        ends=datetime.datetime.fromisoformat("2026-12-07 17:00"),
        time_zone="Europe/London",
        instructor=f"{FIRST} {LAST}",
        **who,
    ).session
    assert session.pk
    contacts.edit(made.pk, is_instructor=True, **who)
    teaching.choose(session, [made], **who)
    managers.choose(kestrel, [made], **who)
    event.refresh_from_db()
    RegistrationFactory(contact=made, account=kestrel, event=event, paid_by="invoice")
    assert over.pk
    asked = requests.ask_for_pass(made, PassTypeFactory(), note=f"For {CANARY}", **who)
    answered = requests.ask_for_pass(made, PassTypeFactory(), note=f"Or {CANARY}", **who)
    requests.decline(answered.pk, answer=f"Sorry, {CANARY}", **who)
    with audit.context(source="page", user=user, address=ADDRESS):
        Request.objects.filter(pk=asked.pk).update(note=f"For {CANARY}!")


def answers(made, who):
    """They typed an answer in a quiz, and staff wrote down why they got another attempt."""
    accepted = [{"text": "Red", "right": True}]
    question = QuizQuestionFactory(quiz__attempts=1, form="short", answers=accepted)
    attempt = attempts.start(made.pk, question.quiz.unit, **who)
    attempts.submit(attempt, {0: f"I am {CANARY}"}, version=0, page="", **who)
    attempts.give_another(made.pk, question.quiz.unit, reason=f"{CANARY} was ill", **who)
    Submission.objects.create(
        contact=made,
        unit=AssignmentFactory().unit,
        number=1,
        file=f"submissions/{CANARY}.txt",
        name=f"{CANARY}.txt",
        kind="text",
        size=9,
        comment=f"From {CANARY}",
        submitted_at=who["at"],
        marked_at=who["at"],
        passed=False,
        feedback=f"Well done, {CANARY}",
    )
    lesson = ContentUnitFactory(form="scorm")
    package = ScormPackage.objects.create(
        unit=lesson, number=1, contents={"items": []}, files=1, size=1, at=who["at"]
    )
    tried = ScormAttempt.objects.create(
        contact=made, unit=lesson, package=package, started_at=who["at"], last_at=who["at"]
    )
    typed = {"cmi.comments": f"I am {CANARY}"}
    ScormState.objects.create(attempt=tried, item="a", values=typed, last_at=who["at"])
    launched = ScormLaunch.objects.create(
        attempt=tried,
        item="a",
        session_key=CANARY,
        agent=CANARY,
        opened_at=who["at"],
        seen_at=who["at"],
    )
    ScormEntry.objects.create(launch=launched, at=who["at"], sequence=1, changes=typed)


def proves(made, who):
    """A certificate bears their name."""
    course = CourseFactory()
    certificates.set_terms(course.pk, granted=True, months=None, text="", **who)
    learning.complete_item(made.pk, course.pk, **who)


def spends(made, kestrel, own, who):
    gold = TokenTypeFactory()
    issuing.issue(own, gold, 3, note=f"Bought by {CANARY}", **who)
    issuing.issue(kestrel, gold, 3, note=f"For {FIRST} {LAST}", **who)
    spending.set_rule(kestrel, who="chosen", contacts=[made], **who)
    reason = f"{LAST} went there"
    ledger.redeem(kestrel.pk, gold, 2, contact_id=made.pk, reason=reason, **who)


def buys(made, kestrel, own, who):
    """What is sold to them, to their company through them, and to others who speak of them."""
    words = {"source": f"Fair, {CANARY}", "notes": f"Ring {CANARY} late"}
    lost = opportunities.create(
        account=own, name=f"{CANARY} alone", ids=[("Deals", f"{CANARY}-1")], **words, **who
    )
    opportunities.lose(lost.pk, because=f"{CANARY} went away", **who)
    opportunities.create(account=own, name=f"{CANARY} again", **words, **who)
    opportunities.create(
        account=kestrel, contact=made, name=f"Kestrel by {FIRST.lower()} 2027", **words, **who
    )
    other = opportunities.create(
        account=kestrel, name="Ten passes", notes=f"Seen by {EMAIL.upper()}", **who
    )
    opportunities.edit(other.pk, notes=f"Met {FIRST} {LAST} there", **who)
    Quote.objects.create(
        opportunity=lost,
        number="Q-1",
        issued_on=DAY,
        valid_until=DAY,
        content={
            "bill_to": {"name": f"{LAST} sole trader", "street": CANARY, "country": "GB"},
            "subject": f"{CANARY} alone",
            "lines": [{"title": "One pass", "for": [f"{FIRST} {LAST}"]}],
            "net": "100.00",
        },
        at=who["at"],
    )
    with translation.override("de"):
        ordered = orders.line(f"{CANARY} 7")
    for account, reason, note in (
        (own, f"As {CANARY} asked", f"Registration 1\n{ordered}"),
        (kestrel, f"{FIRST} {LAST} was ill", f"Registration 2\n{orders.line(f'{FIRST} {LAST}')}"),
    ):
        line = invoices.Wanted(
            "A place", 1, Decimal(90), "VAT", Decimal(20), Decimal(90), Decimal(18), note=note
        )
        bill = invoices.draft(
            account, account.region.currencies.get(), [line], reason=reason, **who
        )
        invoices.issue(bill.pk, **who)


def is_followed_up(made, kestrel, who):
    """What is to be done for them and was noted about them, and about others with their name."""
    words = {"title": f"Ring {CANARY}", "details": f"{CANARY} is out on Mondays"}
    tasks.add(made, **words, **who)
    gone = tasks.add(Opportunity.objects.get(name__contains="by quillon"), **words, **who)
    tasks.remove(gone.pk, **who)
    other = tasks.add(kestrel, title=f"Ask {FIRST} {LAST} for names", **who)
    tasks.edit(other.pk, details=f"By {EMAIL}", **who)
    note = notes.add(made, text=f"{CANARY} likes tea", **who)
    notes.edit(note.pk, text=f"{CANARY} likes coffee", **who)
    notes.add(kestrel, text=f"{FIRST} {LAST.upper()} runs it all", **who)


def is_written_to(made, kestrel, who):
    """What they were written, by contact and by address, and others about them."""
    same = {
        "subject_kind": "pass",
        "subject_id": 1,
        "account": kestrel,
        "due_at": who["at"],
        "due_on": DAY,
        "made_at": who["at"],
    }
    said = {
        "title": f"Dear {LAST}",
        "text": f"{FIRST} {LAST}",
        "html": f"<p>{FIRST} {LAST}</p>",
        "sent_at": who["at"],
        "trouble": f"No {EMAIL} here",
    }
    to = ({"recipient": f"c{made.pk}", "contact": made}, {"recipient": f"a:{FORMER}"})
    for recipient in to:
        Message.objects.create(**same, **said, **recipient, to=EMAIL, state="sent", occurrence="1")
        Message.objects.create(**same, **recipient, state="queued", occurrence="2")
    said["title"] = f"{FIRST} {LAST} has a pass"
    Message.objects.create(
        **same, **said, recipient="a:x@example.com", to="x@example.com", state="sent"
    )
    AddressTrouble.objects.create(email=EMAIL, why=f"{EMAIL} is full", at=who["at"])


def leaves_traces(made, user, who):
    KeptMail.objects.create(
        to=EMAIL,
        subject=f"Dear {LAST}",
        text=f"{FIRST} {LAST}",
        html=f"<p>{LAST}</p>",
        files=[["a.ics", CANARY, "text/calendar"]],
        at=who["at"],
    )
    KeptMail.objects.create(to="x@example.com", subject="New", text=f"{EMAIL} came", at=who["at"])
    OperationKey.objects.create(
        key="k", actor_id=1, digest="d", answer={"says": f"{FIRST} {LAST} added"}, at=who["at"]
    )
    job = Job.objects.create(
        verb="v",
        title=f"Import of {FIRST} {LAST}",
        arguments={"query": f"q={FIRST}+{LAST}"},
        by=who["by"],
        state=JobState.DONE,
        result={"sentences": [EMAIL], "links": [["Get the file", "/"]]},
        back_to=f"/contacts/?q={FIRST}+{LAST}",
        asked_at=who["at"],
    )
    job.upload.save("people.csv", ContentFile(EMAIL.encode()))
    job.file.save(f"{CANARY}.csv", ContentFile(LAST.encode()))


def dump() -> dict[str, str]:
    """Every table of the database, as text in small letters."""
    found = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT string_agg(t::text, chr(10)) FROM "{table}" t')
            found[table] = (cursor.fetchone()[0] or "").lower()
    return found


def hits(where: dict[str, str]) -> list[str]:
    return sorted(
        f"{name}: {word}" for name, text in where.items() for word in WORDS if word in text
    )


def files(folder) -> dict[str, str]:
    return {
        str(path): f"{path} {path.read_bytes().decode(errors='replace')}".lower()
        for path in Path(folder).rglob("*")
        if path.is_file()
    }


def erased(contact, clock, by, **more):
    with audit.context(source="page", user=by, address="203.0.113.1"):
        return erasure.erase(contact.pk, at=clock.at, on=DAY, by=by, **more)


@pytest.mark.django_db
def test_the_canary_stands_in_every_personal_column(canary):
    empty = []
    with connection.cursor() as cursor:
        for label, (_by, columns) in PERSONAL.items():
            table = apps.get_model(label)._meta.db_table
            for name in columns.split():
                column = apps.get_model(label)._meta.get_field(name).column
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" WHERE "{column}"::text NOT IN '
                    "('', '{}', '[]', '[erased]', 'Erased person')"
                )
                if not cursor.fetchone()[0]:
                    empty.append(f"{label}.{name}")
    assert empty == []
    assert len(hits(dump())) > 20


@pytest.mark.django_db(transaction=True)
def test_after_erasing_no_trace_is_left_in_any_table_or_file(canary, clock, office, settings):
    assert hits(files(settings.MEDIA_ROOT))
    erased(canary, clock, office)
    assert hits(dump()) == []
    assert hits(files(settings.MEDIA_ROOT)) == []


@pytest.mark.django_db
def test_a_double_that_was_merged_is_erased_with_them(canary, clock, office):
    who = {"at": clock.at, "on": DAY, "by": office}
    email = f"second.{CANARY.lower()}@home.example"
    double = contacts.create(
        first_name="Q.", last_name=f"{CANARY}-Second", email=email, phone=CANARY, **who
    )
    user = User.objects.create_user(email, "pw", name=f"Q. {CANARY}-Second")
    Contact.objects.filter(pk=double.pk).update(user=user)
    contacts.edit(double.pk, notes=f"{CANARY} once more", **who)
    merging.merge_contacts(canary.pk, double.pk, **who)
    with pytest.raises(Refusal, match="was merged"):
        erasure.erase(double.pk, **who)
    erased(canary, clock, office)
    assert hits(dump()) == []
    double.refresh_from_db()
    assert (double.name, double.erased_at) == ("Erased person", clock.at)
    assert set(Erasure.objects.values_list("contact_id", flat=True)) == {canary.pk, double.pk}


@pytest.mark.django_db
def test_the_records_stay_with_their_numbers(canary, clock, office):
    def numbers():
        return {
            model: list(model.objects.order_by("pk").values_list("pk", flat=True))
            for model in (Contact, Account, Pass, Registration, Request, User)
        }

    before, facts = numbers(), list(JournalRow.objects.order_by("pk").values_list("pk", "kind"))
    erased(canary, clock, office)
    assert numbers() == before
    after = list(JournalRow.objects.order_by("pk").values_list("pk", "kind"))
    assert after[: len(facts)] == facts
    assert after[-1][1] == "contact.erased"
    canary.refresh_from_db()
    assert (canary.name, canary.email, canary.erased_at) == ("Erased person", None, clock.at)
    assert canary.account.name == "Erased person"


@pytest.mark.django_db
def test_what_ends_with_the_person_is_named(canary, clock, office, kestrel):
    told = [each.sentence for each in erased(canary, clock, office)]
    assert told[:2] == [
        "1 training pass is cancelled.",
        "1 training pass is unassigned; the account keeps it.",
    ]
    assert "1 request is declined." in told
    assert "1 session to come has no instructor any more." in told
    assert "The sign-in ends; all its sessions do too." in told
    assert "The file of 1 finished import or export is deleted: it may name them." in told
    assert told[-1].startswith("Passes, registrations, results and the history stay")
    held = Pass.objects.filter(contact=canary.pk, cancelled_at=None)
    assert [each.expires_on for each in held] == [datetime.date(2026, 1, 1)]
    assert not Registration.objects.live().filter(contact=canary.pk).exists()


@pytest.mark.django_db
def test_other_people_keep_what_is_theirs(canary, ada, clock, office):
    KeptMail.objects.create(to="ada@x.example", subject="Hello", text="Ada", at=clock.at)
    contacts.edit(ada.pk, phone="+44 1", at=clock.at, on=DAY, by=office)
    rows = AuditRow.objects.filter(contact_id=ada.pk).order_by("pk")
    before = list(rows.values_list("pk", "before", "after"))
    erased(canary, clock, office)
    assert list(rows.values_list("pk", "before", "after")) == before
    assert KeptMail.objects.filter(to="ada@x.example").exists()
    ada.refresh_from_db()
    assert (ada.name, ada.email) == ("Ada Lindqvist", "ada@kestrelrail.example")
    assert (
        Account.objects.get(name="Kestrel Rail Group").notes == "Ring [erased] or [erased] first."
    )


@pytest.mark.django_db
def test_what_was_sold_keeps_its_sums_and_loses_the_name(canary, clock, office, kestrel):
    numbers = ("number", "issued_on", "due_on", "net", "tax", "gross", "account_id")
    invoiced = list(Invoice.objects.order_by("pk").values_list(*numbers))
    told = [each.sentence for each in erased(canary, clock, office)]
    assert "1 opportunity has no contact any more." in told
    deals = Opportunity.objects.order_by("pk").values_list("name", "notes", "contact", "won")
    own = deals.filter(account=canary.account_id)
    assert len(own) == own.filter(won=False).count() > 1
    assert {name for name, *_more in own} == {"[erased]"}
    assert list(deals.filter(account=kestrel)) == [
        ("Kestrel by [erased] 2027", "[erased]", None, None),
        ("Ten passes", "Met [erased] there", None, None),
    ]
    assert list(Invoice.objects.order_by("pk").values_list(*numbers)) == invoiced
    theirs, company = Invoice.objects.order_by("pk")
    assert (theirs.reason, company.reason) == ("[erased]", "[erased]")
    with translation.override("de"):
        in_german = orders.line("[erased]")
    assert in_german != orders.line("[erased]")
    assert list(InvoiceLine.objects.order_by("pk").values_list("title", "note")) == [
        ("A place", f"Registration 1\n{in_german}"),
        ("A place", "Registration 2\nYour order [erased]"),
    ]
    assert (theirs.bill_to["name"], company.bill_to["name"]) == ("[erased]", kestrel.name)
    assert Quote.objects.get().content == {
        "bill_to": {"name": "[erased]", "street": "[erased]", "country": "GB"},
        "subject": "[erased]",
        "lines": [{"title": "One pass", "for": ["[erased]"]}],
        "net": "100.00",
    }


@pytest.mark.django_db
def test_tasks_end_and_notes_say_nothing_of_them(canary, clock, office):
    told = [each.sentence for each in erased(canary, clock, office)]
    assert "1 task ends." in told
    assert list(Task.objects.order_by("pk").values_list("title", "details", "done_at")) == [
        ("[erased]", "[erased]", clock.at),
        ("Ask [erased] for names", "By [erased]", None),
    ]
    assert list(Note.objects.order_by("pk").values_list("text", flat=True)) == [
        "[erased]",
        "[erased] runs it all",
    ]


@pytest.mark.django_db
def test_the_one_road_changes_nothing_else_on_an_invoice(canary):
    cursor = connection.cursor()
    cursor.execute("SET LOCAL lanyard.erasing = 'on'")
    for change in ("number = 'x'", "bill_to = '{}'", "gross = 0, net = 0, tax = 0", "reason = 'x'"):
        with pytest.raises(Exception, match="stays as it is"), transaction.atomic():
            cursor.execute(f"UPDATE crm_invoice SET {change}")
    for change in ("title = '[erased]'", "note = 'x'", "net = 0", "note = note || chr(10) || 'x'"):
        with pytest.raises(Exception, match="stay as they are"), transaction.atomic():
            cursor.execute(f"UPDATE crm_invoiceline SET {change}")
    cursor.execute("SET LOCAL lanyard.erasing = ''")
    with pytest.raises(Exception, match="stay as they are"), transaction.atomic():
        cursor.execute("UPDATE crm_invoiceline SET note = '[erased]'")


@pytest.mark.django_db
def test_the_sign_in_is_over(canary, clock, office, browse):
    client = browse(canary.user)
    assert client.get("/account/").status_code == 200
    erased(canary, clock, office)
    assert client.get("/account/").status_code == 302
    user = User.objects.get(pk=canary.user_id)
    assert (user.is_active, user.has_usable_password(), str(user)) == (
        False,
        False,
        "Erased person",
    )


@pytest.mark.django_db
def test_nothing_can_be_done_with_who_was_erased(canary, clock, office):
    who = {"at": clock.at, "on": DAY, "by": office}
    erased(canary, clock, office)
    for verb in (
        lambda: contacts.edit(canary.pk, phone="1", **who),
        lambda: archiving.restore_contact(canary.pk, **who),
        lambda: people.change_address(canary.pk, "a@example.com", **who),
        lambda: external_ids.add(Contact.objects.get(pk=canary.pk), system="a", value="b", **who),
        lambda: erasure.erase(canary.pk, **who),
        lambda: taking_out.take_out(canary.pk, **who),
    ):
        with pytest.raises(Refusal, match="erased"):
            verb()


@pytest.mark.django_db
def test_who_works_here_is_not_erased(canary, clock, office):
    User.objects.filter(pk=canary.user_id).update(is_staff=True)
    with pytest.raises(Refusal, match="works in the back office"):
        erased(canary, clock, office)
    assert hits(dump())


@pytest.mark.django_db
def test_work_that_may_bring_them_back_comes_first(canary, clock, office):
    job = Job.objects.create(verb="v", title="Import", by=office, asked_at=clock.at)
    job.upload.save("waiting.csv", ContentFile(b"x"))
    with pytest.raises(Refusal, match="Import"):
        erased(canary, clock, office)
    Job.objects.filter(pk=job.pk).update(state=JobState.DONE)
    erased(canary, clock, office)


# History gives way on this road alone


@pytest.mark.django_db
def test_even_the_owner_changes_no_row_of_the_trail(canary):
    for statement in ("UPDATE audit SET address = 'x'", "DELETE FROM audit"):
        with pytest.raises(Exception, match="only added to"), transaction.atomic():
            connection.cursor().execute(statement)


@pytest.mark.django_db
def test_the_one_road_changes_nothing_else_in_the_trail(canary):
    cursor = connection.cursor()
    cursor.execute("SET LOCAL lanyard.erasing = 'on'")
    for change in (
        "user_id = 1",
        "before = '{}'",
        'after = after || \'{"phone": "another"}\'',
        'after = after || \'{"invented": "[erased]"}\'',
        "address = '198.51.100.1'",
    ):
        with pytest.raises(Exception, match="only added to"), transaction.atomic():
            cursor.execute(f"UPDATE audit SET {change} WHERE model = 'crm.contact'")


@pytest.mark.django_db
def test_the_application_erases_without_a_right_to_rewrite_history(canary, clock, office):
    grants.grant("lanyard_app")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE lanyard_app")
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE audit SET address = '[erased]'")
        erased(canary, clock, office)
        cursor.execute("RESET ROLE")
    assert hits({"audit": dump()["audit"], "journal": dump()["journal"]}) == []


# Again, after a backup was restored


@pytest.mark.django_db
def test_an_erasure_is_done_again_to_what_a_backup_brought_back(
    canary, clock, office, tmp_path, capsys
):
    savepoint = transaction.savepoint_create()
    erased(canary, clock, office)
    call_command("replay_erasures", list=True)
    listed = capsys.readouterr().out
    assert listed == f"{canary.pk}\n"
    transaction.savepoint_rollback(savepoint)  # the backup of before
    kept = tmp_path / "erasures.txt"
    kept.write_text(listed)
    assert hits(dump())
    call_command("replay_erasures", file=str(kept))
    assert hits(dump()) == []
    call_command("replay_erasures")
    assert capsys.readouterr().out == "1 erased again.\n0 erased again.\n"
    assert Erasure.objects.get().contact_id == canary.pk


# Taken out


@pytest.mark.django_db
def test_what_is_held_is_taken_out_whole(canary, clock, office):
    content = taking_out.take_out(canary.pk, at=clock.at, on=DAY, by=office)
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.namelist() == ["data.json", "data.html"]
    data = json.loads(archive.read("data.json"))
    assert set(data["parts"]) == {
        "contact",
        "own_accounts",
        "accounts",
        "mentions",
        "memberships",
        "external_ids",
        "changes",
        "sign_in",
        "addresses",
        "second_factors",
        "single_sign_on",
        "sessions",
        "letters",
        "jobs",
        "history",
        "recorded",
        "passes",
        "registrations",
        "progress",
        "quiz_attempts",
        "quiz_answers",
        "extra_attempts",
        "submissions",
        "scorm_attempts",
        "scorm_states",
        "scorm_log",
        "completions",
        "certificates",
        "requests",
        "sessions_taught",
        "teaches",
        "manages",
        "token_issues",
        "token_entries",
        "token_spending",
        "opportunities",
        "opportunities_mentioning",
        "opportunity_ids",
        "opportunity_changes",
        "quotes",
        "invoices",
        "invoices_mentioning",
        "invoice_lines",
        "invoice_lines_mentioning",
        "tasks",
        "tasks_mentioning",
        "notes",
        "notes_mentioning",
        "messages",
        "messages_mentioning",
        "address_trouble",
    }
    text = archive.read("data.json").decode()
    (contact,) = data["parts"]["contact"]
    assert (contact["first_name"], contact["last_name"], contact["email"]) == (FIRST, LAST, EMAIL)
    for said in (
        FORMER,
        ADDRESS,
        f"No {CANARY}",
        f"{CANARY}-7",
        f"For {CANARY}!",
        f"Sorry, {CANARY}",
        f"{CANARY} went away",
        f"As {CANARY} asked",
        f"{CANARY} likes coffee",
    ):
        assert said in text
        assert said in archive.read("data.html").decode()
    assert "pw-" not in text
    assert '"secret"' not in text
    assert JournalRow.objects.latest("id").kind == "contact.taken_out"


# The pages


@pytest.fixture
def administrator(organisation):
    roles.sync()
    user = User.objects.create_user("root@example.com", name="Rut", is_staff=True)
    user.groups.set(roles.Group.objects.filter(name="Administrator"))
    return user


@pytest.mark.django_db
def test_the_dialog_says_what_ends_and_then_does_it(canary, administrator, browse):
    client, address = browse(administrator), f"/contacts/{canary.pk}/erasure/"
    asked = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "Erase the person" in asked
    assert "1 training pass is cancelled." in asked
    assert not Contact.objects.get(pk=canary.pk).erased_at

    def hidden(name):
        return asked.partition(f'name="{name}" value="')[2].partition('"')[0]

    answers = {name: hidden(name) for name in ("operation", "version", "digest")}
    done = client.post(address, answers, headers={"HX-Request": "true"})
    assert done.status_code == 204, done.content
    page = client.get(f"/contacts/{canary.pk}/").content.decode()
    assert "Erased person" in page
    assert CANARY not in page
    for word in ("editing", "restoring", "erasure", "data"):
        assert f"/contacts/{canary.pk}/{word}/" not in page
    assert "Add Training Pass" not in page


@pytest.mark.django_db
def test_the_file_is_for_who_may_and_is_never_kept(canary, administrator, office, browse):
    client, address = browse(administrator), f"/contacts/{canary.pk}/data/"
    assert "Get the file" in client.get(address).content.decode()
    got = client.post(address)
    assert (got["Content-Type"], got["Cache-Control"]) == ("application/zip", "no-store")
    assert zipfile.ZipFile(io.BytesIO(got.content)).testzip() is None
    for role in ("Training Manager", "Sales", "Finance", "Support"):
        assert not {"crm.erase_person", "crm.take_out_person"} & roles.rights_of(role)
