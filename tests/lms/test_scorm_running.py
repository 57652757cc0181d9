"""SCORM packages run: launched, told, resumed, completed; and what is refused on the way."""

import itertools
import json

import pytest
from django.core import signing

from lms.models import (
    Completion,
    Progress,
    ScormAttempt,
    ScormEntry,
    ScormLaunch,
    ScormState,
)
from lms.scorm import elements, packages, standing, times
from passes import lifecycle
from tests.factories import (
    CourseFactory,
    LearnerFactory,
    LmsEventFactory,
    RegistrationFactory,
)
from tests.lms import scorm
from tests.lms.cast import TODAY, held, library

pytestmark = pytest.mark.django_db
ENDED = "This was opened again elsewhere. Go on there, or open it here anew."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def course(ada, europe):
    course = CourseFactory(title="Lifting", slug="lifting")
    RegistrationFactory(contact=ada, event=LmsEventFactory(course=course))
    return course


def finish_with(answer):
    """Close the file, which the server does after the last byte."""
    for close in answer._resource_closers:
        close()


class Player:
    """What the player's page does, by its addresses."""

    numbers = itertools.count(1)

    def __init__(self, client, unit):
        self.client, self.unit = client, unit
        self.at = f"/learn/{unit.section.course.slug}/{unit.pk}/package/"
        self.page = None

    def launch(self, **more):
        answer = self.client.post(self.at, more)
        self.here = answer.get("Location", "")
        if self.here:
            self.page = self.client.get(self.here)
        return answer

    @property
    def pk(self):
        return int(self.here.split("/")[-2])

    @property
    def start(self) -> str:
        return self.page.context["start"].removeprefix("http://testserver")

    @property
    def base(self) -> str:
        return "/".join(self.start.split("/")[:3]) + "/"

    def get(self, address, client=None, **headers):
        """Answers like a client; a file is read to its end."""
        answer = (client or self.client).get(address, headers=headers)
        if answer.streaming:
            answer.getvalue()
            finish_with(answer)
        return answer

    def told(self) -> dict:
        text = self.client.get(f"{self.base}~/data.js").text
        return json.loads(text.removeprefix("LanyardScorm(").removesuffix(")"))["values"]

    def tell(self, values, *, finished=False, sequence=None):
        state = {
            "sequence": sequence or next(self.numbers),
            "values": values,
            "finished": finished,
        }
        return self.send(json.dumps(state))

    def send(self, body):
        return self.client.post(f"{self.here}state/", body, content_type="application/json")


@pytest.fixture
def player(ada, browse, course, who):
    def of(files=None, client=None):
        unit = scorm.unit_of(course, who, files)
        made = Player(client or browse(ada.user), unit)
        made.launch()
        return made

    return of


def done(status="completed", **more):
    return {"cmi.core.lesson_status": status, **more}


# From start to completion


@pytest.mark.parametrize(
    ("standard", "place", "status", "time", "leave", "score", "spans"),
    [
        ("1.2", "cmi.core.lesson_location", "cmi.core.lesson_status", "cmi.core.session_time",
         "cmi.core.exit", {"cmi.core.score.raw": "80"}, ("00:00:10.50", "00:01:00")),
        ("2004 3rd Edition", "cmi.location", "cmi.completion_status", "cmi.session_time",
         "cmi.exit", {"cmi.score.scaled": "0.8"}, ("PT10.5S", "PT1M")),
    ],
)  # fmt: skip
def test_a_package_is_left_resumed_and_completed(
    player, clock, ada, standard, place, status, time, leave, score, spans
):
    lesson = player(scorm.package(standard))
    short = "1.2" if standard == "1.2" else "2004"
    entry = "cmi.core.entry" if short == "1.2" else "cmi.entry"
    total = "cmi.core.total_time" if short == "1.2" else "cmi.total_time"
    assert lesson.told()[entry] == "ab-initio"
    kept = {place: "2", "cmi.suspend_data": "seen=2", status: "incomplete"}
    assert lesson.tell(kept).json() == {"completed": False, "to": "", "leave": False}
    # The time of a session may be told as often as it likes: it is added once.
    for _again in range(2):
        lesson.tell({**kept, time: spans[0], leave: "suspend"})
    lesson.tell({**kept, time: spans[0], leave: "suspend"}, finished=True)
    clock.move(days=1)
    lesson.launch()
    told = lesson.told()
    assert (told[entry], told[place], told["cmi.suspend_data"]) == ("resume", "2", "seen=2")
    assert told[total] == times.span(1050, short)
    assert leave not in told
    complete = {**kept, place: "3", status: "completed", **score, time: spans[1]}
    assert lesson.tell(complete, finished=True).json()["completed"] is True
    state = ScormState.objects.get()
    assert (state.best, state.spent + state.session, state.completed_at) == (80, 7050, clock.at)
    assert Progress.objects.get(unit=lesson.unit).completed_at == clock.at
    assert Completion.objects.get().contact == ada


def test_what_is_completed_stays_so_and_the_best_score_counts(player):
    lesson = player()
    lesson.tell(done("passed", **{"cmi.core.score.raw": "90"}))
    lesson.tell(done("failed", **{"cmi.core.score.raw": "10"}))
    state = ScormState.objects.get()
    assert (state.completed_at is not None, state.passed, state.best) == (True, True, 90)
    assert Progress.objects.get().completed_at is not None


def test_the_day_of_completion_stays_the_first_one(player, clock):
    lesson = player()
    lesson.tell(done())
    first = clock.at
    clock.move(minutes=1)
    lesson.tell(done("passed"))
    assert ScormState.objects.get().completed_at == first


def test_what_2004_completes_and_fails_isnt_complete(player):
    lesson = player(scorm.package("2004 3rd Edition"))
    lesson.tell({"cmi.completion_status": "completed", "cmi.success_status": "failed"})
    assert ScormState.objects.get().completed_at is None
    assert Progress.objects.get().completed_at is None


def test_failed_completes_nothing(player):
    lesson = player()
    lesson.tell(done("failed"), finished=True)
    assert ScormState.objects.get().passed is False
    assert Progress.objects.get().completed_at is None


def test_the_mastery_score_of_the_manifest_decides_at_the_end(player):
    lesson = player(scorm.package(inner="<adlcp:masteryscore>70</adlcp:masteryscore>"))
    assert lesson.told()["cmi.student_data.mastery_score"] == "70"
    lesson.tell(done(**{"cmi.core.score.raw": "60"}), finished=True)
    assert ScormState.objects.get().values["cmi.core.lesson_status"] == "failed"


def test_a_finished_2004_part_begins_anew_and_stays_completed(player):
    lesson = player(scorm.package("2004 3rd Edition"))
    lesson.tell(
        {"cmi.completion_status": "completed", "cmi.location": "3", "cmi.exit": "normal"},
        finished=True,
    )
    lesson.launch()
    told = lesson.told()
    assert (told["cmi.entry"], "cmi.location" in told) == ("ab-initio", False)
    assert ScormState.objects.get().completed_at is not None


# More parts than one


def test_a_package_of_parts_is_complete_when_all_are(player):
    lesson = player(scorm.package(scos=("one", "two", "three")))
    assert lesson.page.context["part"]["id"] == "one"
    assert lesson.page.context["before"] is None
    lesson.tell(done(), finished=True)
    lesson.launch()
    assert lesson.page.context["part"]["id"] == "two"
    lesson.launch(item="three")
    lesson.tell(done())
    lesson.launch(item="two")
    assert not Completion.objects.exists()
    lesson.tell(done())
    assert Completion.objects.exists()
    assert lesson.launch(item="four").status_code == 422


def test_assets_are_complete_when_they_were_opened(player):
    lesson = player(scorm.package(kind="asset", scos=("one", "two")))
    lesson.launch(item="two")
    assert ScormAttempt.objects.get().completed_at is not None


def test_without_choice_parts_are_opened_in_order(player):
    control = '<imsss:sequencing><imsss:controlMode choice="false" flow="true"/></imsss:sequencing>'
    lesson = player(scorm.package("2004 3rd Edition", scos=("a", "b", "c"), extra=control))
    assert lesson.launch(item="c").status_code == 422
    assert lesson.launch(item="b").status_code == 302
    assert lesson.launch(item="c").status_code == 302


def test_a_2004_part_asks_where_to_go(player):
    flow = '<imsss:sequencing><imsss:controlMode choice="true" flow="true"/></imsss:sequencing>'
    lesson = player(scorm.package("2004 3rd Edition", scos=("a", "b"), extra=flow))
    for asked, to, leave in (
        ("continue", "b", False),
        ("previous", "", True),
        ("{target=b}choice", "b", False),
        ("exitAll", "", True),
        ("_none_", "", False),
    ):
        told = lesson.tell({"adl.nav.request": asked}, finished=True).json()
        assert (told["to"], told["leave"]) == (to, leave), asked


# Versions


def test_who_is_on_the_way_stays_on_their_version_and_begins_anew_by_the_newest(player, who, ada):
    lesson = player()
    newer = {**scorm.package(), "shared/new.txt": "new"}
    packages.save(lesson.unit, packages.unpack(scorm.upload(scorm.zipped(newer))), **who)
    lesson.launch()
    assert lesson.page.context["package"].number == 1
    assert lesson.get(f"{lesson.base}shared/new.txt").status_code == 404
    lesson.launch(anew="1")  # not before the running one is complete
    assert lesson.page.context["package"].number == 1
    lesson.tell(done())
    lesson.launch(anew="1")
    assert lesson.page.context["package"].number == 2
    assert lesson.get(f"{lesson.base}shared/new.txt").status_code == 200
    assert Progress.objects.get().completed_at is not None


# Two at once, out of order, too much


def test_the_state_with_the_highest_number_stays_whatever_order_they_come_in(player):
    lesson = player()
    for sequence in (3, 1, 5, 2, 4, 5):
        place = {"cmi.core.lesson_location": str(sequence)}
        assert lesson.tell(place, sequence=1000 + sequence).status_code == 200
    assert ScormState.objects.get().values == {"cmi.core.lesson_location": "5"}


def test_of_two_states_with_one_number_the_first_stays(player):
    lesson = player()
    for place in ("first", "second"):
        lesson.tell({"cmi.core.lesson_location": place}, sequence=7)
    assert ScormState.objects.get().values == {"cmi.core.lesson_location": "first"}


def test_a_second_window_takes_over_and_no_completion_is_lost(player):
    lesson = player()
    first = lesson.here
    lesson.launch()
    second, lesson.here = lesson.here, first
    late = lesson.tell(done(**{"cmi.core.lesson_location": "first"}))
    assert (late.status_code, late.json()["detail"]) == (409, ENDED)
    assert ScormState.objects.get().values == {}
    assert Progress.objects.get().completed_at is not None
    assert "This was opened again elsewhere, or is over." in lesson.client.get(first).text
    lesson.here = second
    assert lesson.tell(done("incomplete")).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("", 200),
        ("{}", 200),
        ("no json", 400),
        ("[" * 100_000, 400),
        ("[]", 400),
        ('{"sequence": 1}', 400),
        ('{"sequence": true, "values": {}, "finished": true}', 400),
        ('{"sequence": 1e3, "values": {}, "finished": true}', 400),
        ('{"sequence": 9, "values": {}, "finished": true, "contact_id": 1}', 400),
        ('{"sequence": 9, "values": {"cmi.core.student_id": "1"}, "finished": false}', 422),
        ('{"sequence": 9, "values": {"cmi.core.score.raw": "101"}, "finished": false}', 422),
        ('{"sequence": 9, "values": {"cmi.core.lesson_status": "great"}, "finished": false}', 422),
        ('{"sequence": 9, "values": {"cmi.suspend_data": "a\\u0000"}, "finished": false}', 422),
        ('{"sequence": 9, "values": {"cmi.suspend_data": "\\ud800"}, "finished": false}', 422),
        ('{"sequence": 9, "values": {"cmi.suspend_data": 5}, "finished": false}', 422),
        ('{"sequence": 9, "values": {"cmi.objectives.9999.id": "a"}, "finished": false}', 422),
        ('{"sequence": 9, "values": {"made.up": "a"}, "finished": false}', 422),
    ],
)
def test_forged_states_are_refused_and_change_nothing(player, body, status):
    lesson = player()
    assert lesson.send(body).status_code == status
    assert ScormState.objects.get().values == {}


def test_more_than_a_package_may_keep_is_refused(player):
    lesson = player()
    much = {"cmi.suspend_data": "x" * 65_537}
    assert lesson.tell(much).status_code == 422
    assert lesson.tell({"cmi.suspend_data": "x" * 65_536}).status_code == 200
    assert lesson.send("x" * (4 * 2**20 + 1)).status_code == 413


def test_a_storm_of_states_is_slowed_down(player, monkeypatch):
    monkeypatch.setattr("lms.views.scorm.STATES_A_MINUTE", 3)
    lesson = player()
    assert [lesson.send("{}").status_code for _each in range(4)] == [200, 200, 200, 429]


def test_states_of_others_and_without_a_token_of_the_form_are_refused(player, browse, ada):
    lesson = player()
    stranger = Player(browse(LearnerFactory().user), lesson.unit)
    stranger.here = lesson.here
    assert stranger.tell(done()).status_code in {302, 403}
    other = LearnerFactory()
    RegistrationFactory(contact=other, event=LmsEventFactory(course=lesson.unit.section.course))
    stranger.client = browse(other.user)
    assert stranger.tell(done()).status_code == 404
    assert stranger.client.get(lesson.here).status_code == 404
    lesson.client = browse(ada.user)
    assert lesson.tell(done()).status_code == 403  # another session of the same person
    strict = type(lesson.client)(enforce_csrf_checks=True)
    strict.force_login(ada.user)
    lesson.client = strict
    assert lesson.tell(done()).status_code == 403
    assert Progress.objects.get().completed_at is None


def test_a_package_isnt_completed_by_a_button(player):
    lesson = player()
    address = lesson.at.replace("package/", "completion/")
    assert lesson.client.post(address).status_code == 404


# Files, and who gets them


def test_files_come_with_their_kind_a_sandbox_and_the_api(player):
    lesson = player()
    page = lesson.client.get(lesson.start)
    assert page["Content-Type"] == "text/html"
    assert page["Content-Security-Policy"].startswith(
        "sandbox allow-scripts allow-forms allow-popups allow-modals; "
        f"default-src http://testserver{lesson.base} data: blob:"
    )
    assert "allow-same-origin" not in page["Content-Security-Policy"]
    assert page["X-Content-Type-Options"] == "nosniff"
    assert "X-Frame-Options" not in page
    assert page.text.index("~/runtime.js") < page.text.index("<title>")
    film = lesson.get(f"{lesson.base}shared/film.webm", Range="bytes=10-19")
    assert (film.status_code, film["Content-Range"], film["Content-Type"]) == (
        206,
        "bytes 10-19/100",
        "video/webm",
    )
    assert b"API_1484_11" in lesson.client.get(f"{lesson.base}~/runtime.js").content
    for path in (
        "",
        "shared",
        "shared/",
        "shared/tool.exe",
        "../x.html",
        "%2e%2e/x.html",
        "lesson//index.html",
        "..%2f..%2fx.html",
        "x" * 2000 + ".html",
        "~/x",
    ):
        assert lesson.client.get(lesson.base + path).status_code == 404, path


def test_a_token_is_good_for_its_session_its_browser_and_its_time_only(player, browse, ada, clock):
    lesson = player()
    assert lesson.client.get(lesson.start).status_code == 200
    # Another session, of the same person even; another browser; a link that was pasted.
    assert browse(LearnerFactory().user).get(lesson.start).status_code == 404
    assert browse(ada.user).get(lesson.start).status_code == 404
    assert browse().get(lesson.start, headers={"User-Agent": "curl"}).status_code == 404
    pasted = {"Sec-Fetch-Site": "none"}
    assert lesson.client.get(lesson.start, headers=pasted).status_code == 404
    # A sandbox sends no cookie, and gets its files.
    assert browse().get(lesson.start).status_code == 200
    # Another launch's number under this signature, and other signatures.
    number, _sep, signature = lesson.base.split("/")[2].partition("~")
    for token in (f"{int(number) + 1}~{signature}", f"{number}~", number,
                  signing.Signer(salt="x", sep="~").sign(number)):  # fmt: skip
        forged = lesson.start.replace(f"{number}~{signature}", token)
        assert lesson.client.get(forged).status_code == 404
    clock.move(minutes=4)
    assert lesson.client.get(lesson.start).status_code == 404
    lesson.send("{}")  # the player lives
    assert lesson.client.get(lesson.start).status_code == 200
    visitor = browse()
    lesson.client.logout()
    assert visitor.get(lesson.start).status_code == 404


def test_access_that_ends_closes_the_next_request(ada, browse, europe, who, office, clock):
    course = CourseFactory(slug="lifting")
    pass_ = held(ada, library(course))
    RegistrationFactory(contact=ada, event=LmsEventFactory(course=course), used_pass=pass_)
    lesson = Player(browse(ada.user), scorm.unit_of(course, who))
    lesson.launch()
    assert lesson.client.get(lesson.start).status_code == 200
    lifecycle.cancel(pass_.pk, version=pass_.version, at=clock.at, on=TODAY, by=office)
    assert lesson.client.get(lesson.start).status_code == 404
    refused = lesson.tell(done())
    assert (refused.status_code, refused.json()["detail"]) == (
        403,
        "Your pass was cancelled on 22 November 2026.",
    )
    assert lesson.launch().status_code == 403
    assert Progress.objects.get().completed_at is None


@pytest.mark.parametrize("change", ["archived_at", "may_sign_in", "is_active"])
def test_who_may_come_in_no_more_gets_no_more_files(player, ada, clock, change):
    """The sandbox asks without a session of its own: its token ends with its learner."""
    lesson = player()
    sandbox = type(lesson.client)()
    assert lesson.get(lesson.start, sandbox).status_code == 200
    if change == "is_active":
        ada.user.is_active = False
        ada.user.save()
    else:
        setattr(ada, change, clock.at if change == "archived_at" else False)
        ada.save()
    assert lesson.get(lesson.start, sandbox).status_code == 404


def test_with_a_host_of_its_own_nothing_else_is_there(player, settings):
    settings.CONTENT_URL, settings.CONTENT_HOST = "https://content.example", "content.example"
    lesson = player()
    start = lesson.start.removeprefix("https://content.example")
    assert start.endswith("/~/")
    assert lesson.page.context["from"] == "https://content.example"
    assert lesson.client.get(start).status_code == 404
    there = {"Host": "content.example"}
    page = lesson.client.get(start, headers=there)
    assert "lesson/index.html" in page.text
    assert "sandbox" not in page["Content-Security-Policy"]
    assert page["Content-Security-Policy"].endswith(
        f"frame-ancestors {settings.SITE_URL} https://content.example"
    )
    lone = lesson.client.get(start.replace("~/", "lesson/index.html"), headers=there)
    assert b"runtime.js" not in lone.getvalue()
    finish_with(lone)
    assert lesson.client.get("/catalogue/", headers=there).status_code == 404


def test_staff_who_look_on_launch_nothing(player, office, browse, ada):
    lesson = player()
    client = browse(office)
    client.post(f"/contacts/{ada.pk}/viewing/")
    page = client.get(lesson.at.removesuffix("package/"))
    assert "Resume" not in page.text
    assert client.post(lesson.at).status_code == 403
    assert ScormLaunch.objects.count() == 1


# What staff read


def test_staff_read_what_a_package_set_and_when(player, office, browse, count_queries):
    lesson = player()
    lesson.tell(done("incomplete", **{"cmi.suspend_data": "y" * 1000}))
    lesson.tell(done("completed", **{"cmi.suspend_data": "y" * 1000}))
    assert [each.changes for each in ScormEntry.objects.all()] == [
        {"cmi.core.lesson_status": "incomplete", "cmi.suspend_data": "y" * 250},
        {"cmi.core.lesson_status": "completed"},
    ]
    client = browse(office)
    attempts = client.get(f"/content/units/{lesson.unit.pk}/sessions/")
    assert "Lindqvist" in attempts.text
    log = client.get(f"/content/sessions/{ScormAttempt.objects.get().pk}/")
    assert "cmi.core.lesson_status" in log.text
    panel = client.get(f"/courses/{lesson.unit.section.course_id}/content/")
    assert f"/content/units/{lesson.unit.pk}/sessions/" in panel.text


def test_a_log_has_an_end(player, monkeypatch):
    monkeypatch.setattr("lms.scorm.running.MOST_LINES", 2)
    lesson = player()
    for number in range(4):
        lesson.tell({"cmi.core.lesson_location": str(number)})
    assert ScormEntry.objects.count() == 2


@pytest.mark.parametrize(("reached", "passed"), [("80", True), ("79.99", False)])
def test_a_mastery_score_that_is_reached_exactly_is_reached(reached, passed):
    values = {"cmi.core.score.raw": reached}
    found = standing.judged(values, {"mastery": "80"}, "1.2", finished=True)
    assert found["cmi.core.lesson_status"] == ("passed" if passed else "failed")


@pytest.mark.parametrize(("reached", "done"), [("0.8", True), ("0.799", False)])
def test_what_2004_asks_for_is_reached_exactly_too(reached, done):
    values = {"cmi.score.scaled": reached, "cmi.progress_measure": reached}
    found = standing.judged(values, {"passing": "0.8", "threshold": "0.8"}, "2004", finished=False)
    assert (found["cmi.success_status"], found["cmi.completion_status"]) == (
        ("passed", "completed") if done else ("failed", "incomplete")
    )


# The data model, as the server checks it


@pytest.mark.parametrize(
    ("standard", "name", "value", "fits"),
    [
        ("1.2", "cmi.core.session_time", "0001:02:03.45", True),
        ("1.2", "cmi.core.session_time", "1:2:3", False),
        ("1.2", "cmi.core.score.raw", "", True),
        ("1.2", "cmi.core.score.raw", "1e2", False),
        ("1.2", "cmi.interactions.0.objectives.1.id", "a", True),
        ("1.2", "cmi.student_preference.audio", "1.5", False),
        ("2004", "cmi.session_time", "P1DT2H3M4.05S", True),
        ("2004", "cmi.session_time", "P", False),
        ("2004", "cmi.session_time", "PT", False),
        ("2004", "cmi.score.scaled", "-1.01", False),
        ("2004", "cmi.interactions.0.timestamp", "2026-11-22T09:00:00Z", True),
        ("2004", "cmi.interactions.0.type", "essay", False),
        ("2004", "adl.nav.request", "{target=a b}choice", False),
        ("2004", "cmi.total_time", "PT1S", False),
    ],
)
def test_values_fit_their_elements_or_are_refused(standard, name, value, fits):
    assert elements.wrong(standard, {name: value}) == ("" if fits else name)


@pytest.mark.parametrize(
    ("span", "hundredths"),
    [("0001:02:03.45", 372_345), ("00:00:00.5", 50), ("P1DT2H3M4.05S", 9_378_405), ("PT", 0),
     ("PT1.29S", 129), ("nonsense", 0)],
)  # fmt: skip
def test_times_are_counted_exactly(span, hundredths):
    assert times.hundredths(span) == hundredths


def test_a_unit_that_somebody_has_begun_is_archived_with_its_package(player, office, browse):
    lesson = player()
    browse(office).post(f"/content/units/{lesson.unit.pk}/removal/")
    lesson.unit.refresh_from_db()
    assert lesson.unit.archived_at is not None
    assert lesson.client.get(lesson.start).status_code == 404
