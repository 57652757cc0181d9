"""Account managers see, in the LMS, what is their account's, and assign and register its people."""

import datetime

import pytest

from crm import archiving, belonging, managers, merging
from crm.models import AccountManager
from lms import team
from lms.models import Completion, Registration
from passes import lifecycle
from tests.factories import (
    ContactFactory,
    CourseFactory,
    EventFactory,
    LearnerFactory,
    RegistrationFactory,
    TokenTypeFactory,
    TokenUnitFactory,
    copies,
)
from tests.lms.cast import held, library
from tests.lms.paying import balances, give, let_spend, priced
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db
day = datetime.date.fromisoformat
HTMX = {"HX-Request": "true"}
PAGES = ("", "passes/", "tokens/", "registrations/")


@pytest.fixture
def room(europe):
    """An event in December that costs three Gold."""
    event = EventFactory(course=CourseFactory(title="Coaching"), first_on=day("2026-12-03"))
    priced(event.course)
    return event


def base(account):
    return f"/my-team/{account.pk}/"


def rows(response):
    return response.context["listing"].slice.rows


# What they see


def test_they_see_their_accounts_people_passes_tokens_and_places(
    browse, grace, ada, kestrel, room, who
):
    pass_type = library(name="Leadership Library")
    held(ada, pass_type)
    held(None, pass_type, account=kestrel)
    give(kestrel, 10, **who)
    RegistrationFactory(contact=ada, event=room, completed_at=who["at"])
    Completion.objects.create(contact=ada, item=room.course, at=who["at"])
    client = browse(grace.user)
    assert client.get("/my-team/").url == base(kestrel)
    assert "/my-team/" in client.get("/catalogue/").content.decode()
    people = rows(client.get(base(kestrel)))
    assert [(row["last_name"], row["held"], row["booked"], row["done"]) for row in people] == [
        ("Lindqvist", 1, 1, 1),
        ("Okafor", 0, 0, 0),
    ]
    passes = client.get(base(kestrel) + "passes/")
    assert sorted(row["contact_id"] or 0 for row in rows(passes)) == [0, ada.pk]
    assert "Unassigned" in passes.content.decode()
    assert "10" in client.get(base(kestrel) + "tokens/").content.decode()
    (place,) = rows(client.get(base(kestrel) + "registrations/"))
    assert (place["title"], place["standing"], place["percent"]) == ("Coaching", "completed", 100)
    assert rows(client.get(base(kestrel) + "?q=lind"))[0]["pk"] == ada.pk
    assert rows(client.get(base(kestrel) + "passes/?status=cancelled")) == []
    assert rows(client.get(base(kestrel) + "registrations/?standing=cancelled")) == []


def test_of_people_they_see_names_and_nothing_else(browse, grace, ada, kestrel, room):
    ada.phone, ada.notes = "0123 456", "Secret note"
    ada.save()
    held(ada, library())
    RegistrationFactory(contact=ada, event=room)
    for part in PAGES:
        text = browse(grace.user).get(base(kestrel) + part).content.decode()
        for secret in (ada.email, "0123 456", "Operations Lead", "Secret note", "/contacts/"):
            assert secret not in text, (part, secret)
    # Nor are they found by an address.
    assert rows(browse(grace.user).get(f"{base(kestrel)}?q=kestrelrail")) == []
    found = browse(grace.user).get(f"{base(kestrel)}options/?q=kestrelrail").content.decode()
    assert "Nothing matches." in found


def test_what_is_another_accounts_is_not_shown_not_counted_and_not_found(
    browse, grace, ada, kestrel, northwind, who
):
    # Ada belongs to both, and holds something from each.
    belonging.add(ada.pk, northwind, **who)
    held(ada, library(name="Canary Pass"), account=northwind)
    RegistrationFactory(
        contact=ada, account=northwind, event=EventFactory(course__title="Canary Course")
    )
    client = browse(grace.user)
    for part in (*PAGES, "options/?q=", "?q=canary", "passes/?q=canary", "registrations/?q=ada"):
        text = client.get(base(kestrel) + part).content.decode()
        assert "Canary" not in text, part
    people = {row["pk"]: row for row in rows(client.get(base(kestrel)))}
    assert (people[ada.pk]["held"], people[ada.pk]["booked"]) == (0, 0)
    theirs = northwind.passes.first()
    for part in (*PAGES, "options/", "registrations/new/", f"passes/{theirs.pk}/assignment/"):
        assert client.get(base(northwind) + part).status_code == 404, part
    # Another account's pass isn't there under the address of one's own either.
    assert client.get(f"{base(kestrel)}passes/{theirs.pk}/assignment/").status_code == 404


def test_nobody_else_comes_in_and_a_mark_that_is_gone_ends_it_at_once(
    browse, grace, ada, kestrel, office, who
):
    other = LearnerFactory()
    managers.choose(other.account, [other], **who)
    parts = (*PAGES, "options/", "registrations/new/")
    for part in parts:
        assert browse(grace.user).get(base(kestrel) + part).status_code == 200, part
        assert browse(other.user).get(base(kestrel) + part).status_code == 404, part
        assert browse(ada.user).get(base(kestrel) + part).status_code == 403, part
        assert browse(office).get(base(kestrel) + part).status_code == 403, part
        assert browse().get(base(kestrel) + part).status_code == 302, part
    client = browse(grace.user)
    managers.choose(kestrel, [], **who)
    for part in parts:
        assert client.get(base(kestrel) + part).status_code == 403, part
    assert "/my-team/" not in client.get("/catalogue/").content.decode()


@pytest.mark.parametrize("number", [1, 3, 300])
def test_lists_ask_as_often_for_many_as_for_one(
    number, browse, grace, ada, kestrel, room, count_queries
):
    people = [ada, *copies(ada, number - 1, email=lambda n: f"p{n}@x.y", user=lambda n: None)]
    first = held(ada, library())
    copies(first, number - 1, contact=lambda n: people[n + 1])
    copies(
        RegistrationFactory(contact=ada, event=room), number - 1, contact=lambda n: people[n + 1]
    )
    client = browse(grace.user)
    asked = [count_queries(lambda part=part: client.get(base(kestrel) + part)) for part in PAGES]
    assert asked == [6, 6, 8, 6]


# What they do


def assignment(client, account, pass_, contact, **more):
    address = f"{base(account)}passes/{pass_.pk}/assignment/"
    shown = client.post(
        address,
        {"to": "contact", "contact": contact.pk, "show": "preview", "version": pass_.version},
        headers=HTMX,
    )
    data = {"to": "contact", "contact": contact.pk, "version": pass_.version, "operation": "1"}
    return client.post(address, data | {"digest": shown.context["digest"]} | more, headers=HTMX)


def test_they_assign_and_reassign_the_accounts_passes(browse, grace, ada, kestrel, room, who):
    jonas = ContactFactory(first_name="Jonas", last_name="Berg", account=kestrel)
    pass_ = held(None, library(room.course), account=kestrel)
    client = browse(grace.user)
    assert assignment(client, kestrel, pass_, ada).status_code == 204
    pass_.refresh_from_db()
    assert pass_.contact_id == ada.pk
    fact = JournalRow.objects.get(kind="pass.assigned")
    assert (fact.by_id, fact.contact_id) == (grace.user_id, ada.pk)
    # What is taken from her is said before, and done once it was shown.
    place = RegistrationFactory(contact=ada, event=room, used_pass=pass_)
    opened = client.get(f"{base(kestrel)}passes/{pass_.pk}/assignment/", headers=HTMX)
    assert opened.context["consequences"] is None  # nobody was chosen yet
    answer = assignment(client, kestrel, pass_, jonas, digest="wrong", operation="2")
    assert answer.status_code == 422
    pass_.refresh_from_db()
    assert pass_.contact_id == ada.pk
    assert assignment(client, kestrel, pass_, jonas, operation="3").status_code == 204
    place.refresh_from_db()
    assert place.cancelled_at == who["at"]


def test_a_pass_goes_to_their_accounts_people_alone(browse, grace, ada, kestrel, northwind, who):
    pass_ = held(ada, library(), account=kestrel)
    bird = northwind.contacts.get()
    client = browse(grace.user)
    assert assignment(client, kestrel, pass_, bird).status_code == 422
    theirs = northwind.passes.get()
    with pytest.raises(Refusal, match="no longer there"):
        team.assign(grace, kestrel, theirs.pk, contact=ada, version=None, **who)
    with pytest.raises(Refusal, match="Choose one of your account's people"):
        team.assign(grace, kestrel, pass_.pk, contact=bird, version=None, **who)
    with pytest.raises(Stale):
        team.assign(grace, kestrel, pass_.pk, contact=grace, version=99, **who)
    lifecycle.cancel(pass_.pk, version=None, **who)
    with pytest.raises(Refusal):
        team.assign(grace, kestrel, pass_.pk, contact=grace, version=None, **who)
    managers.choose(kestrel, [], **who)
    with pytest.raises(Refusal, match="You don't look after the training of this account any"):
        team.assign(grace, kestrel, pass_.pk, contact=None, version=None, **who)


def place_for(client, account, contact, event, **more):
    address = f"{base(account)}registrations/new/"
    data = {"contact": contact.pk, "event": event.pk, "unit": TokenUnitFactory(code="Gold").pk}
    shown = client.post(address, data | {"show": "preview"}, headers=HTMX)
    done = client.post(
        address,
        data | {"digest": shown.context.get("digest", ""), "operation": "1"} | more,
        headers=HTMX,
    )
    return shown.content.decode(), done


def test_they_register_their_people_with_the_accounts_tokens(
    browse, grace, ada, kestrel, room, who
):
    give(kestrel, 10, **who)
    client = browse(grace.user)
    shown, done = place_for(client, kestrel, ada, room)
    assert "3 Gold of Kestrel Rail Group: 10 before, 7 after" in shown
    assert done.status_code == 204
    place = Registration.objects.get()
    assert (place.contact_id, place.account_id, place.paid_by) == (ada.pk, kestrel.pk, "tokens")
    assert balances(kestrel) == [7]
    assert JournalRow.objects.get(kind="registration.made").by_id == grace.user_id
    _shown, again = place_for(client, kestrel, ada, room, operation="2")
    assert again.status_code == 422
    assert "Ada Lindqvist is registered already." in again.content.decode()


def test_they_book_by_the_rules_that_learners_book_by(grace, ada, kestrel, room, northwind, who):
    unit = TokenTypeFactory(unit__code="Gold").unit

    def no(sentence, contact=ada, event=room):
        with pytest.raises(Refusal, match=sentence):
            team.register(grace, kestrel, contact, unit=unit, event=event, **who)
        assert balances(kestrel) in ([], [10])

    no("3 Gold|has none|missing|takes 3")
    give(kestrel, 10, **who)
    no("Choose one of your account's people", contact=northwind.contacts.get())
    over = {"first_on": day("2026-12-05"), "closes_on": day("2026-11-20")}
    no("deadline|closed", event=EventFactory(course=room.course, **over))
    full = EventFactory(course=room.course, first_on=day("2026-12-05"), capacity=1, taken=1)
    no("full", event=full)
    no("It has no price in Gold now", event=EventFactory(first_on=day("2026-12-05")))
    let_spend(kestrel, who="nobody", **who)
    no("Nobody may spend the tokens of Kestrel Rail Group at checkout")
    let_spend(kestrel, limit=2, **who)
    no("Ada Lindqvist may have 2 more tokens of Kestrel Rail Group this year; this takes 3")
    let_spend(kestrel, **who)
    held(ada, library(room.course, name="Leadership Library"), account=kestrel)
    no("Ada Lindqvist holds Leadership Library, which includes it")
    managers.choose(kestrel, [], **who)
    no("You don't look after the training of this account any more", contact=grace)
    managers.choose(kestrel, [grace], **who)
    made = team.register(grace, kestrel, grace, unit=unit, event=room, **who)
    assert (made.paid_by, balances(kestrel)) == ("tokens", [7])


def test_a_pass_that_is_another_accounts_is_neither_used_nor_named(
    grace, ada, kestrel, room, northwind, who
):
    unit = TokenTypeFactory(unit__code="Gold").unit
    give(kestrel, 10, **who)
    held(ada, library(room.course, name="Canary Library Two"), account=northwind)
    made = team.register(grace, kestrel, ada, unit=unit, event=room, **who)
    assert (made.account, made.paid_by, balances(kestrel)) == (kestrel, "tokens", [7])


def test_staff_who_look_as_a_manager_change_nothing(browse, grace, ada, kestrel, room, office, who):
    give(kestrel, 10, **who)
    client = browse(office)
    client.post(f"/contacts/{grace.pk}/viewing/")
    assert client.get(base(kestrel)).status_code == 200
    address = f"{base(kestrel)}registrations/new/"
    assert client.post(address, {"contact": ada.pk, "event": room.pk}).status_code == 403


# The mark


def test_managers_are_chosen_among_the_accounts_people(browse, office, ada, kestrel, who):
    client, address = browse(office), f"/accounts/{kestrel.pk}/managers/"
    assert address in client.get(f"/accounts/{kestrel.pk}/").content.decode()
    kestrel.refresh_from_db()
    press = {"contacts": [ada.pk], "operation": "1", "version": kestrel.version}
    assert client.post(address, press, headers=HTMX).status_code == 204
    assert [each.contact for each in AccountManager.objects.all()] == [ada]
    fact = JournalRow.objects.get(kind="account.managers_chosen")
    assert (fact.before, fact.after) == ({"managers": []}, {"managers": [ada.pk]})
    page = client.get(f"/accounts/{kestrel.pk}/").content.decode()
    assert page.count("Ada Lindqvist") > 1
    stranger = ContactFactory(first_name="Not", last_name="Theirs")
    with pytest.raises(Refusal, match="Not Theirs: not a contact of Kestrel Rail Group"):
        managers.choose(kestrel, [ada, stranger], **who)


def test_who_leaves_the_account_looks_after_it_no_more(grace, kestrel, northwind, who):
    belonging.change_account(grace.pk, northwind, keep=True, **who)
    assert managers.accounts_of(grace.pk) == [kestrel]
    belonging.remove(grace.pk, kestrel, **who)
    assert managers.accounts_of(grace.pk) == []
    assert JournalRow.objects.filter(kind="account.managers_chosen").last().after == {
        "managers": []
    }


def test_an_archived_account_is_looked_after_by_nobody(browse, grace, kestrel, who):
    client = browse(grace.user)
    archiving.archive_account(kestrel.pk, **who)
    assert client.get(base(kestrel)).status_code == 403
    assert "/my-team/" not in client.get("/catalogue/").content.decode()


def test_the_mark_follows_when_people_or_accounts_are_merged(grace, kestrel, northwind, who):
    double = ContactFactory(account=kestrel)
    merging.merge_contacts(double.pk, grace.pk, version=None, **who)
    assert managers.ids_of(kestrel.pk) == {double.pk}
    merging.merge_accounts(northwind.pk, kestrel.pk, version=None, **who)
    assert (managers.ids_of(northwind.pk), managers.ids_of(kestrel.pk)) == ({double.pk}, set())
