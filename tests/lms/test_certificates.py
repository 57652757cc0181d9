"""What proves a completion: issued once, verified by anybody, valid to its last day."""

import datetime
import re

import pytest
from django.urls import reverse

from lms import attendance, certificates, learning
from lms.models import Certificate, CertificateTerms, Completion
from tests.factories import (
    CertificateFactory,
    ContentUnitFactory,
    CourseFactory,
    EventFactory,
    LearnerFactory,
    PathFactory,
    RegistrationFactory,
)
from tms.models import JournalRow, Organisation

DAY = datetime.date.fromisoformat


@pytest.fixture
def who(clock, office):
    return lambda: {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def granting(organisation, who):
    """`granting(months=24)`: a course that grants a certificate."""

    def made(item=None, months=None, text="", **more):
        item = item or CourseFactory(title="Signalling Basics")
        certificates.set_terms(item.pk, granted=True, months=months, text=text, **more, **who())
        return item

    return made


def test_completing_the_required_units_gives_it_once(granting, who, ada):
    course = granting(months=24, text="With a test")
    units = [ContentUnitFactory(course=course) for _n in "ab"]
    learning.complete(ada.pk, units[0], **who())
    assert not Certificate.objects.exists()
    for _again in range(2):
        learning.complete(ada.pk, units[1], **who())
    found = Certificate.objects.get()
    assert (found.name, found.title, found.text, found.issuer) == (
        "Ada Lindqvist",
        "Signalling Basics",
        "With a test",
        "Harbour Training",
    )
    assert (found.completed_on, found.valid_until) == (DAY("2026-11-22"), DAY("2028-11-22"))
    assert re.fullmatch(r"([2-9A-HJKMNP-TV-Z]{4}-){2}[2-9A-HJKMNP-TV-Z]{4}", found.number)
    fact = JournalRow.objects.get(kind="certificate.issued")
    assert (fact.subject_id, fact.contact_id) == (found.pk, ada.pk)
    assert fact.after == {"number": found.number, "valid_until": "2028-11-22"}


def test_without_terms_or_with_terms_that_were_stopped_none_is_given(granting, who, ada):
    learning.complete_item(ada.pk, CourseFactory().pk, **who())
    course = granting()
    certificates.set_terms(course.pk, granted=False, months=None, text="", **who())
    learning.complete_item(ada.pk, course.pk, **who())
    assert not Certificate.objects.exists()


def test_a_path_gives_its_own_with_its_last_course(granting, who, ada):
    course = CourseFactory()
    granting(PathFactory(courses=[course], title="Rail Essentials"))
    learning.complete_item(ada.pk, course.pk, **who())
    assert [each.title for each in Certificate.objects.all()] == ["Rail Essentials"]


def test_whoever_completes_it_again_on_a_later_place_is_certified_anew(granting, who, ada, clock):
    course = granting(months=12)

    def attend():
        place = RegistrationFactory(
            contact=ada,
            event=EventFactory(course=course, first_on=clock.on()),
            registered_at=clock.at,
            registered_on=clock.on(),
        )
        clock.move(hours=1)
        attendance.mark_completed([place.pk], **who())
        return place

    first = attend()
    attendance.mark_completed([first.pk], **who())  # a second press
    assert Certificate.objects.count() == 1
    clock.move(days=300)
    attend()
    assert list(Certificate.objects.order_by("pk").values_list("completed_on", "valid_until")) == [
        (DAY("2026-11-22"), DAY("2027-11-22")),
        (DAY("2027-09-18"), DAY("2028-09-18")),
    ]
    assert Completion.objects.count() == 1


def test_what_content_certified_is_not_certified_again_by_the_same_place(granting, who, ada, clock):
    course = granting()
    event = EventFactory(course=course, first_on=clock.on())
    place = RegistrationFactory(contact=ada, event=event, registered_at=clock.at)
    clock.move(minutes=5)
    learning.complete_item(ada.pk, course.pk, **who())
    clock.move(minutes=5)
    attendance.mark_completed([place.pk], **who())
    assert Certificate.objects.count() == 1


def test_those_who_completed_it_before_get_theirs_when_that_is_asked_for(granting, who, ada, clock):
    course, others = CourseFactory(), [LearnerFactory(), LearnerFactory()]
    for contact in (ada, *others):
        learning.complete_item(contact.pk, course.pk, **who())
    clock.move(days=10)
    granting(course, months=1)
    assert not Certificate.objects.exists()
    for _again in range(2):
        granting(course, months=1, also_past=True)
    assert (
        list(Certificate.objects.values_list("completed_on", "valid_until"))
        == [(DAY("2026-11-22"), DAY("2026-12-22"))] * 3
    )


def test_the_day_of_completion_is_that_of_the_installations_zone(granting, who, ada, clock):
    Organisation.objects.update(time_zone="Asia/Tokyo")
    course = CourseFactory()
    clock.set("2026-11-22 16:00", "UTC")
    learning.complete_item(ada.pk, course.pk, **who())
    granting(course, months=1, also_past=True)
    assert Certificate.objects.get().completed_on == DAY("2026-11-23")


def test_what_was_issued_never_changes(granting, who, ada):
    course = granting(months=12)
    learning.complete_item(ada.pk, course.pk, **who())
    granting(course, months=24, text="Other")
    type(ada).objects.filter(pk=ada.pk).update(last_name="Berg")
    found = Certificate.objects.get()
    assert (found.valid_until, found.text, found.name) == (
        DAY("2027-11-22"),
        "",
        "Ada Lindqvist",
    )


# Verified by anybody


@pytest.mark.parametrize(
    "typed", ["K7QF-2M9X-TB4H", "k7qf2m9xtb4h", " K7QF 2M9X TB4H ", "k7qf–2m9x–tb4h"]
)
def test_a_stranger_verifies_it_however_the_number_is_typed(browse, ada, typed):
    CertificateFactory(number="K7QF-2M9X-TB4H", contact=ada, title="Signalling Basics")
    page = browse().get(reverse("lms:certificates"), {"number": typed}, follow=True)
    assert page.request["PATH_INFO"] == "/certificates/K7QF-2M9X-TB4H/"
    said = page.content.decode()
    assert "genuine and valid" in said
    assert "Ada Lindqvist" in said
    assert "Signalling Basics" in said
    assert "no-cache" in page["Cache-Control"]
    # The name on it is all that a stranger learns of the person.
    assert ada.email not in said
    assert ada.account.name not in said


@pytest.mark.parametrize("number", ["XXXX-XXXX-XXXX", "<b>", "0", "'; drop"])
def test_a_number_that_is_none_is_said_to_be_none(browse, ada, number):
    CertificateFactory(contact=ada)
    page = browse().get(reverse("lms:certificate", args=[number]))
    assert page.status_code == 404
    assert "There is no certificate with the number" in page.content.decode()
    assert "Ada" not in page.content.decode()


def test_it_is_valid_through_its_last_day(browse, ada, clock):
    found = CertificateFactory(contact=ada, valid_until=DAY("2026-11-30"))
    address = reverse("lms:certificate", args=[found.number])
    for moment, words in (
        ("2026-11-30 23:59:59", "genuine and valid"),
        ("2026-12-01 00:00:00", "not valid any more"),
    ):
        clock.set(moment)
        assert words in browse().get(address).content.decode()


# The learner's own, and staff's


def test_the_learner_finds_them_in_the_profile_and_takes_the_pdf(browse, ada):
    found = CertificateFactory(contact=ada, title="Signalling Basics", text="Ξ & <i>")
    CertificateFactory(contact=ada, valid_until=DAY("2026-11-21"))
    page = browse(ada.user)
    said = page.get(reverse("lms:profile_certificates")).content.decode()
    assert "Signalling Basics" in said
    assert "It was valid until 21 November 2026" in said
    file = page.get(reverse("lms:my_certificate", args=[found.number]))
    assert file.content.startswith(b"%PDF-")
    assert file["Content-Disposition"] == f'attachment; filename="{found.number}.pdf"'


def test_nobody_takes_the_file_of_another_learner(browse, ada):
    found = CertificateFactory(contact=ada)
    other = browse(LearnerFactory().user)
    assert other.get(reverse("lms:my_certificate", args=[found.number])).status_code == 404


def test_the_list_is_searched_by_name_training_and_number(browse, office, ada, count_queries):
    first = CertificateFactory(contact=ada, item__title="Signalling Basics")
    second = CertificateFactory(item__title="Track Safety", valid_until=DAY("2026-11-30"))
    page, address = browse(office), reverse("lms:all_certificates")
    for asked, found in (
        ("lindqvist", [first]),
        ("track", [second]),
        (second.number.lower().replace("-", ""), [second]),
        ("nobody", []),
    ):
        said = page.get(address, {"q": asked}).content.decode()
        assert [each for each in (first, second) if each.number in said] == found
    said = page.get(address, {"ends_to": "2026-11-30"}).content.decode()
    assert first.number not in said
    assert second.number in said
    one = count_queries(lambda: page.get(address))
    for _n in range(5):
        CertificateFactory()
    assert count_queries(lambda: page.get(address)) == one == 4


def test_staff_say_on_the_page_of_a_course_what_it_grants(browse, office, ada, who):
    course = CourseFactory()
    page = browse(office)
    address = reverse("lms:edit_certificate_terms", args=[course.pk])
    assert "gives no certificate" in page.get(f"/courses/{course.pk}/").content.decode()
    wrong = page.post(address, {"granted": "on", "months": "0", "operation": "a"})
    assert "greater than or equal to 1" in wrong.content.decode()
    page.post(address, {"granted": "on", "months": "24", "text": "Hi", "operation": "b"})
    terms = CertificateTerms.objects.get()
    assert (terms.granted, terms.months, terms.text) == (True, 24, "Hi")
    assert "valid for 24 months" in page.get(f"/courses/{course.pk}/").content.decode()
    # Somebody else's change meanwhile is not overwritten.
    stale = page.post(address, {"months": "3", "version": str(terms.version - 1), "operation": "c"})
    assert stale.status_code == 422
    terms.refresh_from_db()
    assert terms.months == 24
