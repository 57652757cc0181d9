import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory

from crm import archiving, viewing
from crm.models import Contact

pytestmark = pytest.mark.usefixtures("alone")


@pytest.fixture
def ask(clock):
    """`ask(user, session)`: a request to the learner site."""

    def request(user, session=None, method="GET"):
        made = RequestFactory().generic(method, "/")
        made.user, made.session, made.now = user, {} if session is None else session, clock.at
        made.today = clock.on()
        return made

    return request


def test_a_learner_acts_as_themselves_and_so_does_staff_who_learns(ada, ask):
    assert viewing.acting_contact(ask(ada.user)) == (ada, False)
    ada.user.is_staff = True
    assert viewing.acting_contact(ask(ada.user, method="POST")) == (ada, False)


def test_who_may_not_sign_in_or_is_archived_is_nobody_in_the_lms(ada, ask, who):
    Contact.objects.filter(pk=ada.pk).update(may_sign_in=False)
    assert viewing.acting_contact(ask(ada.user)) == (None, False)
    Contact.objects.filter(pk=ada.pk).update(may_sign_in=True)
    archiving.archive_contact(ada.pk, **who)
    assert viewing.acting_contact(ask(ada.user)) == (None, False)


def test_staff_look_through_a_learners_eyes_and_can_change_nothing(ada, office, ask, told):
    session = {}
    viewing.start(ask(office, session), ada)
    request = ask(office, session)
    assert viewing.acting_contact(request) == (ada, True)
    assert viewing.viewed(request) == ada
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        with pytest.raises(PermissionDenied) as no:
            viewing.acting_contact(ask(office, session, method))
        assert str(no.value) == (
            "You look at the LMS as Ada Lindqvist. Stop viewing as a learner to change anything."
        )
    assert viewing.stop(ask(office, session)) == ada
    assert viewing.acting_contact(ask(office, session)) == (None, False)
    assert told(contact_id=ada.pk) == ["contact.viewing_started", "contact.viewing_ended"]


def test_who_lost_the_right_looks_no_longer(ada, office, ask):
    session = {}
    viewing.start(ask(office, session), ada)
    office.is_superuser = False
    assert viewing.viewed(ask(office, session)) is None
    assert viewing.acting_contact(ask(office, session)) == (None, False)
    assert session == {}


def test_the_button_leads_to_the_learner_site_and_its_end_back(ada, office, browse):
    client = browse(office)
    assert client.get(f"/contacts/{ada.pk}/viewing/").status_code == 405
    assert client.post(f"/contacts/{ada.pk}/viewing/").url == "/catalogue/"
    page = client.get("/catalogue/").content.decode()
    assert "You see the LMS as Ada Lindqvist does. Nothing can be changed from here." in page
    assert client.post("/viewing/end/").url == f"/contacts/{ada.pk}/"
    assert "You see the LMS as" not in client.get("/catalogue/").content.decode()


def test_a_learner_can_not_look_through_anybodys_eyes(ada, browse):
    learner = browse(ada.user)
    assert learner.post(f"/contacts/{ada.pk}/viewing/").status_code == 403
    assert viewing.KEY not in learner.session
