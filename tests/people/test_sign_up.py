"""Who makes themselves an account, and whose contact they turn out to be."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError

from crm.models import Account, Contact
from tests.factories import ContactFactory
from tms import journal
from tms.models import JournalRow, User
from tms.people import addresses, organisation

from .conftest import PASSWORD, code_in, confirmed

KIM = {"name": "Kim Novak-Ruiz", "email": "Kim@Example.com", "password1": PASSWORD}


def sign_up(browser, **more):
    return browser.post("/account/signup/", KIM | more, follow=True)


def confirm(browser, code=None):
    code = code or code_in(mail.outbox[-1])
    return browser.post("/account/confirm-email/", {"code": code}, follow=True)


def test_an_account_is_made_and_open_once_the_address_is_confirmed(visitor, clock):
    browser = visitor()
    page = sign_up(browser)
    assert page.request["PATH_INFO"] == "/account/confirm-email/"
    kim = User.objects.get()
    assert (kim.email, kim.name, kim.joined_at, kim.is_staff) == (
        "kim@example.com",
        "Kim Novak-Ruiz",
        clock.at,
        False,
    )
    assert not browser.is_in
    assert not confirmed(kim)
    confirm(browser)
    assert browser.is_in
    assert confirmed(kim)
    kinds = journal.about("user", kim.pk).values_list("kind", flat=True)
    assert list(kinds) == ["user.email_confirmed", "user.signed_up"]


def test_the_letter_has_the_code_in_its_subject_and_says_who_writes(visitor):
    sign_up(visitor())
    (letter,) = mail.outbox
    assert letter.to == ["kim@example.com"]
    assert letter.subject == f"{code_in(letter)} is your code"
    assert letter.from_email.startswith("Harbour Training <")
    assert letter.alternatives[0].mimetype == "text/html"


def test_a_wrong_code_confirms_nothing_and_three_of_them_end_it(visitor):
    browser = visitor()
    sign_up(browser)
    code = code_in(mail.outbox[0])
    for _try in range(3):
        confirm(browser, "WRNG-CODE")
    confirm(browser, code)
    assert not browser.is_in
    assert not confirmed(User.objects.get())


def test_the_contact_with_the_confirmed_address_is_theirs(visitor):
    contact = ContactFactory(first_name="K.", last_name="Novak", email="kim@example.com")
    browser = visitor()
    sign_up(browser)
    contact.refresh_from_db()
    assert contact.user is None
    confirm(browser)
    contact.refresh_from_db()
    assert contact.user == User.objects.get(email="kim@example.com")
    assert Contact.objects.count() == 1
    fact = JournalRow.objects.get(kind="contact.linked")
    assert (fact.subject_id, fact.contact_id) == (contact.pk, contact.pk)


def test_nobody_is_tied_to_a_contact_by_the_name(visitor):
    ContactFactory(first_name="Kim", last_name="Novak-Ruiz", email="other@example.com")
    browser = visitor()
    sign_up(browser)
    confirm(browser)
    assert Contact.objects.get(user__email="kim@example.com").email == "kim@example.com"
    assert Contact.objects.get(email="other@example.com").user is None


def test_who_is_new_gets_a_contact_with_an_account_of_their_own(visitor):
    browser = visitor()
    sign_up(browser)
    confirm(browser)
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name, contact.email) == (
        "Kim",
        "Novak-Ruiz",
        "kim@example.com",
    )
    account = Account.objects.get()
    assert (account.kind, account.name, account.main_contact) == (
        "individual",
        "Kim Novak-Ruiz",
        contact,
    )


def test_a_contact_who_signs_in_with_another_address_stays_theirs(visitor, admit):
    ada = admit("ada@home.example")
    contact = ContactFactory(email="kim@example.com", user=ada)
    browser = visitor()
    sign_up(browser)
    confirm(browser)
    contact.refresh_from_db()
    assert (contact.user, contact.email) == (ada, "kim@example.com")
    assert Contact.objects.get(user__email="kim@example.com").email is None


def test_an_account_is_offered_and_made_only_while_sign_up_is_open(visitor, said):
    assert b"Create account" in visitor().get("/account/login/").content
    organisation.change(sign_up_open=False, **said())
    assert b"Create account" not in visitor().get("/account/login/").content
    page = sign_up(visitor())
    assert b"By invitation only" in page.content
    assert sign_up_by_passkey_is_closed(visitor())
    assert not User.objects.exists()


def sign_up_by_passkey_is_closed(browser):
    page = browser.post("/account/signup/passkey/", {"name": "Kim", "email": "kim@example.com"})
    return b"By invitation only" in page.content


def test_signing_up_twice_writes_to_the_owner_and_changes_nothing(visitor, admit, letters):
    admit("kim@example.com")
    page = sign_up(visitor())
    assert page.request["PATH_INFO"] == "/account/confirm-email/"
    assert letters() == [("kim@example.com", "You have a sign-in already")]
    assert User.objects.get(email="kim@example.com").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Kim@Example.COM", "kim@example.com"),
        ("  kim@example.com ", "kim@example.com"),
        ("ｋｉｍ@example.com", "kim@example.com"),
        ("\u212aim@example.com", "kim@example.com"),  # the sign for kelvin
        ("KIM@EXAMPLE.COM", "kim@example.com"),
    ],
)
def test_spellings_of_one_address_are_one(typed, kept):
    assert addresses.clean(typed) == kept


@pytest.mark.parametrize(
    "typed", ["k\u0131m@example.com", "K\u0130M@example.com", "kіm@example.com"]
)
def test_look_alikes_of_an_address_are_refused(typed):
    with pytest.raises(ValidationError, match="letters without accents"):
        addresses.clean(typed)


def test_the_address_is_changed_after_the_new_one_is_confirmed_and_the_old_one_is_told(
    visitor, admit, letters
):
    ada = admit("ada@example.com")
    contact = ContactFactory(email="ada@example.com", user=ada)
    browser = visitor()
    browser.sign_in("ada@example.com")
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    browser.post("/account/email/", {"action_add": "", "email": "ada@new.example"})
    ada.refresh_from_db()
    assert ada.email == "ada@example.com"
    confirm(browser)
    ada.refresh_from_db()
    contact.refresh_from_db()
    assert (ada.email, contact.email) == ("ada@new.example", "ada@new.example")
    assert [whom for whom, _subject in letters()] == ["ada@new.example", "ada@example.com"]
    assert letters()[1][1] == "You sign in with another address now"
    assert EmailAddress.objects.get().email == "ada@new.example"
    assert journal.about("user", ada.pk)[0].kind == "user.email_changed"


def test_changing_the_address_asks_for_the_password_first(visitor, admit):
    admit("ada@example.com")
    browser = visitor()
    browser.sign_in("ada@example.com")
    response = browser.post("/account/email/", {"action_add": "", "email": "ada@new.example"})
    assert response.headers["Location"].startswith("/account/reauthenticate/")
    assert mail.outbox == []


def test_a_sign_up_that_was_never_confirmed_does_not_keep_an_address_from_its_owner(visitor, admit):
    sign_up(visitor())  # Mallory, with Kim's address
    admit("kim@old.example")
    browser = visitor()
    browser.sign_in("kim@old.example")
    browser.post("/account/reauthenticate/", {"password": PASSWORD})
    mail.outbox.clear()
    cache.clear()  # one letter in so many minutes
    browser.post("/account/email/", {"action_add": "", "email": "kim@example.com"})
    confirm(browser)
    assert [user.email for user in User.objects.all()] == ["kim@example.com"]
    assert confirmed(User.objects.get())
