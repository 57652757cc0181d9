import re

import pytest
from allauth.account.models import EmailAddress

from crm import archiving, people
from crm.models import Account, Contact
from tests.factories import ContactFactory, UserFactory
from tms.models import User
from tms.refusals import Refusal

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def signed_up(europe):
    return UserFactory(email="kim@example.com", name="Kim van der Berg")


# Who is it that signs in?


def test_a_confirmed_address_ties_the_user_to_the_contact_who_has_it(signed_up, clock, told):
    kim = ContactFactory(first_name="Kim", last_name="Berg", email="Kim@Example.com")
    assert people.link_confirmed(user=signed_up, email="kim@example.com", at=clock.at) == kim
    kim.refresh_from_db()
    assert kim.user == signed_up
    assert told(contact_id=kim.pk) == ["contact.linked"]
    assert people.link_confirmed(user=signed_up, email="kim@example.com", at=clock.at) == kim
    assert told(contact_id=kim.pk) == ["contact.linked"]


def test_who_is_new_gets_a_contact_with_an_individual_account(signed_up, clock, europe):
    kim = people.link_confirmed(user=signed_up, email="kim@example.com", at=clock.at)
    assert (kim.first_name, kim.last_name, kim.email) == ("Kim van der", "Berg", "kim@example.com")
    assert (kim.account.kind, kim.account.region, kim.account.name) == (
        "individual",
        europe,
        "Kim van der Berg",
    )
    assert Contact.objects.get().user == signed_up


def test_an_address_of_a_contact_who_signs_in_with_another_stays_theirs(ada, signed_up, clock):
    Contact.objects.filter(pk=ada.pk).update(email="kim@example.com")
    kim = people.link_confirmed(user=signed_up, email="kim@example.com", at=clock.at)
    ada.refresh_from_db()
    assert ada.email == "kim@example.com"
    assert (kim.email, kim.user) == (None, signed_up)


def test_a_contacts_address_follows_the_confirmed_one_unless_somebody_has_it(ada, clock, told):
    people.link_confirmed(user=ada.user, email="ada@new.example", at=clock.at)
    ada.refresh_from_db()
    assert ada.email == "ada@new.example"
    assert told(contact_id=ada.pk) == ["contact.email_changed"]
    ContactFactory(email="taken@example.com")
    people.link_confirmed(user=ada.user, email="taken@example.com", at=clock.at)
    ada.refresh_from_db()
    assert ada.email == "ada@new.example"


def test_whoever_works_in_the_back_office_becomes_no_contact_unless_they_are_one(office, clock):
    assert people.link_confirmed(user=office, email=office.email, at=clock.at) is None
    assert Account.objects.count() == 0
    olive = ContactFactory(email=office.email)
    assert people.link_confirmed(user=office, email=office.email, at=clock.at) == olive


# One verb for both addresses


def test_both_addresses_change_in_one_and_the_old_one_is_told(
    ada, who, told, mailoutbox, django_capture_on_commit_callbacks
):
    EmailAddress.objects.create(user=ada.user, email=ada.email, verified=True, primary=True)
    with django_capture_on_commit_callbacks(execute=True):
        people.change_address(ada.pk, "Ada@New.example", **who)
    ada.refresh_from_db()
    assert (ada.email, ada.user.email) == ("ada@new.example", "ada@new.example")
    assert [str(each) for each in EmailAddress.objects.all()] == ["ada@new.example"]
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["ada@kestrelrail.example"], "Your email address at Harbour Training was changed")
    ]
    assert told(contact_id=ada.pk) == ["contact.email_changed"]


def test_an_address_that_somebody_signs_in_with_is_refused(ada, office, who):
    with pytest.raises(Refusal, match=r"^Somebody else signs in with this address.$"):
        people.change_address(ada.pk, office.email, **who)
    ada.refresh_from_db()
    assert ada.email == ada.user.email == "ada@kestrelrail.example"


def test_who_signs_in_confirms_the_new_address_first(
    ada, browse, office, mailoutbox, clock, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = browse(office).post(
            f"/contacts/{ada.pk}/address/", {"email": "ada@new.example", "operation": "1"}
        )
    assert response.status_code == 302
    ada.refresh_from_db()
    assert ada.email == "ada@kestrelrail.example"
    assert mailoutbox[0].to == ["ada@new.example"]
    link = re.search(r"http://\S+(/new-address/\S+)", mailoutbox[0].body)[1]
    stranger = browse()
    assert "will sign in with ada@new.example" in stranger.get(link).content.decode()
    ada.refresh_from_db()
    assert ada.email == "ada@kestrelrail.example"
    assert stranger.post(link).status_code == 200
    assert User.objects.get(pk=ada.user.pk).email == "ada@new.example"
    assert stranger.post(link).status_code == 404
    assert stranger.get("/new-address/forged/").status_code == 404


def test_a_link_to_confirm_is_good_for_a_week(
    ada, who, clock, browse, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        people.ask_new_address(ada.pk, "ada@new.example", **who)
    link = re.search(r"http://\S+(/new-address/\S+)", mailoutbox[0].body)[1]
    clock.move(days=7)
    assert browse().get(link).status_code == 200
    clock.move(seconds=1)
    assert browse().get(link).status_code == 404


def test_without_a_sign_in_the_address_changes_at_once(who, mailoutbox):
    bo = ContactFactory(email="bo@example.com")
    people.ask_new_address(bo.pk, "bo@new.example", **who)
    bo.refresh_from_db()
    assert bo.email == "bo@new.example"
    assert mailoutbox == []


# Invitations


def test_an_invitation_makes_a_sign_in_that_is_tied_only_once_it_is_accepted(
    kestrel, who, told, mailoutbox, browse, office, django_capture_on_commit_callbacks
):
    bo = ContactFactory(first_name="Bo", last_name="Ek", email="bo@example.com", account=kestrel)
    with django_capture_on_commit_callbacks(execute=True):
        people.invite(bo.pk, **who)
    bo.refresh_from_db()
    assert bo.user is None
    assert [mail.to for mail in mailoutbox] == [["bo@example.com"]]
    assert told(contact_id=bo.pk) == ["contact.invited"]
    page = browse(office).get(f"/contacts/{bo.pk}/").content.decode()
    assert "Invited 22 November 2026" in page
    people.link_confirmed(
        user=User.objects.get(email="bo@example.com"), email=bo.email, **who_at(who)
    )
    bo.refresh_from_db()
    assert bo.user.name == "Bo Ek"


def who_at(who):
    return {"at": who["at"]}


def test_nobody_is_invited_who_can_not_come(ada, kestrel, who):
    def refusal(contact):
        with pytest.raises(Refusal) as no:
            people.invite(contact.pk, **who)
        return str(no.value)

    assert refusal(ada) == "Ada Lindqvist signs in already."
    bo = ContactFactory(first_name="Bo", last_name="Ek", email=None, account=kestrel)
    assert refusal(bo) == "An invitation needs an email address. Add one first."
    Contact.objects.filter(pk=bo.pk).update(email="bo@example.com", may_sign_in=False)
    assert refusal(bo) == "Bo Ek may not sign in to the LMS. Allow it under Edit first."
    archiving.archive_contact(bo.pk, **who)
    assert refusal(bo) == "Bo Ek is archived. Restore the contact first."
