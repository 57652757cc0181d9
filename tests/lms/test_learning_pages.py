"""The pages where people learn: what is open, what is closed, what is kept; and their profile."""

import pytest
from django.core.files.base import ContentFile

from catalog.models import Item
from lms.models import Completion, ContentUnit, Progress
from passes import lifecycle
from tests.factories import (
    ContentUnitFactory,
    CourseFactory,
    CustomFieldFactory,
    LearnerFactory,
    LmsEventFactory,
    PathFactory,
    RegistrationFactory,
    SectionFactory,
    copies,
    several,
)
from tests.lms.cast import TODAY, held, library

pytestmark = pytest.mark.django_db


@pytest.fixture
def course(europe):
    """A course in a pass, with two units."""
    course = CourseFactory(title="Leading a First Team", slug="leading")
    section = SectionFactory(course=course, title="The first month")
    ContentUnitFactory(section=section, title="What the team is for", position=1)
    ContentUnitFactory(section=section, title="Giving work away", position=2)
    return course


@pytest.fixture
def pass_(ada, course):
    return held(ada, library(course))


@pytest.fixture
def registered(ada, course, pass_):
    return RegistrationFactory(contact=ada, event=LmsEventFactory(course=course), used_pass=pass_)


def units(course):
    return list(ContentUnit.objects.filter(section__course=course).order_by("position"))


def at(course, unit, what=""):
    return f"/learn/{course.slug}/{unit.pk}/{what}"


# One unit after the other


def test_one_goes_through_a_course_and_completes_it(ada, browse, course, registered):
    client = browse(ada.user)
    one, two = units(course)
    assert (
        "Included in your Leadership Library until 22 November 2027."
        in client.get("/learn/leading/").text
    )
    assert client.post(at(course, one, "completion/"))["Location"] == at(course, two)
    assert client.post(at(course, two, "completion/"))["Location"] == "/learn/leading/"
    assert Completion.objects.get().contact == ada
    assert "Completed on 22 November 2026" in client.get("/learn/leading/").text


def test_a_press_that_comes_twice_completes_once(ada, browse, course, registered):
    client, one = browse(ada.user), units(course)[0]
    for _press in range(2):
        client.post(at(course, one, "completion/"))
    assert Progress.objects.exclude(completed_at=None).count() == 1


def test_a_pass_cancelled_while_its_learner_reads_closes_the_next_request(
    ada, browse, course, registered, pass_, clock, office
):
    client = browse(ada.user)
    one, two = units(course)
    client.post(at(course, one, "completion/"))
    assert client.get(at(course, two)).status_code == 200
    lifecycle.cancel(pass_.pk, version=pass_.version, at=clock.at, on=TODAY, by=office)
    for answer in (client.get(at(course, two)), client.post(at(course, two, "completion/"))):
        assert answer.status_code == 403
        assert "Your pass was cancelled on 22 November 2026." in answer.text
        assert "Giving work away" in answer.text
        assert "They stand up for" not in answer.text
    assert client.post(at(course, two, "place/"), {"position": "5"}).status_code == 403
    assert client.get(at(course, two, "file/")).status_code == 403
    # What was reached is kept, and shown.
    page = client.get("/learn/leading/")
    assert page.context["percent"] == 50
    assert Progress.objects.get(unit=one).completed_at == clock.at


def test_without_registration_nothing_opens_but_access_is_offered(ada, browse, course, pass_):
    client = browse(ada.user)
    assert client.get(at(course, units(course)[0])).status_code == 403
    page = client.get("/learn/leading/")
    assert page.status_code == 200
    assert page.context["is_open"] is False


def test_a_stranger_to_a_course_is_led_to_its_page(browse, course, registered):
    other = browse(LearnerFactory().user)
    assert other.get("/learn/leading/")["Location"] == "/catalogue/leading/"
    assert other.get(at(course, units(course)[0]))["Location"] == "/catalogue/leading/"


def test_drafts_and_units_of_other_courses_are_not_there(ada, browse, course, registered):
    client = browse(ada.user)
    other = ContentUnitFactory()
    assert client.get(at(course, other)).status_code == 404
    Item.objects.filter(pk=course.pk).update(status="draft")
    assert client.get("/learn/leading/").status_code == 404


def test_a_locked_step_says_what_comes_first(ada, browse, who):
    first, second = CourseFactory(title="First"), CourseFactory(title="Second")
    path = PathFactory(courses=[first, second])
    path.steps.filter(course=second).update(locked=True)
    unit = ContentUnitFactory(course=second)
    RegistrationFactory(contact=ada, path=path)
    answer = browse(ada.user).get(at(second, unit))
    assert answer.status_code == 403
    assert "Complete First first" in answer.text


def test_a_video_keeps_its_place_and_is_served_by_the_range(
    ada, browse, course, registered, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    video = ContentUnit(section=course.sections.get(), form="video", title="Film", position=3)
    video.file.save("film.webm", ContentFile(b"\x1a\x45\xdf\xa3" + bytes(96)), save=False)
    video.save()
    client = browse(ada.user)
    assert client.post(at(course, video, "place/"), {"position": "37"}).status_code == 204
    assert 'data-position="37"' in client.get(at(course, video)).text
    assert client.post(at(course, video, "place/"), {"position": "-1"}).status_code == 400
    part = client.get(at(course, video, "file/"), headers={"Range": "bytes=10-19"})
    assert (part.status_code, part["Content-Range"], len(part.content)) == (
        206,
        "bytes 10-19/100",
        10,
    )
    assert part["Content-Type"] == "video/webm"
    assert part["X-Content-Type-Options"] == "nosniff"


def test_staff_who_look_on_change_nothing(ada, office, browse, course, registered):
    client = browse(office)
    client.post(f"/contacts/{ada.pk}/viewing/")
    one = units(course)[0]
    assert client.get(at(course, one)).status_code == 200
    assert client.post(at(course, one, "completion/")).status_code == 403
    assert not Progress.objects.exists()


# My Learning


def test_my_learning_puts_each_where_it_belongs(ada, browse, course, registered, clock, who):
    client = browse(ada.user)
    assert client.get("/my-learning/").context["mine"].not_started[0].item == course
    client.get(at(course, units(course)[0]))
    assert client.get("/my-learning/").context["mine"].in_progress[0].item == course
    for unit in units(course):
        client.post(at(course, unit, "completion/"))
    assert client.get("/my-learning/").context["mine"].completed[0].item == course
    other = RegistrationFactory(contact=ada, event=LmsEventFactory(), content_until=TODAY)
    clock.move(days=1)
    closed = client.get("/my-learning/")
    assert closed.context["mine"].closed[0].item == other.event.course
    assert "Your access ended on 22 November 2026. Your progress is kept." in " ".join(
        closed.text.split()
    )


def test_who_has_no_contact_is_told_so(office, browse):
    assert "Your sign-in belongs to no learner yet" in browse(office).get("/my-learning/").text


def many(ada, number):
    """So many registrations, each by a pass of its own, with content; of ten pass types."""
    unit = ContentUnitFactory()
    section = unit.section
    courses = several(section.course, number)
    sections = copies(section, number - 1, course=lambda n: courses[n + 1])
    copies(unit, number - 1, section=lambda n: sections[n])
    event = LmsEventFactory(course=courses[0])
    events = several(event, number, course=lambda n: courses[n + 1])
    types = [courses[first::10] for first in range(min(number, 10))]
    passes = [
        [first, *copies(first, len(opens) - 1)]
        for opens in types
        for first in [held(ada, library(*opens))]
    ]
    first = RegistrationFactory(contact=ada, event=event, used_pass=passes[0][0])
    copies(
        first,
        number - 1,
        event=lambda n: events[n + 1],
        used_pass=lambda n: passes[(n + 1) % 10][(n + 1) // 10],
    )


@pytest.mark.parametrize("number", [1, 3, 300])
def test_pages_take_the_same_statements_at_any_size(ada, browse, count_queries, number):
    many(ada, number)
    client = browse(ada.user)
    assert {
        page: count_queries(lambda page=page: client.get(page))
        for page in ("/my-learning/", "/profile/", "/profile/passes/", "/profile/registrations/")
    } == {
        "/my-learning/": 8,
        "/profile/": 5,
        "/profile/passes/": 6,
        "/profile/registrations/": 7,
    }


# The profile


def test_the_profile_shows_active_passes_and_folds_the_expired(ada, browse, course, registered):
    held(ada, library(name="Old Library"), until="2026-11-21")
    page = browse(ada.user).get("/profile/passes/")
    assert [pass_.pass_type.name for pass_ in page.context["active"]] == ["Leadership Library"]
    assert [pass_.pass_type.name for pass_ in page.context["ended"]] == ["Old Library"]
    assert "1 of 1 used" in page.text
    assert "22 November 2027" in page.text


def test_learners_change_their_details_and_their_own_custom_fields(ada, browse):
    mine = CustomFieldFactory(label="Diet")
    theirs = CustomFieldFactory(label="Grade", learner_edits=False)
    client = browse(ada.user)
    form = client.get("/profile/details/")
    assert f"custom_{mine.key}" in form.text
    assert f"custom_{theirs.key}" not in form.text
    answers = {
        "first_name": "Ada",
        "last_name": "Lindqvist",
        "phone": "+46 8 555 0142",
        f"custom_{mine.key}": "Vegan",
        f"custom_{theirs.key}": "forged",
        "account": "999",
        "version": ada.version,
    }
    assert client.post("/profile/details/", answers).status_code == 302
    ada.refresh_from_db()
    assert (ada.phone, ada.custom) == ("+46 8 555 0142", {mine.key: "Vegan"})
    assert client.post("/profile/details/", answers).status_code == 422


# Content, for staff


def test_staff_put_content_together(office, browse, course):
    client = browse(office)
    client.post(f"/courses/{course.pk}/content/sections/", {"title": "More"})
    section = course.sections.get(title="More")
    refused = client.post(f"/content/sections/{section.pk}/page/", {"title": "Empty"})
    assert refused.status_code == 422
    client.post(f"/content/sections/{section.pk}/page/", {"title": "New", "body": "<p>Text</p>"})
    assert section.units.get().title == "New"
    panel = client.get(f"/courses/{course.pk}/content/").text
    assert "More" in panel
    assert "New" in panel


def test_an_upload_is_told_by_its_content_and_not_by_its_name(office, browse, course, settings):
    section = course.sections.get()
    for form, sentence in (
        ("document", "This isn't a PDF. Save the document as PDF first."),
        ("video", "This isn't a video. Use a WebM, MP4 or Ogg file."),
    ):
        file = ContentFile(b"<script>alert(1)</script>", name="paper.pdf")
        answer = browse(office).post(
            f"/content/sections/{section.pk}/{form}/", {"title": "T", "file": file}
        )
        assert answer.status_code == 422
        assert sentence in answer.context["form"].errors["file"]
    assert section.units.count() == 2
