"""SCORM packages in a browser: one left and resumed to its end, and the data model's answers."""

import pytest
from playwright.sync_api import expect

from lms.models import Progress, ScormState
from lms.scorm import standing
from tests.factories import CourseFactory, LmsEventFactory, RegistrationFactory
from tests.lms import scorm
from tests.lms.cast import TODAY
from tms.settings import BASE_DIR


@pytest.mark.django_db(transaction=True)
def test_a_package_is_left_resumed_and_completed(ada, office, open_page, clock, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    course = CourseFactory(title="Lifting", slug="lifting")
    RegistrationFactory(contact=ada, event=LmsEventFactory(course=course))
    unit = scorm.unit_of(course, {"at": clock.at, "on": TODAY, "by": office})
    page = open_page(ada.user)
    page.goto(f"/learn/lifting/{unit.pk}/")
    page.get_by_role("button", name="Start").click()
    lesson = page.frame_locator("iframe[data-scorm]")
    expect(lesson.get_by_text("Hello Lindqvist, Ada")).to_be_visible()
    lesson.get_by_role("button", name="Next page").click()
    expect(lesson.get_by_text("Page 2 of 3")).to_be_visible()
    page.get_by_role("link", name="Exit").click()
    page.get_by_role("button", name="Resume").click()
    expect(lesson.get_by_text("Page 2 of 3")).to_be_visible()
    # It has no session, and can't reach the page that plays it.
    frame = next(each for each in page.frames if "/scorm/" in each.url)
    assert frame.evaluate("window.origin") == "null"
    reach = "(reach) => { try { return String(eval(reach)) } catch (no) { return no.name } }"
    assert frame.evaluate(reach, "document.cookie") == "SecurityError"
    assert frame.evaluate(reach, "top.document") == "SecurityError"
    lesson.get_by_role("button", name="Next page").click()
    expect(page.get_by_text("Completed")).to_be_visible()
    page.get_by_role("link", name="Exit").click()
    expect(page.get_by_role("button", name="Open again")).to_be_visible()
    state = ScormState.objects.get()
    assert (state.best, state.values["cmi.suspend_data"]) == (80, "seen=3")
    assert state.spent + state.session == 2000
    assert Progress.objects.get(unit=unit).completed_at == clock.at


CALLS = {
    "1.2": [
        ("LMSGetValue('cmi.core.student_id')", "", 301),
        ("LMSInitialize('x')", "false", 201),
        ("LMSInitialize('')", "true", 0),
        ("LMSInitialize('')", "false", 101),
        ("LMSGetValue('cmi.core._children')",
         "student_id,student_name,lesson_location,credit,lesson_status,entry,score,total_time,"
         "lesson_mode,exit,session_time", 0),
        ("LMSGetValue('cmi.core.lesson_status')", "not attempted", 0),
        ("LMSSetValue('cmi.core.lesson_status', 'great')", "false", 405),
        ("LMSSetValue('cmi.core.lesson_status', 'passed')", "true", 0),
        ("LMSSetValue('cmi.core.score.raw', '101')", "false", 405),
        ("LMSSetValue('cmi.core.student_name', 'Eve')", "false", 403),
        ("LMSSetValue('cmi.core._children', 'x')", "false", 402),
        ("LMSGetValue('cmi.core.exit')", "", 404),
        ("LMSGetValue('cmi.core.made_up')", "", 201),
        ("LMSGetValue('cmi.core.score._count')", "", 203),
        ("LMSGetValue('cmi.core.lesson_status._children')", "", 202),
        ("LMSSetValue('cmi.objectives.1.id', 'a')", "false", 201),
        ("LMSSetValue('cmi.objectives.0.id', 'a')", "true", 0),
        ("LMSGetValue('cmi.objectives._count')", "1", 0),
        ("LMSSetValue('cmi.interactions.0.id', 'q')", "true", 0),
        ("LMSGetValue('cmi.interactions.0.id')", "", 404),
        ("LMSSetValue('cmi.core.session_time', '1:2')", "false", 405),
        ("LMSGetErrorString('405')", "Incorrect data type", 405),
        ("LMSCommit('')", "true", 0),
        ("LMSFinish('')", "true", 0),
        ("LMSFinish('')", "false", 301),
    ],
    "2004": [
        ("GetValue('cmi.location')", "", 122),
        ("Commit('')", "false", 142),
        ("Terminate('')", "false", 112),
        ("Initialize('')", "true", 0),
        ("Initialize('')", "false", 103),
        ("GetValue('cmi._version')", "1.0", 0),
        ("GetValue('cmi.location')", "", 403),
        ("GetValue('cmi.made_up')", "", 401),
        ("GetValue('')", "", 301),
        ("SetValue('', '1')", "false", 351),
        ("SetValue('cmi.learner_id', 'x')", "false", 404),
        ("GetValue('cmi.session_time')", "", 405),
        ("SetValue('cmi.score.scaled', 'much')", "false", 406),
        ("SetValue('cmi.score.scaled', '1.5')", "false", 407),
        ("SetValue('cmi.score.scaled', '0.5')", "true", 0),
        ("SetValue('cmi.interactions.0.type', 'choice')", "false", 408),
        ("SetValue('cmi.interactions.0.id', 'q')", "true", 0),
        ("SetValue('cmi.interactions.0.type', 'choice')", "true", 0),
        ("SetValue('cmi.interactions.2.id', 'q')", "false", 351),
        ("GetValue('cmi.interactions._count')", "1", 0),
        ("GetValue('cmi.interactions.4.id')", "", 301),
        ("GetValue('cmi.score._children')", "scaled,raw,min,max", 0),
        ("SetValue('adl.nav.request', '{target=b}choice')", "true", 0),
        ("SetValue('adl.nav.request', 'sideways')", "false", 406),
        ("Terminate('')", "true", 0),
        ("SetValue('cmi.location', '1')", "false", 133),
        ("Terminate('')", "false", 113),
        ("Initialize('')", "false", 104),
    ],
}  # fmt: skip


@pytest.mark.parametrize("standard", CALLS)
def test_the_api_answers_as_the_standard_says(browser, standard):
    page = browser.new_page()
    page.add_script_tag(path=BASE_DIR / "static" / "js" / "scorm.js")
    told = {
        "standard": standard, "site": "*", "key": "k", "sequence": 0, "values": {},
        "table": standing.readable(standard),
    }  # fmt: skip
    page.evaluate("(told) => LanyardScorm(told)", told)
    api, error = (
        ("API", "LMSGetLastError") if standard == "1.2" else ("API_1484_11", "GetLastError")
    )
    for call, answer, code in CALLS[standard]:
        found = page.evaluate(f"[{api}.{call}, {api}.{error}()]")
        assert found == [answer, str(code)], call
    page.close()
