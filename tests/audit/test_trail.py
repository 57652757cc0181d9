"""The audit trail: what requests tell of themselves, the list, the row, and beneath histories."""

import re

import pytest
from django.urls import reverse

from crm.models import Contact
from passes.models import Pass
from tests.factories import CourseFactory, PassFactory
from tms import audit, jobs, nightly
from tms.models import AuditRow, User
from tms.people import roles

pytestmark = pytest.mark.django_db
TRAIL = "/control-panel/audit-trail/"


def seen(html: str) -> list[str]:
    """The rows of the list, as text."""
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.DOTALL)
    rows = re.findall(r"<tr.*?</tr>", body[1], re.DOTALL) if body else []
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


def newest(**which) -> AuditRow:
    return AuditRow.objects.filter(**which).latest("id")


@pytest.fixture
def changed(browse, office, ada):
    """Ada's phone was noted by the office, from an address; the row about it."""
    answer = browse(office).post(
        reverse("crm:edit_contact", args=[ada.pk]),
        {"first_name": "Ada", "last_name": "Lindqvist", "phone": "+44 20 7946 0991"},
        REMOTE_ADDR="203.0.113.9",
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == 204
    assert newest(model="crm.contact").request == answer["X-Request-ID"]
    return newest(model="crm.contact")


def test_a_page_tells_who_from_where_and_which_page(changed, office, ada):
    assert (changed.user, changed.source, changed.address) == (office, "page", "203.0.113.9")
    assert (changed.path, changed.after["phone"]) == (
        f"/contacts/{ada.pk}/editing/",
        "+44 20 7946 0991",
    )


def test_what_a_proxy_says_counts_only_where_there_is_one(browse, office, ada, settings):
    def address(**meta):
        browse(office).post(reverse("crm:archive_contact", args=[ada.pk]), **meta)
        request = browse(office).get("/contacts/", **meta).wsgi_request
        return audit.address_of(request)

    said = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "198.51.100.7, 203.0.113.9"}
    assert address(**said) == "10.0.0.1"
    settings.PROXIES = 1
    assert address(**said) == "203.0.113.9"
    settings.PROXIES = 2
    assert address(**said) == "198.51.100.7"
    assert address(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="<b>") == ""


def test_links_with_secrets_are_recorded_without_them(browse, office):
    request = browse().get(reverse("people:invitation", args=[office.pk, "a-secret"])).wsgi_request
    assert audit.path_of(request) == "/invitation/<int:pk>/<str:token>/"


def test_reading_costs_no_statement_more_and_says_nothing(
    browse, office, ada, count_queries, settings
):
    address, before = f"/contacts/{ada.pk}/", AuditRow.objects.count()
    client = browse(office)
    with_it = count_queries(lambda: client.get(address))
    settings.MIDDLEWARE = [each for each in settings.MIDDLEWARE if each != "tms.audit.Middleware"]
    client = browse(office)
    assert count_queries(lambda: client.get(address)) == with_it
    assert AuditRow.objects.count() == before


def test_a_job_acts_for_whoever_asked_for_it(office, ada, clock, monkeypatch):
    def verb(job, *, at):
        Contact.objects.filter(pk=ada.pk).update(phone="1")

    monkeypatch.setattr("crm.contacts.edit", verb)
    job = jobs.start(verb="crm.contacts.edit", title="t", arguments={}, by=office, at=clock.at)
    assert jobs.run(job.pk, at=clock.at)
    row = newest(model="crm.contact")
    assert (row.source, row.user, row.address) == ("job", office, "")


def test_the_night_is_named_as_the_night(organisation, ada, clock, settings):
    PassFactory(contact=ada, account=ada.account)
    settings.NIGHTLY = ["tests.audit.test_trail.a_step"]
    nightly.run(clock.on(), clock.at)
    row = newest(model="passes.pass")
    assert (row.source, row.user_id) == ("night", None)


def a_step(*, on, at):
    Pass.objects.update(cancelled_at=at)
    return {}


def test_the_list_says_what_who_and_from_where(changed, browse, office, ada):
    html = browse(office).get(TRAIL).content.decode()
    assert (
        seen(html)[0].endswith(
            f"Contact #{ada.pk} Changed Receives announcements, May sign in to the LMS, Phone"
            " Olive Office Page 203.0.113.9"
        )
        or seen(html)[0].split(" 20", 1)[0]
    )
    row = seen(html)[0]
    assert f"Contact #{ada.pk} Changed" in row
    assert row.endswith("Olive Office Page 203.0.113.9")
    assert "Phone" in row


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"model": "crm.contact", "source": "page"}, 1),
        ({"model": "crm.contact", "record": "ada", "source": "page"}, 1),
        ({"model": "crm.contact", "record": "0"}, 0),
        ({"who": "olive"}, 1),
        ({"who": "OFFICE@"}, 1),
        ({"who": "nobody"}, 0),
        ({"address": "203.0.113.9"}, 1),
        ({"address": "203.0.113.1"}, 0),
        ({"contact": "ada", "source": "page"}, 1),
        ({"account": "ada's", "source": "page"}, 1),
        ({"when_from": "2001-01-01", "who": "olive"}, 1),
        ({"when_to": "2001-01-01"}, 0),
        ({"when_from": "0001-01-01", "when_to": "9999-12-31", "who": "olive"}, 1),
    ],
)
def test_the_list_is_narrowed(changed, browse, office, ada, asked, found):
    numbers = {"ada": str(ada.pk), "ada's": str(ada.account_id)}
    asked = {name: numbers.get(text, text) for name, text in asked.items()}
    assert len(seen(browse(office).get(TRAIL, asked).content.decode())) == found


def test_the_list_costs_the_same_for_one_row_and_for_many(browse, office, count_queries, ada):
    client = browse(office)
    one = count_queries(lambda: client.get(TRAIL, {"model": "crm.contact"}))
    for _n in range(30):
        Contact.objects.filter(pk=ada.pk).update(phone=str(_n))
    assert count_queries(lambda: client.get(TRAIL, {"model": "crm.contact"})) == one == 4


def test_a_row_shows_before_and_after_and_what_went_with_it(changed, browse, office, ada):
    html = browse(office).get(reverse("people:audit_row", args=[changed.pk])).content.decode()
    text = " ".join(re.sub(r"<[^>]+>", " ", html).split())
    assert f"Contact #{ada.pk} changed" in text
    assert "Phone +44 20 7946 0991" in text
    assert "Who Olive Office Road Page From where 203.0.113.9 Path" in text
    assert "Changed in the same transaction" in text  # a test is one transaction


def test_a_row_about_what_is_gone_is_still_told(browse, office):
    course = CourseFactory(title="Signals")
    number = course.pk
    course.delete()
    row = newest(model="catalog.item", operation="removed")
    html = browse(office).get(reverse("people:audit_row", args=[row.pk])).content.decode()
    assert f"Item #{number} removed" in html
    assert "Signals" in html


def test_a_history_offers_what_the_database_recorded(changed, browse, office, ada):
    client = browse(office)
    page = client.get(f"/contacts/{ada.pk}/").content.decode()
    address = f"{reverse('people:recorded')}?contact={ada.pk}"
    assert f'hx-get="{address}"' in page
    beneath = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert "+44 20 7946 0991" in beneath
    plain = client.get(address)
    assert (plain.status_code, plain["Location"]) == (302, f"{TRAIL}?contact={ada.pk}")


@pytest.mark.parametrize("query", ["", "?contact=x", "?path=1", f"?contact={'9' * 30}"])
def test_what_makes_no_sense_is_not_there(browse, office, query):
    assert browse(office).get(reverse("people:recorded") + query).status_code == 404


def test_who_may_not_see_the_trail_sees_no_sign_of_it(browse, office, ada):
    roles.sync()
    seller = User.objects.create_user("sal@example.com", name="Sal", is_staff=True)
    seller.groups.set(roles.Group.objects.filter(name="Sales"))
    client = browse(seller)
    assert (
        "Changes recorded by the database"
        not in client.get(f"/contacts/{ada.pk}/").content.decode()
    )
    assert client.get(TRAIL).status_code == 403
    for name, wanted in (("Administrator", True), ("Support", False), ("Finance", False)):
        assert ("tms.audit_trail" in roles.rights_of(name)) is wanted


def test_the_trail_is_exported(changed, browse, office):
    answer = browse(office).get(TRAIL, {"export": "csv", "who": "olive"})
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0].lstrip("\ufeff") == "When,What,Happened,Fields,Who,Road,From where"
    assert len(lines) == 2
