"""The section Training of a pass type, its dialogs, and the panel on an item's page (CAT-9)."""

import re

import pytest
from django.contrib.auth.models import Group, Permission

from catalog.models import Category, Event, EventType, Item
from passes import training
from passes.models import Inclusion, PassType
from passes.views import in_types
from tests.factories import (
    CategoryFactory,
    ContactFactory,
    CourseFactory,
    EventFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    UserFactory,
    several,
)
from tests.passes.pages import HTMX, names, send, text
from tms.models import JournalRow
from tms.ui import register

pytestmark = pytest.mark.django_db

ROWS = HTMX | {"HX-Target": "candidates"}


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def follow(monkeypatch):
    monkeypatch.setattr(training, "follow", lambda fact: [])


@pytest.fixture
def shelf():
    """Three courses on data, one on leading, one path, two events."""
    data, leading = CategoryFactory(name="Data"), CategoryFactory(name="Leading")
    charts = CourseFactory(title="Charts", code="DAT-1", categories=[data])
    LmsEventFactory(course=charts, code="DAT-1-A")
    CourseFactory(title="Columns", code="DAT-2", categories=[data])
    CourseFactory(title="Cubes", code="DAT-3", categories=[data])
    coaching = CourseFactory(title="Coaching", code="LED-1", categories=[leading])
    EventFactory(course=coaching, code="LED-1-A", place="Leeds")
    PathFactory(title="Charts path", code="PATH-1", courses=[charts], categories=[data])
    PassTypeFactory(name="Data Skills", opens=[charts])
    return PassTypeFactory(name="Mine", opens=[coaching])


def ticked(response) -> list[str]:
    """The rows that are ticked and can be unticked."""
    boxes = re.findall(r'<input type="checkbox" name="ids" value="(\w+)"([^>]*)>', html(response))
    return [key for key, rest in boxes if " checked" in rest and "disabled" not in rest]


def html(response) -> str:
    return response.content.decode()


def kept(response) -> str:
    return re.search(r'name="kept" value="([^"]*)"', html(response))[1]


def key(code) -> str:
    item = Item.objects.filter(code=code).first()
    return f"i{item.pk}" if item else f"e{Event.objects.get(code=code).pk}"


def add_url(pass_type):
    return f"/pass-types/{pass_type.pk}/training/new/"


# The section


def test_the_section_lists_what_is_in_and_narrows_it(client):
    data = CategoryFactory(name="Data")
    path = PathFactory(title="Analyst", courses=[CourseFactory()], categories=[data])
    event = EventFactory(course=CourseFactory(title="Budget"), code="FIN-1", place="Leeds")
    made = PassTypeFactory(opens=[path, CourseFactory(title="Coaching"), event])
    Inclusion.objects.filter(item__title="Coaching").update(event_types=["classroom", "lms"])
    page = client.get(f"/pass-types/{made.pk}/")
    said = text(page)
    assert "Training 3 Add Training" in said
    assert "Learning path Data 1 course" in said
    assert "Course Classroom, LMS" in said
    assert "FIN-1 Classroom event 7 Dec 2026, Leeds" in said
    for asked, found in [
        ("q=bud", ["Budget"]),
        (f"category={data.pk}", ["Analyst"]),
        ("kind=course", ["Coaching"]),
        ("kind=classroom", ["Budget"]),
        (f"kind=course&category={data.pk}", []),
        ("sort=-title", ["Coaching", "Budget", "Analyst"]),
        ("sort=kind", ["Budget", "Coaching", "Analyst"]),
        ("category=nonsense", ["Analyst", "Budget", "Coaching"]),
    ]:
        page = client.get(
            f"/pass-types/{made.pk}/?{asked}", headers=HTMX | {"HX-Target": "training-rows"}
        )
        assert names(page) == found, asked


def test_the_section_has_pages(client):
    made = PassTypeFactory(opens=CourseFactory.create_batch(60))
    page = client.get(f"/pass-types/{made.pk}/?size=25")
    assert "1–25 of 60" in text(page)
    following = re.search(r'href="([^"]*)" rel="next"', html(page))[1].replace("&amp;", "&")
    assert "26–50 of 60" in text(client.get(following))


# Adding


def test_the_dialog_offers_the_whole_catalogue_and_says_what_is_in(client, shelf, kestrel):
    option = PassOptionFactory(pass_type=shelf)
    for _each in range(2):
        PassFactory(option=option, account=kestrel)
    shown = client.get(add_url(shelf), headers=HTMX)
    said = text(shown)
    for label in ("Add Training", "Search", "Category", "Type", "Training Pass"):
        assert label in said
    assert "to Mine. It opens at once for 2 active passes." in said
    assert "1–7 of 7 that match. Tick all 7" in said
    assert "Charts DAT-1 Course LMS Data Data Skills" in said
    assert "Charts DAT-1-A LMS event Data Data Skills" in said
    assert "Charts path PATH-1 Learning path 1 course Data" in said
    assert "Coaching LED-1 Course Classroom Leading This pass type" in said
    assert "Coaching LED-1-A · 7 Dec 2026 · Leeds Classroom event Leading This pass type" in said
    assert html(shown).count("checked disabled") == 2


def test_search_and_filters_combine(client, shelf):
    data = Category.objects.get(name="Data")
    other = PassType.objects.get(name="Data Skills")

    def found(**asked):
        page = client.post(add_url(shelf), {"show": "rows", **asked}, headers=ROWS)
        assert page.status_code == 200
        return re.findall(r"</label><small>([\w-]+)", html(page))

    assert found(q="ch") == ["DAT-1", "DAT-1-A", "PATH-1", "LED-1", "LED-1-A"]
    assert found(q="ch", category=data.pk) == ["DAT-1", "DAT-1-A", "PATH-1"]
    assert found(q="ch", category=data.pk, kind="course") == ["DAT-1"]
    assert found(q="ch", category=data.pk, kind="course", in_pass="none") == []
    assert found(kind="lms") == ["DAT-1-A"]
    assert found(in_pass="other") == ["DAT-1", "DAT-1-A"]
    assert found(in_pass=other.pk) == ["DAT-1", "DAT-1-A"]
    assert found(in_pass="none", kind="course") == ["DAT-2", "DAT-3"]
    assert found(category="x", kind="nonsense", in_pass="7e9", q="cube") == ["DAT-3"]


def test_ticks_survive_searching_and_paging(client, shelf, monkeypatch):
    monkeypatch.setattr("passes.views.training.AddTraining.page_size", 2)
    url, cubes, columns = add_url(shelf), key("DAT-3"), key("DAT-2")
    page = client.post(url, {"show": "rows", "q": "cubes", "ids": [cubes]}, headers=ROWS)
    assert (ticked(page), kept(page)) == ([cubes], "")
    page = client.post(url, {"show": "rows", "q": "charts", "ids": [cubes]}, headers=ROWS)
    assert (ticked(page), kept(page)) == ([], cubes)
    assert "1 ticked on another page." in text(page)
    page = client.post(
        url, {"show": "page-2", "ids": [], "kept": cubes, "kind": "course"}, headers=ROWS
    )
    assert "3–4 of 4 that match." in text(page)
    assert (ticked(page), kept(page)) == ([cubes], "")
    page = client.post(
        url,
        {"show": "page-1", "ids": [cubes, columns], "kept": "", "kind": "course"},
        headers=ROWS,
    )
    assert "1–2 of 4 that match. 2 ticked on other pages." in text(page)
    assert kept(page) == f"{cubes},{columns}"
    answer = client.post(
        url, {"kept": kept(page), "event_types": EventType.values, "operation": "a"}, headers=HTMX
    )
    assert (answer.status_code, "pass_types:changed" in answer["HX-Trigger"]) == (204, True)
    added = shelf.inclusions.values_list("item__title", flat=True)
    assert sorted(added) == ["Coaching", "Columns", "Cubes"]


def test_everything_that_matches_is_ticked_at_once(client, shelf, monkeypatch):
    monkeypatch.setattr("passes.views.training.AddTraining.page_size", 2)
    url, charts = add_url(shelf), key("DAT-1")
    page = client.post(url, {"show": "all", "kind": "course", "kept": "e999"}, headers=ROWS)
    assert sorted([*ticked(page), *kept(page).split(",")]) == sorted(
        [charts, key("DAT-2"), key("DAT-3"), "e999"]
    )
    answer = client.post(
        url,
        {"kept": kept(page), "ids": ticked(page), "event_types": EventType.values},
        headers=HTMX,
    )
    assert answer.status_code == 204
    assert shelf.inclusions.count() == 4


def test_courses_are_added_with_the_chosen_types_of_events(client, shelf):
    answers = {"ids": [key("DAT-1"), key("PATH-1")], "event_types": ["lms"]}
    assert send(client, add_url(shelf), answers).status_code == 204
    assert dict(shelf.inclusions.values_list("item__code", "event_types")) == {
        "LED-1": [],
        "DAT-1": ["lms"],
        "PATH-1": [],
    }


def test_what_is_in_cannot_be_added_twice(client, shelf):
    answers = {"ids": [key("LED-1"), key("LED-1-A")], "event_types": EventType.values}
    assert send(client, add_url(shelf), answers).status_code == 204
    assert shelf.inclusions.count() == 1
    assert JournalRow.objects.count() == 0


def test_nothing_ticked_is_refused_and_so_is_nonsense(client, shelf):
    answer = send(client, add_url(shelf), {"event_types": EventType.values})
    assert (answer.status_code, "Tick at least one training." in text(answer)) == (422, True)
    nonsense = {"ids": ["x1", "i", "i-1", "e9e9", "i" + "9" * 40], "event_types": ["lms"]}
    assert send(client, add_url(shelf), nonsense).status_code == 422
    answer = send(client, add_url(shelf), {"ids": [key("DAT-1")], "event_types": []})
    assert "Tick at least one type of event." in text(answer)
    assert ticked(answer) == [key("DAT-1")]


def test_without_scripts_browsing_is_an_ordinary_form(client, shelf):
    page = client.post(add_url(shelf), {"show": "rows", "q": "cubes", "kept": "e5"})
    assert page.status_code == 200
    assert "Skip to the content" in text(page)
    assert (kept(page), 'value="cubes"' in html(page)) == ("e5", True)
    answer = client.post(add_url(shelf), {"ids": [key("DAT-3")], "event_types": EventType.values})
    assert answer.status_code == 302


@pytest.mark.parametrize("number", [1, 3, 300])
def test_the_dialog_takes_the_same_queries_for_any_number(client, count_queries, number):
    courses = several(CourseFactory(), number)
    several(
        EventFactory(course=courses[0], sessions=False), number, course=lambda n: courses[n + 1]
    )
    course = courses[-1]
    for _each in range(min(number, 30)):
        PassTypeFactory(opens=[course])
    made = PassTypeFactory(opens=[course])
    shown = count_queries(lambda: client.get(add_url(made), headers=HTMX))
    browsed = count_queries(
        lambda: client.post(add_url(made), {"show": "rows", "q": "c"}, headers=ROWS)
    )
    assert (shown, browsed) == (12, 10)


# Removing


def test_a_removal_is_previewed_in_numbers_and_then_done(client, shelf, follow, kestrel):
    option = PassOptionFactory(pass_type=shelf)
    contact = ContactFactory(account=kestrel)
    for _each in range(3):
        PassFactory(option=option, account=kestrel, contact=contact)
    url = f"/pass-types/{shelf.pk}/training/removal/?ids={shelf.inclusions.get().pk}"
    shown = text(client.get(url, headers=HTMX))
    assert "Remove from this pass Mine" in shown
    assert "1 training closes at once for 3 active passes and 1 learner, unless" in shown
    assert "Coaching" in shown
    assert "Whoever has registered for it through a pass keeps it until that pass ends." in shown
    assert send(client, url).status_code == 204
    assert shelf.inclusions.count() == 0


def test_everything_that_the_filters_match_is_removed_in_bulk(client, follow):
    courses = [CourseFactory(title=f"Spreadsheets {n}") for n in range(120)]
    made = PassTypeFactory(opens=[*courses, CourseFactory(title="Coaching")])
    url = f"/pass-types/{made.pk}/training/removal/?q=spread&all=1"
    assert "120 trainings close." in text(client.get(url, headers=HTMX))
    assert send(client, url).status_code == 204
    assert [each.item.title for each in made.inclusions.all()] == ["Coaching"]


def test_removing_what_is_gone_says_so(client, shelf):
    url = f"/pass-types/{shelf.pk}/training/removal/?ids=999"
    said = text(client.get(url, headers=HTMX))
    assert "Nothing is ticked, or it was removed meanwhile." in said


def test_a_course_is_narrowed_to_types_of_events(client, shelf, follow, kestrel):
    PassFactory(option=PassOptionFactory(pass_type=shelf), account=kestrel)
    row = shelf.inclusions.get()
    url = f"/pass-types/{shelf.pk}/training/{row.pk}/events/"
    assert "Change Events Mine: Coaching" in text(client.get(url, headers=HTMX))
    answers = {"event_types": ["classroom"]}
    part = client.post(url, answers | {"show": "preview"}, headers=HTMX)
    assert "Coaching: Blended, LMS events" in text(part)
    digest = re.search(r'name="digest" value="(\w+)"', html(part))[1]
    answer = client.post(url, answers | {"digest": digest}, headers=HTMX)
    assert answer.status_code == 204
    row.refresh_from_db()
    assert row.event_types == ["classroom"]


# On the pages of the catalogue


def panel_of(client, thing):
    which = "items" if isinstance(thing, Item) else "events"
    return client.get(f"/{which}/{thing.pk}/pass-types/", headers=HTMX)


def test_an_item_says_which_pass_types_include_it(client, shelf):
    charts = Item.objects.get(code="DAT-1")
    said = text(panel_of(client, charts))
    assert "Training Passes 1 Add to Pass Types" in said
    assert "Data Skills Active All events" in said
    path = Item.objects.get(code="PATH-1")
    assert "No training pass opens it." in text(panel_of(client, path))
    event = Event.objects.get(code="LED-1-A")
    said = text(panel_of(client, event))
    assert "Mine Active Through its course" in said
    assert "removal" not in said


def test_an_item_is_added_to_pass_types_there_and_removed(client, shelf, follow):
    cubes = Item.objects.get(code="DAT-3")
    PassTypeFactory(name="Old", status="archived")
    url = f"/items/{cubes.pk}/pass-types/new/"
    shown = text(client.get(url, headers=HTMX))
    assert "Add to Pass Types Cubes" in shown
    assert ("Data Skills" in shown, "Mine" in shown, "Old" in shown) == (True, True, False)
    answer = send(client, url, {"pass_types": [shelf.pk], "event_types": ["lms"]})
    assert answer.status_code == 204
    row = Inclusion.objects.get(item=cubes)
    assert (row.pass_type, row.event_types) == (shelf, ["lms"])
    panel = client.get(f"/items/{cubes.pk}/pass-types/", headers=HTMX)
    assert "Mine Active LMS" in text(panel)
    remove = f"/pass-types/{shelf.pk}/training/removal/?ids={row.pk}"
    assert remove in html(panel)
    assert send(client, remove).status_code == 204
    assert "No training pass opens it." in text(
        client.get(f"/items/{cubes.pk}/pass-types/", headers=HTMX)
    )


def test_an_event_is_added_by_itself(client, shelf):
    event = Event.objects.get(code="DAT-1-A")
    url = f"/events/{event.pk}/pass-types/new/"
    answer = send(client, url, {"pass_types": [shelf.pk]})
    assert answer.status_code == 204
    assert Inclusion.objects.get(event=event).pass_type == shelf
    answer = send(client, url, {"pass_types": []})
    assert "Tick at least one pass type." in text(answer)


def test_the_panels_are_for_those_who_may(browse, organisation, shelf):
    role = Group.objects.create(name="Onlooker")
    role.permissions.add(Permission.objects.get(codename="view_passes"))
    user = UserFactory(is_staff=True)
    nobody = browse(user)
    course, event = Item.objects.get(code="LED-1"), Event.objects.get(code="LED-1-A")
    assert nobody.get(f"/items/{course.pk}/pass-types/").status_code == 403
    user.groups.add(role)
    page = nobody.get(f"/items/{course.pk}/pass-types/")
    assert (page.status_code, "Add to Pass Types" in text(page)) == (200, False)
    for address in (f"/items/{course.pk}/pass-types/new/", f"/events/{event.pk}/pass-types/new/"):
        assert nobody.get(address).status_code == 403


def test_panels_are_registered_for_courses_paths_and_events():
    mine = [panel for panel in register.all_of().panels if panel.name == "pass types"]
    assert {panel.page: panel.render for panel in mine} == {
        "course": in_types.item_panel,
        "path": in_types.item_panel,
        "event": in_types.event_panel,
    }
