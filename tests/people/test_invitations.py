"""How somebody gets in by a letter: once, within a week, with the roles that were meant."""

import pytest
from allauth.usersessions.models import UserSession
from django.core import mail

from tests.factories import ContactFactory
from tms import journal
from tms.models import User
from tms.people import invitations, roles, staff
from tms.refusals import Refusal

from .conftest import PASSWORD, confirmed, link_in


@pytest.fixture
def invite(said, boss, django_capture_on_commit_callbacks):
    def invited(email="ines@example.com", name="Ines Invited", roles=("Sales",), by=boss):
        with django_capture_on_commit_callbacks(execute=True):
            return invitations.invite(email, name, roles, **said(by))

    return invited


def accept(browser, link, password=PASSWORD):
    browser.get(link)
    return browser.post("/invitation/", {"password": password})


def test_the_link_sets_the_password_confirms_the_address_and_lets_in(invite, visitor, letters):
    ines = invite()
    assert letters() == [("ines@example.com", "Your sign-in at Harbour Training")]
    browser = visitor()
    response = accept(browser, link_in(mail.outbox[0]))
    assert (response.status_code, response.headers["Location"]) == (302, "/")
    assert browser.is_in
    assert UserSession.objects.get().user == ines  # so that it can be ended
    ines.refresh_from_db()
    assert ines.check_password(PASSWORD)
    assert confirmed(ines)
    assert ines.is_staff
    assert [group.name for group in ines.groups.all()] == ["Sales"]
    kinds = list(journal.about("user", ines.pk).values_list("kind", flat=True))
    assert kinds == ["user.invitation_accepted", "user.email_confirmed", "user.invited"]


def test_the_token_leaves_the_address_before_a_page_is_shown(invite, visitor):
    invite()
    response = visitor().get(link_in(mail.outbox[0]))
    assert response.headers["Location"] == "/invitation/"


def test_the_link_is_good_once(invite, visitor):
    invite()
    link = link_in(mail.outbox[0])
    accept(visitor(), link)
    second = visitor()
    response = accept(second, link, "somebody else 123")
    assert response.status_code == 410
    assert not second.is_in
    assert User.objects.get(email="ines@example.com").check_password(PASSWORD)


def test_the_link_is_good_for_a_week(invite, visitor, clock):
    invite()
    clock.move(days=7)
    assert visitor().get(link_in(mail.outbox[0]), follow=True).status_code == 200
    clock.move(minutes=1)
    assert visitor().get(link_in(mail.outbox[0]), follow=True).status_code == 410


def test_a_link_of_somebody_else_or_of_nobody_is_over(invite, visitor, admit):
    ines = invite()
    sam = admit("sam@example.com")
    link = link_in(mail.outbox[0])
    token = link.split("/")[-2]
    for address in (
        f"/invitation/{sam.pk}/{token}/",
        f"/invitation/{ines.pk}/{token[:-1]}x/",
        f"/invitation/{ines.pk}/0-{token}/",
        f"/invitation/{ines.pk}/nonsense/",
        "/invitation/987654/nonsense/",
    ):
        assert visitor().get(address, follow=True).status_code == 410


def test_inviting_again_sends_a_new_link_and_voids_the_old_one(invite, visitor, said, boss, clock):
    ines = invite()
    clock.move(days=6)
    with visitor().capture(execute=True):
        invitations.invite_again(ines.pk, **said(boss))
    old, new = (link_in(letter) for letter in mail.outbox)
    assert visitor().get(old, follow=True).status_code == 410
    assert accept(visitor(), new).status_code == 302
    with pytest.raises(Refusal, match="Ines Invited has accepted the invitation already"):
        invitations.invite_again(ines.pk, **said(boss))


def test_a_weak_password_is_refused_and_the_link_stays_good(invite, visitor):
    invite()
    browser = visitor()
    response = accept(browser, link_in(mail.outbox[0]), "password")
    assert response.status_code == 422
    assert browser.post("/invitation/", {"password": PASSWORD}).status_code == 302


def test_somebody_else_who_was_signed_in_here_is_out(invite, visitor, admit):
    admit("sam@example.com")
    browser = visitor()
    browser.sign_in("sam@example.com")
    accept(browser, link_in((invite(), mail.outbox[-1])[1]))
    assert browser.session["_auth_user_id"] == str(User.objects.get(email="ines@example.com").pk)


def test_a_learner_who_signs_in_already_gets_the_role_and_no_link(invite, admit, letters):
    ada = admit("ada@example.com")
    invite("Ada@example.com", "Somebody", ["Support"])
    ada.refresh_from_db()
    assert (ada.name, ada.is_staff) == ("Ada", True)
    assert letters() == [("ada@example.com", "You work at Harbour Training now")]
    assert ada.check_password(PASSWORD)


def test_a_contact_is_invited_as_a_learner_and_tied_on_accepting(invite, visitor):
    contact = ContactFactory(email="lea@example.com")
    lea = invite("lea@example.com", "Lea", roles=())
    contact.refresh_from_db()
    assert contact.user is None
    accept(visitor(), link_in(mail.outbox[0]))
    contact.refresh_from_db()
    assert contact.user == lea
    lea.refresh_from_db()
    assert not lea.is_staff


def test_an_unconfirmed_sign_up_does_not_keep_its_password_when_the_owner_is_invited(
    invite, visitor
):
    browser = visitor()
    new = {"name": "Mallory", "email": "ines@example.com", "password1": PASSWORD}
    browser.post("/account/signup/", new)
    invite()
    assert not User.objects.get(email="ines@example.com").check_password(PASSWORD)


def test_colleagues_and_disabled_users_are_not_invited(invite, admit, boss, said):
    admit("sam@example.com", "Sales", name="Sam")
    with pytest.raises(Refusal, match="Sam works in the back office already"):
        invite("sam@example.com", "Sam", ["Finance"])
    staff.disable(User.objects.get(email="sam@example.com").pk, **said(boss))
    with pytest.raises(Refusal, match="The sign-in of Sam is disabled"):
        invite("sam@example.com", "Sam", ())


def test_nobody_invites_to_more_than_they_hold(invite, admit, said, boss):
    roles.create("People desk", ["tms.manage_users", "crm.view_people"], **said(boss))
    desk = admit("desk@example.com", "People desk")
    with pytest.raises(Refusal, match="You don't hold this yourself"):
        invite("ines@example.com", "Ines", ["Administrator"], by=desk)
    assert not User.objects.filter(email="ines@example.com").exists()
