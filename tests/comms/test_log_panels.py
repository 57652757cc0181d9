"""Messages stand on the pages of contacts, accounts and opportunities, and on the dashboard."""

import pytest

from crm import opportunities
from tests.comms.made import message
from tests.factories import AccountFactory, LearnerFactory, UserFactory, copies
from tms.people import roles

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def page(browse, office):
    client = browse(office)
    return lambda address, **more: client.get(address, **more).content.decode()


def test_a_contact_has_what_was_written_to_them(page, trigger, ada, kestrel):
    rule = trigger()
    row = message(rule, ada, "waiting")
    message(rule, LearnerFactory(account=kestrel), "sent", title="For somebody else")
    for text in (
        page(f"/contacts/{ada.pk}/"),
        page(f"/contacts/{ada.pk}/messages/", headers=HTMX),
    ):
        assert 'id="contact-messages"' in text
        assert f'href="/messages/{row.pk}/approval/"' in text
        assert "For somebody else" not in text


def test_more_than_ten_are_in_the_log(page, trigger, ada):
    copies(message(trigger(), ada, "sent"), 10, occurrence=lambda n: f"j:{n + 100}")
    text = page(f"/contacts/{ada.pk}/messages/", headers=HTMX)
    assert text.count('data-status="sent"') == 10
    assert f'<a href="/messages/?contact={ada.pk}">All 11 messages</a>' in text


def test_an_account_has_a_tab_of_what_concerns_it(page, trigger, ada, europe):
    rule = trigger()
    row = message(rule, ada, "waiting")
    other = AccountFactory(region=europe)
    message(rule, ada, "sent", account=other, title="About another account")
    text = page(f"/accounts/{ada.account_id}/messages/")
    assert f'href="/messages/{row.pk}/voiding/"' in text
    assert f'formaction="/accounts/{ada.account_id}/messages/approval/"' in text
    assert "About another account" not in text
    shown = page(f"/accounts/{ada.account_id}/messages/voiding/?all=1")
    assert "1 message is never sent" in shown


def test_an_opportunity_has_what_is_about_it(page, trigger, letter, ada, kestrel, clock, office):
    who = {"at": clock.at, "on": clock.on(), "by": office}
    deal = opportunities.create(account=kestrel, name="Spring intake", **who)
    rule = trigger("opportunity.won", template=letter("opportunity"))
    about = {"subject_kind": "opportunity", "subject_id": deal.pk}
    row = message(rule, ada, "failed", **about)
    message(rule, ada, "sent", title="About a pass", subject_id=deal.pk)
    for text in (
        page(f"/opportunities/{deal.pk}/"),
        page(f"/opportunities/{deal.pk}/messages/", headers=HTMX),
    ):
        assert f'href="/messages/{row.pk}/resending/"' in text
        assert "About a pass" not in text


def test_the_dashboard_counts_what_waits_for_a_person(page, trigger, ada):
    rule = trigger()
    for state in ("waiting", "waiting", "failed", "sent", "queued"):
        message(rule, ada, state)
    text = page("/dashboard/")
    assert '<a href="/messages/?state=waiting">2 messages</a>' in text
    assert '<a href="/messages/?state=failed">1 message</a>' in text
    assert "state=unclear" not in text
    assert '<a href="/messages/?for_people=on">All that wait for a person</a>' in text


def test_the_dashboard_says_when_nothing_waits(page):
    assert "No message waits for a person." in page("/dashboard/")


def test_who_may_not_see_messages_sees_none(browse, trigger, ada):
    somebody = UserFactory(is_staff=True)
    somebody.user_permissions.set(roles.permissions_for({"crm.view_people"}))
    message(trigger(), ada)
    client = browse(somebody)
    assert "contact-messages" not in client.get(f"/contacts/{ada.pk}/").content.decode()
    assert client.get("/messages/").status_code == 403
