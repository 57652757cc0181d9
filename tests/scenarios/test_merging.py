"""Two contacts, or two accounts, turn out to be one: everything goes to the one kept."""

import datetime
from decimal import Decimal

import pytest
from django.apps import apps
from django.db import connection, transaction

from crm import (
    accounts,
    contacts,
    external_ids,
    invoices,
    managers,
    merging,
    notes,
    opportunities,
    tasks,
    teaching,
)
from crm.models import Account, Contact, ExternalId, Invoice, Opportunity
from lms import cancelling, checkout, paying, requests
from lms.models import Completion, Progress, Registration, Request
from passes import lifecycle
from passes.models import Pass
from tests.factories import (
    AccountFactory,
    ContactFactory,
    ContentUnitFactory,
    CourseFactory,
    EventFactory,
    LearnerFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    ProgressFactory,
)
from tests.lms.paying import balances, give, let_spend, priced
from tms import preview
from tms.models import AuditRow, JournalRow
from tms.refusals import Refusal, Stale
from tms.reporting import checking
from tokens.models import LedgerEntry, Spender, Spending

pytestmark = pytest.mark.django_db

# What history is made of, and what leads from the double to the one kept.
STAYS = {
    "crm.Change",
    "tokens.LedgerEntry",
    "crm.Contact.merged_into",
    "crm.Account.merged_into",
}


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def double(europe):
    """Ada once more: at another account, under another address, and signing in."""
    return LearnerFactory(
        first_name="Ada",
        last_name="Lindqvist-Berg",
        email="ada@home.example",
        phone="+44 1",
        account=AccountFactory(name="Northwind", region=europe),
    )


def pointing_at(row) -> list[str]:
    """Every column of the database that leads to the row, as model.column."""
    found = []
    for relation in type(row)._meta.related_objects:
        name = f"{relation.related_model._meta.label}.{relation.field.name}"
        rows = relation.related_model._base_manager.filter(**{relation.field.name: row.pk})
        if relation.related_model._meta.label not in STAYS and name not in STAYS and rows.exists():
            found.append(name)
    return found


def broken(who) -> dict:
    """The invariants that are broken."""
    return checking.check(on=who["on"], at=who["at"]).broken


def pass_of(contact, *opens, **who):
    option = PassOptionFactory(pass_type=PassTypeFactory(opens=opens))
    return lifecycle.issue(option=option, account=contact.account, contact=contact, **who)


# Contacts


def holding(contact, course, path, who):
    """A life as a learner: passes, places, progress, results, requests, tokens, and who sells."""
    given = pass_of(contact, course, **who)
    over = pass_of(contact, course, **who)
    lifecycle.cancel(over.pk, version=None, **who)
    event = EventFactory(course=course)
    checkout.book_by_pass(contact, event=event, **who)
    checkout.register_by_staff(contact, path=path, **who)
    ProgressFactory(contact=contact, unit=ContentUnitFactory())
    Completion.objects.create(contact=contact, item=CourseFactory(), at=who["at"])
    requests.ask_for_pass(contact, PassTypeFactory(), note="", **who)
    give(contact.account, 5, **who)
    let_spend(contact.account, contact, **who)
    deal = opportunities.create(account=contact.account, contact=contact, name="Passes", **who)
    external_ids.add(contact, system="HR", value=str(contact.pk), **who)
    tasks.add(contact, title="Ring", **who)
    notes.add(contact, text="Likes tea", **who)
    accounts.edit(contact.account_id, main_contact=contact, **who)
    managers.choose(contact.account, [contact], **who)
    contacts.edit(contact.pk, is_instructor=True, **who)
    contact.refresh_from_db()
    teaching.choose(EventFactory().sessions.get(), [contact], **who)
    return given, event, deal


def test_everything_of_a_contact_is_the_others_and_nothing_is_lost(ada, double, who):
    course, path = CourseFactory(), PathFactory(courses=[CourseFactory()])
    holding(ada, course, PathFactory(courses=[CourseFactory()]), who)
    holding(double, course, path, who)
    before = {
        model: model.objects.count()
        for model in (Pass, Registration, Progress, Completion, Request, LedgerEntry, Opportunity)
    }
    facts = list(JournalRow.objects.order_by("id").values_list("id", "contact_id"))
    audit = AuditRow.objects.filter(contact_id=double.pk).count()
    merging.merge_contacts(ada.pk, double.pk, version=None, **who)
    double.refresh_from_db()
    assert (double.merged_into_id, double.archived_at, double.email) == (ada.pk, who["at"], None)
    assert pointing_at(double) == []
    assert {model: model.objects.count() for model in before} == before
    for model in (Pass, Registration, Progress, Completion, Request, Opportunity, ExternalId):
        assert not model.objects.exclude(contact=ada.pk).exists(), model
    # What was written stays where it was written.
    assert (
        list(JournalRow.objects.order_by("id").values_list("id", "contact_id"))[: len(facts)]
        == facts
    )
    assert AuditRow.objects.filter(contact_id=double.pk).count() >= audit
    assert set(Spender.objects.values_list("contact", flat=True)) == {ada.pk}
    ada.refresh_from_db()
    assert ada.memberships.get().account == double.account
    assert ada.phone == "+44 1"
    assert broken(who) == {}
    row = JournalRow.objects.get(kind="contact.merged")
    assert (row.contact_id, row.other_contact_id, row.by_id) == (ada.pk, double.pk, who["by"].pk)


def test_the_preview_says_it_all_and_changes_nothing(ada, double, who):
    course = CourseFactory()
    holding(double, course, PathFactory(courses=[CourseFactory()]), who)
    told = preview.run(lambda: merging.merge_contacts(ada.pk, double.pk, **who))
    assert [each.sentence for each in told] == [
        "Ada Lindqvist-Berg becomes part of Ada Lindqvist. This can't be undone.",
        "ada@home.example can't sign in any more: Ada Lindqvist signs in as "
        "ada@kestrelrail.example.",
        "Ada Lindqvist belongs to these accounts too",
        "1 external ID moves.",
        "2 opportunities move.",
        "1 task moves.",
        "1 note moves.",
        "1 training pass moves.",
        "1 training pass that is over moves.",
        "May spend the training tokens of 1 more account.",
        "2 registrations move.",
        "Filled in from the other one: phone, instructor",
    ]
    double.refresh_from_db()
    assert double.merged_into is None
    assert merging.merge_contacts(ada.pk, double.pk, **who) == told


def test_what_both_had_is_there_once_and_what_it_cost_comes_back(ada, double, who):
    event, path = EventFactory(capacity=5), PathFactory(courses=[CourseFactory()])
    priced(event, 3)
    give(double.account, 5, **who)
    let_spend(double.account, double, **who)
    for contact in (ada, double):
        checkout.register_by_staff(contact, path=path, **who)
    first = checkout.register_by_staff(ada, event=event, **who)
    Registration.objects.filter(pk=first.pk).update(attended=True)
    unit = double.account.token_issues.get().token_type.unit
    checkout.register_by_staff(
        double, event=event, pay=paying.ByTokens(double.account, unit), **who
    )
    assert balances(double.account) == [2]
    told = merging.merge_contacts(ada.pk, double.pk, **who)
    sentences = {each.sentence: each.lines for each in told}
    assert sentences["2 places are held twice: one of each two is cancelled."] == (
        path.title,
        event.course.title,
    )
    assert "Given back: 3 Gold" in sentences
    assert balances(double.account) == [5]
    live = Registration.objects.live().filter(contact=ada)
    assert {each.pk for each in live.filter(event=event)} == {first.pk}
    assert live.filter(path=path).count() == 1
    event.refresh_from_db()
    assert event.taken == 1
    assert pointing_at(double) == []
    assert broken(who) == {}


def test_the_furthest_progress_the_first_result_and_the_later_request_stay(ada, double, who):
    unit, course, wanted = ContentUnitFactory(), CourseFactory(), PassTypeFactory()
    day = datetime.timedelta(days=1)
    ProgressFactory(contact=ada, unit=unit, position=5, completed_at=None)
    ProgressFactory(contact=double, unit=unit, position=3, first_at=who["at"] - day)
    Completion.objects.create(contact=ada, item=course, at=who["at"])
    Completion.objects.create(contact=double, item=course, at=who["at"] - day)
    for contact in (double, ada):
        requests.ask_for_pass(contact, wanted, note="", **who)
    told = merging.merge_contacts(ada.pk, double.pk, **who)
    assert "1 request was made twice, and waits once." in [each.sentence for each in told]
    kept = Progress.objects.get()
    assert (kept.contact, kept.position, kept.first_at) == (ada, 5, who["at"] - day)
    assert kept.completed_at is not None
    assert (Completion.objects.get().contact, Completion.objects.get().at) == (ada, who["at"] - day)
    states = Request.objects.order_by("pk").values_list("contact", "state", "answer")
    assert list(states) == [(ada.pk, "declined", "Asked twice"), (ada.pk, "open", "")]


def test_one_sign_in_is_left_and_the_sessions_of_the_other_end(ada, double, who, browse):
    client, stays = browse(double.user), browse(ada.user)
    assert client.get("/account/").status_code == 200
    assert stays.get("/account/").status_code == 200
    with transaction.atomic():
        merging.merge_contacts(ada.pk, double.pk, **who)
    double.user.refresh_from_db()
    assert double.user.is_active is False
    assert client.get("/account/").status_code == 302
    assert stays.get("/account/").status_code == 200


def test_the_only_sign_in_goes_along_and_who_works_here_keeps_theirs(ada, double, who, kestrel):
    bo = ContactFactory(first_name="Bo", last_name="Ek", account=kestrel)
    merging.merge_contacts(bo.pk, double.pk, **who)
    bo.refresh_from_db()
    assert bo.user == double.user
    clerk = LearnerFactory(account=kestrel)
    clerk.user.is_staff = True
    clerk.user.save()
    merging.merge_contacts(bo.pk, clerk.pk, **who)
    clerk.user.refresh_from_db()
    bo.refresh_from_db()
    assert (clerk.user.is_active, bo.user) == (True, double.user)


def test_the_others_values_fill_in_what_is_empty_and_nothing_else(ada, double, who):
    contacts.edit(ada.pk, notes="Rings early", announcements=False, **who)
    contacts.edit(double.pk, notes="Likes tea", job_title="Driver", language="en", **who)
    merging.merge_contacts(ada.pk, double.pk, **who)
    ada.refresh_from_db()
    assert (ada.last_name, ada.email, ada.job_title) == (
        "Lindqvist",
        "ada@kestrelrail.example",
        "Operations Lead",
    )
    assert (ada.phone, ada.language, ada.notes) == ("+44 1", "en", "Rings early\n\nLikes tea")
    assert ada.announcements is False
    # The address is free again.
    assert contacts.create(last_name="New", email="ada@home.example", **who).pk


def test_somebody_who_was_only_an_address_keeps_it_as_a_name(ada, who):
    only = ContactFactory(first_name="", last_name="", email="who@example.com")
    merging.merge_contacts(ada.pk, only.pk, **who)
    only.refresh_from_db()
    assert (only.name, only.email) == ("who@example.com", None)


def test_individual_accounts_go_along(ada, who, europe):
    one = contacts.create(last_name="Ask", first_name="Freya", **who)
    two = contacts.create(last_name="Ask", first_name="F.", email="f@example.com", **who)
    give(two.account, 4, **who)
    merging.merge_contacts(one.pk, two.pk, **who)
    two.refresh_from_db()
    old = Account.objects.get(name="F. Ask")
    assert old.merged_into == one.account
    assert balances(one.account) == [4]
    # One that nothing was ever in is archived; one that owns something becomes a further account.
    empty = contacts.create(last_name="Ask", first_name="Ida", **who)
    merging.merge_contacts(ada.pk, empty.pk, **who)
    assert Account.objects.get(name="Ida Ask").archived_at == who["at"]
    assert not ada.memberships.exists()
    merging.merge_contacts(ada.pk, one.pk, **who)
    assert [each.account for each in ada.memberships.all()] == [one.account]
    assert balances(one.account) == [4]


def test_a_second_double_is_read_together_too(ada, double, who):
    third = ContactFactory(first_name="A.", last_name="L.")
    merging.merge_contacts(double.pk, third.pk, **who)
    merging.merge_contacts(ada.pk, double.pk, **who)
    third.refresh_from_db()
    assert third.merged_into == ada
    assert merging.read_together(Contact, ada.pk) == [ada.pk, double.pk, third.pk]


def test_what_can_not_be_merged_is_refused_with_the_reason(ada, double, who, kestrel):
    def no(sentence, verb=merging.merge_contacts, pair=(ada.pk, double.pk), **more):
        with pytest.raises((Refusal, Stale), match=sentence):
            verb(*pair, **more, **who)

    no("That is the same one", pair=(ada.pk, ada.pk))
    no("not there any more", pair=(ada.pk, 2**40))
    no("changed meanwhile", version=7)
    merging.merge_contacts(ada.pk, double.pk, **who)
    no("was merged into Ada Lindqvist")
    no("was merged into Ada Lindqvist", pair=(double.pk, ada.pk))
    no("was merged into", verb=lambda pk, _other, **more: contacts.edit(pk, phone="1", **more),
       pair=(double.pk, 0))  # fmt: skip
    alone = contacts.create(last_name="Ask", **who)
    for pair in ((kestrel.pk, alone.account_id), (alone.account_id, kestrel.pk)):
        no("is the account of one person", verb=merging.merge_accounts, pair=pair)


# Accounts


@pytest.fixture
def northwind(double):
    return double.account


def owning(account, contact, who):
    course = CourseFactory()
    pass_of(contact, course, **who)
    event = EventFactory(course=course)
    priced(event, 2)
    issue = give(account, 5, **who)
    let_spend(account, contact, **who)
    unit = issue.token_type.unit
    place = checkout.register_by_staff(
        contact, event=event, pay=paying.ByTokens(account, unit), **who
    )
    deal = opportunities.create(account=account, contact=contact, name="Deal", **who)
    line = invoices.Wanted("A place", 1, Decimal(90), "VAT", Decimal(20), Decimal(90), Decimal(18))
    bill = invoices.draft(account, account.region.currencies.get(), [line], opportunity=deal, **who)
    invoices.issue(bill.pk, **who)
    external_ids.add(account, system="ERP", value=str(account.pk), **who)
    tasks.add(account, title="Ring", **who)
    notes.add(account, text="Pays late", **who)
    accounts.create(name="Below", parent=account, **who)
    return place


def test_everything_of_an_account_is_the_others_and_the_books_are_right(
    kestrel, ada, northwind, double, who
):
    owning(kestrel, ada, who)
    place = owning(northwind, double, who)
    issued = Invoice.objects.get(account=northwind)
    entries = LedgerEntry.objects.count()
    told = merging.merge_accounts(kestrel.pk, northwind.pk, **who)
    assert [each.sentence for each in told] == [
        "Northwind becomes part of Kestrel Rail Group. This can't be undone.",
        "1 contact moves.",
        "1 sub-account moves.",
        "1 external ID moves.",
        "Called by more than one ID in the same system: look which of them is right",
        "1 opportunity moves.",
        "1 invoice moves.",
        "1 task moves.",
        "1 note moves.",
        "1 training pass moves.",
        "Training tokens move, and keep their expiry",
        "Who may spend training tokens: the rule of Kestrel Rail Group holds for all.",
        "1 registration moves.",
    ]
    # The old issue is empty and stays where it was: it is the ledger's.
    assert set(pointing_at(northwind)) == {"tokens.TokenIssue.account"}
    assert balances(northwind) == [0]
    assert balances(kestrel) == [3, 3]
    assert LedgerEntry.objects.count() == entries + 2
    now = Invoice.objects.get(pk=issued.pk)
    assert (now.account, now.number, now.bill_to) == (kestrel, issued.number, issued.bill_to)
    double.refresh_from_db()
    assert double.account == kestrel
    assert Spender.objects.filter(account=kestrel).count() == 2
    assert broken(who) == {}
    # What the merged account had paid comes back to the one kept.
    cancelling.cancel(place.pk, **who)
    assert balances(northwind) == [0]
    assert balances(kestrel) == [3, 3, 2]
    assert broken(who) == {}


def test_an_issued_invoice_changes_hands_on_this_road_alone(kestrel, ada, northwind, who):
    owning(kestrel, ada, who)
    cursor = connection.cursor()
    for flag, change in (("off", "account_id = %s"), ("on", "account_id = %s, reason = 'x'")):
        cursor.execute(f"SET LOCAL lanyard.merging = '{flag}'")
        with pytest.raises(Exception, match="stays as it is"), transaction.atomic():
            cursor.execute(f"UPDATE crm_invoice SET {change}", [northwind.pk])


def test_tokens_that_are_over_are_written_off_and_never_move(kestrel, northwind, who, clock):
    soon = who["on"] + datetime.timedelta(days=1)
    give(northwind, 4, soon, **who)
    clock.move(days=3)
    later = {**who, "at": clock.at, "on": clock.on()}
    merging.merge_accounts(kestrel.pk, northwind.pk, **later)
    assert balances(northwind) == [0]
    assert balances(kestrel) == []


def test_an_account_merged_with_the_one_it_is_under_takes_its_place(kestrel, who):
    top = accounts.create(name="Top", **who)
    middle = accounts.create(name="Middle", parent=top, **who)
    accounts.create(name="Leaf", parent=middle, **who)
    merging.merge_accounts(middle.pk, top.pk, **who)
    tree = dict(Account.objects.filter(archived_at=None).values_list("name", "parent__name"))
    assert tree == {"Kestrel Rail Group": None, "Middle": None, "Leaf": "Middle"}
    far = accounts.create(name="Far", parent=Account.objects.get(name="Leaf"), **who)
    merging.merge_accounts(far.pk, middle.pk, **who)
    tree = dict(Account.objects.filter(archived_at=None).values_list("name", "parent__name"))
    assert tree == {"Kestrel Rail Group": None, "Far": None, "Leaf": "Far"}


def test_the_rule_and_the_limit_of_spending_hold_over_a_merging(kestrel, ada, northwind, who):
    owning(northwind, ContactFactory(account=northwind), who)
    let_spend(northwind, limit=10, who="everybody", **who)
    assert not Spending.objects.filter(account=kestrel).exists()
    merging.merge_accounts(kestrel.pk, northwind.pk, **who)
    rule = Spending.objects.get()
    assert (rule.account, rule.who, rule.yearly_limit) == (kestrel, "everybody", 10)


# All that can point there


def test_of_every_column_that_leads_to_a_contact_or_an_account_it_is_known_what_becomes_of_it():
    """A new one has to be moved by a module of settings.MERGES, and be told of here."""
    known = {
        "comms.Message": "contact account",
        "crm.Account": "main_contact parent",
        "crm.AccountManager": "contact account",
        "crm.Contact": "account",
        "crm.ExternalId": "contact account",
        "crm.InterestContact": "contact",
        "crm.Invoice": "account",
        "crm.Membership": "contact account",
        "crm.Note": "contact account",
        "crm.Opportunity": "contact account",
        "crm.Task": "contact account",
        "crm.Teaching": "contact",
        "lms.Attempt": "contact",
        "lms.Certificate": "contact",
        "lms.Completion": "contact",
        "lms.Payment": "contact account",
        "lms.ExtraAttempt": "contact",
        "lms.HeldPlace": "contact account",
        "lms.Progress": "contact",
        "lms.Registration": "contact account",
        "lms.Request": "contact",
        "lms.Submission": "contact",
        "lms.ScormAttempt": "contact",
        "lms.Waiting": "contact",
        "passes.Pass": "contact account",
        "tokens.Spender": "contact account",
        "tokens.Spending": "account",
        "tokens.TokenIssue": "account",
    }
    there = {
        (model._meta.label, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model in (Contact, Account)
        and field.name != "merged_into"
        and model._meta.label not in STAYS
    }
    told = {(model, column) for model, columns in known.items() for column in columns.split()}
    assert there == told
