"""Tasks, notes and merging by program."""

import pytest

from crm import notes, opportunities, tasks
from crm.models import Contact, Note, Task
from tests.crm.test_api import problem
from tests.crm.test_pages import staff
from tests.factories import AccountFactory, ContactFactory, UserFactory
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def able(program):
    return program("tasks:read", "tasks:write")


@pytest.fixture
def half(program):
    """Of somebody who sees no opportunities."""
    return program("tasks:read", "tasks:write", by=staff("crm.view_people", "crm.change_people"))


@pytest.fixture
def deal(kestrel, who):
    return opportunities.create(account=kestrel, name="Spring intake", **who)


def test_a_task_is_added_changed_done_and_removed(able, ada, office):
    made = able.post("/tasks", {"contact": ada.pk, "title": "Ring", "due_on": "2026-11-20"})
    assert made.status_code == 201
    pk = Task.objects.get().pk
    assert made.json() == {
        "id": pk,
        "contact": ada.pk,
        "account": None,
        "opportunity": None,
        "title": "Ring",
        "details": "",
        "due_on": "2026-11-20",
        "assignee": office.pk,
        "made_at": "2026-11-22T09:00:00Z",
        "done_at": None,
        "done_by": None,
        "version": 0,
    }
    path, bo = f"/tasks/{pk}", UserFactory(is_staff=True)
    changed = able.patch(path, {"assignee": bo.pk, "due_on": None, "version": 0}).json()
    assert (changed["assignee"], changed["due_on"], changed["version"]) == (bo.pk, None, 1)
    assert able.patch(path, {"title": "X", "version": 0}).status_code == 409
    assert able.post(f"{path}/done").json()["done_by"] == office.pk
    assert able.post(f"{path}/done").json()["version"] == 2
    assert able.post(f"{path}/not-done").json()["done_at"] is None
    assert able.post(f"{path}/removal").json()["title"] == "Ring"
    assert able.get(path).status_code == 404
    assert JournalRow.objects.filter(kind__startswith="task.", source="api").count() == 5


def test_tasks_are_listed_by_state_assignee_and_about_whom(able, ada, kestrel, deal, who, clock):
    bo = UserFactory(is_staff=True)
    late = tasks.add(ada, title="Late", due_on=who["on"].replace(day=20), **who)
    today = tasks.add(kestrel, title="Today", due_on=who["on"], **who)
    theirs = tasks.add(deal, title="Theirs", assignee=bo, **who)
    tasks.tick(tasks.add(deal, title="Done", **who).pk, **who)

    def listed(query):
        return [each["title"] for each in able.get(f"/tasks?{query}").json()["items"]]

    assert listed("state=open") == [late.title, today.title, theirs.title]
    assert [listed(f"state={each}") for each in ("overdue", "today", "done")] == [
        ["Late"],
        ["Today"],
        ["Done"],
    ]
    assert listed(f"assignee={bo.pk}") == ["Theirs"]
    assert listed(f"contact={ada.pk}") == ["Late"]
    assert listed(f"account={kestrel.pk}") == ["Today"]
    assert listed(f"opportunity={deal.pk}") == ["Theirs", "Done"]


def test_it_is_about_one_and_for_a_colleague(able, ada, kestrel):
    for body, field in (
        ({"title": "X"}, "contact"),
        ({"title": "X", "contact": ada.pk, "account": kestrel.pk}, "contact"),
        ({"title": "X", "contact": 9_999}, "contact"),
        ({"title": "X", "contact": ada.pk, "assignee": ada.user_id}, "assignee"),
        ({"contact": ada.pk}, "title"),
    ):
        assert problem(able.post("/tasks", body))[:2] == (422, field)
    assert not Task.objects.exists()


def test_what_is_about_opportunities_takes_their_permission(half, deal, ada, who):
    hidden = tasks.add(deal, title="Theirs", **who)
    noted = notes.add(deal, text="Theirs", **who)
    for path in (f"/tasks/{hidden.pk}", f"/notes/{noted.pk}"):
        assert half.get(path).status_code == 404
        assert (
            half.patch(path, {"text": "X"} if "notes" in path else {"title": "X"}).status_code
            == 404
        )
        assert half.post(f"{path}/removal").status_code == 404
    assert half.get("/tasks").json()["items"] == half.get("/notes").json()["items"] == []
    assert half.post("/notes", {"opportunity": deal.pk, "text": "X"}).status_code == 403
    assert half.post("/tasks", {"opportunity": deal.pk, "title": "X"}).status_code == 403
    assert half.post("/tasks", {"contact": ada.pk, "title": "X"}).status_code == 201


def test_who_may_only_look_at_opportunities_changes_nothing_about_one(program, deal, who):
    sees = staff("crm.view_people", "crm.change_people", "crm.view_opportunities")
    looking = program("tasks:read", "tasks:write", by=sees)
    task = tasks.add(deal, title="Theirs", **who)
    note = notes.add(deal, text="Theirs", **who)
    for path, body in ((f"/tasks/{task.pk}", {"title": "X"}), (f"/notes/{note.pk}", {"text": "X"})):
        assert looking.get(path).status_code == 200
        assert looking.patch(path, body).status_code == 403
        assert looking.post(f"{path}/removal").status_code == 403
    assert looking.post(f"/tasks/{task.pk}/done").status_code == 403
    task.refresh_from_db()
    note.refresh_from_db()
    assert (task.title, task.done_at, note.text) == ("Theirs", None, "Theirs")


def test_a_note_is_added_changed_and_removed(able, kestrel, office):
    made = able.post("/notes", {"account": kestrel.pk, "text": "Rang.\n\nNo answer."})
    pk = Note.objects.get().pk
    assert (made.status_code, made.json()) == (
        201,
        {
            "id": pk,
            "contact": None,
            "account": kestrel.pk,
            "opportunity": None,
            "text": "Rang.\n\nNo answer.",
            "author": office.pk,
            "at": "2026-11-22T09:00:00Z",
            "edited_at": None,
            "version": 0,
        },
    )
    path = f"/notes/{pk}"
    assert able.patch(path, {"text": "Answered", "version": 0}).json()["version"] == 1
    assert problem(able.patch(path, {"text": " "}))[:2] == (422, "text")
    assert able.get(f"/notes?account={kestrel.pk}").json()["items"][0]["text"] == "Answered"
    assert able.get("/notes?contact=1").json()["items"] == []
    assert able.post(f"{path}/removal").json()["text"] == "Answered"
    assert not Note.objects.exists()


def test_two_that_are_one_are_merged_after_a_preview(program, ada, kestrel):
    able = program("people:merge", "people:read")
    bo = ContactFactory(last_name="Double", phone="+46 70", account=AccountFactory())
    path, body = f"/contacts/{ada.pk}/merging", {"double": bo.pk, "version": 0}
    seen = able.post(path, body | {"preview": True}).json()
    assert seen["preview"]
    assert seen["consequences"][0]["sentence"].endswith("This can't be undone.")
    assert able.post(path, body | {"version": 7}).status_code == 409
    assert Contact.objects.get(pk=bo.pk).merged_into is None
    done = able.post(path, body | {"digest": seen["digest"]})
    assert (done.status_code, done.json()["changed"]["phone"]) == (200, "+46 70")
    assert able.get(f"/contacts/{bo.pk}").json()["merged_into"] == ada.pk
    assert problem(able.post(path, {"double": ada.pk}))[0] == 422
    assert problem(able.post(path, {"double": 9_999}))[:2] == (422, "double")
    northwind = AccountFactory()
    path, body = f"/accounts/{kestrel.pk}/merging", {"double": northwind.pk}
    assert able.post(path, body | {"version": 7}).status_code == 409
    assert able.get(f"/accounts/{northwind.pk}").json()["merged_into"] is None
    assert able.post(path, body).status_code == 200
    assert able.get(f"/accounts/{northwind.pk}").json()["merged_into"] == kestrel.pk


def test_merging_takes_its_own_scope(program, ada):
    able = program("people:read", "people:write")
    assert able.post(f"/contacts/{ada.pk}/merging", {"double": ada.pk}).status_code == 403
