"""Before something is done, its dialog says which messages that sets off."""

import re
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from comms import setting_off
from comms.models import Message
from passes.models import Pass
from tests.factories import EventFactory, LearnerFactory, RegistrationFactory
from tms.occasions import occasions

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def staff(office, browse):
    return browse(office)


def words(response) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode())))


def digest_in(response) -> str:
    return re.search(r'name="digest" value="(\w+)"', response.content.decode())[1]


def test_renewing_says_who_is_thanked(staff, trigger, issue, yearly, ada, fire, log):
    trigger("pass.renewed", name="Thank you for renewing")
    pass_ = issue()
    url = reverse("passes:renew", args=[pass_.pk])
    asked = {"by": "option", "option": yearly.pk, "version": pass_.version}
    shown = staff.post(url, asked | {"show": "preview"}, headers=HTMX)
    assert f"“Thank you for renewing” goes to {ada.name}" in words(shown)
    assert staff.post(url, asked | {"digest": "x"}, headers=HTMX).status_code == 422
    done = staff.post(url, asked | {"digest": digest_in(shown)}, headers=HTMX)
    assert done.status_code == 204
    fire()
    assert log("recipient") == [f"c{ada.pk}"]


def test_cancelling_says_what_is_put_up_for_approval(staff, trigger, issue, ada):
    trigger("pass.cancelled", name="Your pass is cancelled", automatic=False)
    trigger("pass.cancelled", 3, name="Later")
    trigger("pass.cancelled", name="Off", disabled=True)
    shown = words(staff.get(reverse("passes:cancel", args=[issue().pk]), headers=HTMX))
    assert f"“Your pass is cancelled” to {ada.name} is put up for approval" in shown
    assert "Later" not in shown
    assert "Off" not in shown


def test_many_are_counted_and_the_first_are_named(staff, trigger, issue, ada):
    trigger("pass.cancelled", name="Cancelled")
    passes = [issue(), issue(contact=LearnerFactory(account=ada.account, first_name="Ben"))]
    query = "&".join(f"ids={each.pk}" for each in passes)
    url = f"{reverse('passes:cancel_many')}?{query}"
    shown = staff.get(url, headers=HTMX)
    assert "“Cancelled” goes to 2 people" in words(shown)
    assert f"{ada.name} Ben" in words(shown)
    staff.post(url, {"digest": digest_in(shown)}, headers=HTMX)
    assert Pass.objects.filter(cancelled_at=None).count() == 0


def test_cancelling_a_registration_says_so_too(staff, trigger, ada):
    trigger("registration.cancelled", name="Your place")
    registration = RegistrationFactory(contact=ada, event=EventFactory())
    shown = staff.get(reverse("lms:cancel", args=[registration.pk]), headers=HTMX)
    assert f"“Your place” goes to {ada.name}" in words(shown)


def test_without_a_rule_it_takes_one_query(clock, trigger, django_assert_num_queries):
    trigger(offset=7, side="before")
    with django_assert_num_queries(1):
        assert setting_off.by(clock.at) == []
    with django_assert_num_queries(1):
        assert setting_off.possible() is False


def test_only_rules_about_what_is_done_are_asked(clock, trigger, issue, django_assert_num_queries):
    trigger("pass.renewed", name="Thanks")
    trigger("pass.issued", name="Welcome")
    trigger("pass.cancelled", name="Goodbye")
    with django_assert_num_queries(2):
        assert setting_off.by(clock.at) == []
    issue()
    with django_assert_num_queries(6):
        (told,) = setting_off.by(clock.at)
    assert "Welcome" in told.sentence


# PASS-44: an import says how many messages it would set off, and sends them only where ticked


@pytest.fixture
def file(library, yearly, ada):
    """Ada's pass, one for nobody, and one that is over."""
    rows = [
        "contact,account,pass type,option,start date,expiry date,external id",
        f"{ada.email},,LEAD,Annual,2026-11-01,,X1",
        f",{ada.account.name},LEAD,Annual,2026-11-01,,X2",
        f"{ada.email},,LEAD,Annual,2025-01-01,2026-01-01,X3",
    ]
    return SimpleUploadedFile("passes.csv", "\n".join(rows).encode())


def test_whatever_is_recorded_says_by_which_rows_of_the_journal():
    """Else a rule about it would be asked for whatever is done."""
    recorded = [each for each in occasions().values() if not each.ahead]
    assert len(recorded) > 15
    for each in recorded:
        assert each.kinds, each.key
        assert f"'{each.kinds[0]}'" in each.source, each.key


@pytest.mark.parametrize(("ticked", "sent"), [(False, 0), (True, 1)])
def test_an_import_sends_only_where_it_is_ticked(
    staff, trigger, file, fire, log, ada, ticked, sent
):
    trigger("pass.issued", name="Your pass is ready")
    page = staff.post(reverse("passes:import"), {"file": file})["Location"]
    shown = staff.get(page)
    assert "Ticked, 1 message is set off: “Your pass is ready” goes to Ada Lindqvist" in words(
        shown
    )
    answers = {"messages": "on"} if ticked else {}
    if ticked:
        # Its number is shown with the tick before anything is done.
        shown = staff.post(page, answers | {"digest": digest_in(shown)})
        assert (shown.status_code, Pass.objects.count()) == (422, 0)
    done = staff.post(page, answers | {"digest": digest_in(shown)})
    assert done["Location"] == reverse("passes:list")
    assert Pass.objects.count() == 3
    fire()
    assert Message.objects.count() == sent
    assert log("recipient") == [f"c{ada.pk}"] * sent
