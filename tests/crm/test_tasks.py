import datetime

import pytest

from crm import archiving, notes, opportunities, tasks
from crm.models import Change, Note, Task, TaskState
from tests.factories import ContactFactory, UserFactory, copies
from tms.models import AuditRow, JournalRow
from tms.refusals import Refusal, Stale

from .test_pages import HTMX, staff, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]

TOMORROW = datetime.date(2026, 11, 23)
TODAY = datetime.date(2026, 11, 22)
YESTERDAY = datetime.date(2026, 11, 21)


@pytest.fixture
def deal(kestrel, who):
    return opportunities.create(account=kestrel, name="Ten passes", **who)


@pytest.fixture
def client(browse, office):
    return browse(office)


# The verbs


def test_a_task_is_about_one_of_three_and_is_told_in_their_history(ada, kestrel, deal, who, told):
    for owner in (ada, kestrel, deal):
        tasks.add(owner, title="Ring", due_on=TOMORROW, **who)
    found = list(Task.objects.order_by("pk"))
    assert [task.owner for task in found] == [ada, kestrel, deal]
    assert {task.assignee for task in found} == {who["by"]}
    assert told(contact_id=ada.pk) == ["task.added"]
    rows = JournalRow.objects.filter(kind="task.added").order_by("id")
    assert [(row.account_id, row.contact_id) for row in rows] == [
        (kestrel.pk, ada.pk),
        (kestrel.pk, None),
        (kestrel.pk, None),
    ]


def test_its_words_stand_where_they_can_be_erased_and_nowhere_else(ada, who):
    task = tasks.add(ada, title="Ring Zoe", details="On Zoe's phone", **who)
    tasks.edit(task.pk, details="Or Zoe's other phone", **who)
    note = notes.add(ada, text="Zoe likes tea", **who)
    notes.edit(note.pk, text="Zoe likes coffee", **who)
    for row in JournalRow.objects.all():
        assert "Zoe" not in f"{row.before}{row.after}"
    for row in AuditRow.objects.filter(model__in=["crm.task", "crm.note"]):
        assert "Zoe" not in f"{row.before}{row.after}"
    assert Change.objects.filter(contact=ada).count() == 4


def test_edited_ticked_and_removed_each_once(ada, who, told):
    task = tasks.add(ada, title="Ring", **who)
    assert tasks.edit(task.pk, title="Ring", **who).version == 0
    tasks.edit(task.pk, version=0, title="Write", **who)
    with pytest.raises(Stale):
        tasks.edit(task.pk, version=0, title="Ring", **who)
    for _again in range(2):
        assert tasks.tick(task.pk, **who).done_at == who["at"]
    for _again in range(2):
        assert tasks.untick(task.pk, **who).done_by is None
    for _again in range(2):
        tasks.remove(task.pk, **who)
    assert told(contact_id=ada.pk) == [
        "task.added",
        "task.edited",
        "task.done",
        "task.not_done",
        "task.removed",
    ]
    with pytest.raises(Refusal, match="removed meanwhile"):
        tasks.tick(task.pk, **who)


def test_what_can_not_be_is_refused_in_a_sentence(ada, who):
    learner = UserFactory(name="Lea")
    with pytest.raises(Refusal, match="Say what is to be done"):
        tasks.add(ada, title=" ", **who)
    with pytest.raises(Refusal, match="Lea doesn't work in the back office"):
        tasks.add(ada, title="Ring", assignee=learner, **who)
    with pytest.raises(Refusal, match="nothing to note"):
        notes.add(ada, text=" \n", **who)
    archiving.archive_contact(ada.pk, **who)
    for verb in (
        lambda: tasks.add(ada, title="Ring", **who),
        lambda: notes.add(ada, text="Left", **who),
    ):
        with pytest.raises(Refusal, match="Ada Lindqvist is archived"):
            verb()
    assert not Task.objects.exists()
    assert not Note.objects.exists()


@pytest.mark.parametrize(
    ("due_on", "done", "state"),
    [
        (None, False, TaskState.OPEN),
        (TOMORROW, False, TaskState.OPEN),
        (TODAY, False, TaskState.TODAY),
        (YESTERDAY, False, TaskState.OVERDUE),
        (YESTERDAY, True, TaskState.DONE),
    ],
)
def test_the_state_of_one_and_of_many_is_the_same(ada, who, due_on, done, state):
    task = tasks.add(ada, title="Ring", due_on=due_on, **who)
    if done:
        task = tasks.tick(task.pk, **who)
    assert task.state_on(TODAY) == state
    found = {each for each in TaskState if Task.objects.in_state(each, TODAY).exists()}
    waiting = {TaskState.OPEN} if not done else set()
    assert found == waiting | {state}


# The list


def test_the_list_says_whose_and_which(ada, kestrel, deal, client, who, office):
    other = UserFactory(name="Otto Other", is_staff=True)
    tasks.add(ada, title="Late one", due_on=YESTERDAY, **who)
    tasks.add(kestrel, title="Todays one", due_on=TODAY, assignee=other, **who)
    tasks.add(deal, title="Some day", **who)
    done = tasks.add(ada, title="Done one", due_on=TODAY, **who)
    tasks.tick(done.pk, **who)

    def titles(query=""):
        said = text_of(client.get(f"/tasks/{query}"))
        every = ("Late one", "Todays one", "Some day", "Done one")
        return sorted((t for t in every if t in said), key=said.index)

    assert titles() == ["Late one", "Todays one", "Some day"]
    assert titles("?whose=mine") == ["Late one", "Some day"]
    assert titles(f"?assignee={other.pk}") == ["Todays one"]
    assert titles("?state=overdue") == ["Late one"]
    assert titles("?state=today") == ["Todays one"]
    assert titles("?state=done") == ["Done one"]
    assert titles("?state=all&q=one&due_to=2026-11-22") == ["Late one", "Todays one", "Done one"]


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_list_costs_the_same_for_any_number(n, kestrel, client, count_queries, who):
    people = [ContactFactory(account=kestrel)]
    people += copies(people[0], n - 1, email=lambda n: f"number{n}@example.com")
    first = tasks.add(people[0], title="Ring", due_on=YESTERDAY, **who)
    copies(first, n - 1, contact=lambda n: people[n])
    assert count_queries(lambda: client.get("/tasks/")) == 5


def test_who_may_not_see_opportunities_sees_their_own_tasks_about_them(deal, browse, who, client):
    clerk = staff("crm.view_people")
    tasks.add(deal, title="Secret one", **who)
    own = tasks.add(deal, title="Own one", assignee=clerk, **who)
    for _look in range(3):  # the statements of who sees everything are nobody else's
        assert "Secret one" in text_of(client.get("/tasks/"))
        said = text_of(browse(clerk).get("/tasks/"))
        assert "Own one" in said
        assert "Secret one" not in said
    assert browse(clerk).get(f"/opportunities/{deal.pk}/tasks/", headers=HTMX).status_code == 403
    assert browse(clerk).post(f"/tasks/{own.pk}/done/", headers=HTMX).status_code == 204


# The pages


def test_tasks_are_added_ticked_and_taken_up_again_on_the_page(ada, client, office):
    address = f"/contacts/{ada.pk}/tasks/creation/"
    answers = {"title": "Send the plan", "due_on": "2026-11-21", "assignee": office.pk}
    done = client.post(address, answers, headers=HTMX)
    assert (done.status_code, "tasks:changed" in done["HX-Trigger"]) == (204, True)
    (task,) = Task.objects.all()
    said = text_of(client.get(f"/contacts/{ada.pk}/"))
    assert "Send the plan Olive Office, due 21 Nov 2026 Overdue" in said
    assert client.post(f"/tasks/{task.pk}/done/", headers=HTMX).status_code == 204
    part = text_of(client.get(f"/contacts/{ada.pk}/tasks/", headers=HTMX))
    assert "Send the plan Olive Office, done 22 Nov 2026" in part
    client.post(f"/tasks/{task.pk}/not-done/", headers=HTMX)
    page = client.get(f"/tasks/{task.pk}/editing/", headers=HTMX).content.decode()
    assert 'value="2026-11-21"' in page
    gone = client.post(f"/tasks/{task.pk}/removal/", headers=HTMX)
    assert gone.status_code == 204
    assert "Nothing to do here." in text_of(client.get(f"/contacts/{ada.pk}/"))
    history = text_of(client.get(f"/contacts/{ada.pk}/history/"))
    for sentence in ("Task added: Send the plan", "Task removed: Send the plan"):
        assert sentence in history


def test_without_scripts_a_tick_leads_back_to_where_it_was(ada, client, who):
    task = tasks.add(ada, title="Ring", **who)
    here = f"http://testserver/contacts/{ada.pk}/"
    assert client.post(f"/tasks/{task.pk}/done/", headers={"Referer": here})["Location"] == here


def test_notes_are_added_edited_and_the_older_ones_opened(kestrel, client, who):
    for n in range(6):
        notes.add(kestrel, text=f"Note number {n}", **who)
    said = text_of(client.get(f"/accounts/{kestrel.pk}/"))
    assert "Note number 5" in said
    assert "All notes" in said
    url = f"/accounts/{kestrel.pk}/notes/"
    assert "Note number 0" not in text_of(client.get(url, headers=HTMX))
    assert "Note number 0" in text_of(client.get(f"{url}?all_notes=1", headers=HTMX))
    note = Note.objects.latest("pk")
    client.post(f"/notes/{note.pk}/editing/", {"text": "Better", "version": 0}, headers=HTMX)
    stale = client.post(f"/notes/{note.pk}/editing/", {"text": "No", "version": 0}, headers=HTMX)
    assert stale.status_code == 422
    assert client.post(f"/notes/{note.pk}/removal/", headers=HTMX).status_code == 204
    assert Note.objects.count() == 5


def test_who_only_looks_changes_nothing_but_ticks_their_own(ada, browse, who):
    clerk = staff("crm.view_people")
    client = browse(clerk)
    own = tasks.add(ada, title="Mine", assignee=clerk, **who)
    other = tasks.add(ada, title="Theirs", **who)
    note = notes.add(ada, text="Noted", **who)
    page = client.get(f"/contacts/{ada.pk}/").content.decode()
    assert f"/tasks/{own.pk}/done/" in page
    for word in (f"/tasks/{other.pk}/done/", "/editing/", "/removal/", "/creation/"):
        assert word not in page
    for address in (
        f"/tasks/{other.pk}/done/",
        f"/tasks/{own.pk}/editing/",
        f"/tasks/{own.pk}/removal/",
        f"/notes/{note.pk}/editing/",
        f"/contacts/{ada.pk}/tasks/creation/",
        f"/contacts/{ada.pk}/notes/creation/",
    ):
        assert client.post(address, headers=HTMX).status_code == 403, address
    assert client.post(f"/tasks/{own.pk}/done/", headers=HTMX).status_code == 204


def test_my_day_has_what_is_mine_the_most_pressing_first(ada, kestrel, client, browse, who):
    clerk = UserFactory(name="Cleo", is_staff=True)
    tasks.add(ada, title="Some day", **who)
    tasks.add(kestrel, title="Late", due_on=YESTERDAY, **who)
    tasks.add(kestrel, title="For Cleo", due_on=YESTERDAY, assignee=clerk, **who)
    said = text_of(client.get("/dashboard/"))
    day = said[said.index("My day") :]
    assert day.index("Late") < day.index("Some day")
    assert "For Cleo" not in day
    part = text_of(client.get("/tasks/mine/", headers=HTMX))
    assert part.startswith("My day")
    # Whose role includes nothing else is told of their own all the same.
    said = text_of(browse(clerk).get("/dashboard/"))
    assert "For Cleo Kestrel Rail Group, due 21 Nov 2026 Overdue" in said
