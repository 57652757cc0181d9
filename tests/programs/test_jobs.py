"""More than 200 at once: refused and previewed here and now, done by a job, and followed."""

import datetime

import pytest

from passes.models import Pass
from tests.factories import PassFactory, PassOptionFactory
from tms import jobs
from tms.models import ApiKey, AuditRow, Job, JournalRow

pytestmark = pytest.mark.django_db
MANY = 201


@pytest.fixture
def many(kestrel):
    """201 passes that nobody holds."""
    option = PassOptionFactory()
    made = PassFactory.build_batch(MANY, option=option, pass_type=option.pass_type, account=kestrel)
    return [pass_.pk for pass_ in Pass.objects.bulk_create(made)]


def cancelled():
    return Pass.objects.exclude(cancelled_at=None).count()


def test_many_are_cancelled_by_a_job_that_the_program_follows(program, many, office, clock):
    able = program("passes:cancel")
    shown = able.post("/passes/cancellation", {"passes": many, "preview": True}).json()
    assert (shown["count"], len(shown["passes"]), shown["preview"]) == (MANY, 200, True)
    assert (cancelled(), Job.objects.count()) == (0, 0)
    body = {"passes": many, "digest": shown["digest"], "reason": "Closing down"}
    answer = able.post("/passes/cancellation", body, key="one")
    asked = answer.json()
    assert (answer.status_code, answer["Location"]) == (202, asked["address"])
    assert (asked["title"], asked["state"], asked["total"]) == (
        "Cancel Training Passes",
        "waiting",
        MANY,
    )
    again = able.post("/passes/cancellation", body, key="one")
    assert (again.status_code, again.content, again["Location"]) == (
        202,
        answer.content,
        answer["Location"],
    )
    assert (cancelled(), Job.objects.count()) == (0, 1)
    path = asked["address"].removeprefix("/api/v1")
    assert able.get(path).json() == asked
    clock.move(minutes=1)
    assert jobs.run(asked["id"], at=clock.at)
    told = able.get(path).json()
    assert (told["state"], told["done"]) == ("done", MANY)
    assert told["sentences"] == ["201 passes were cancelled."]
    assert able.get("/jobs?state=done").json()["items"] == [told]
    assert able.get("/jobs?state=failed").json()["items"] == []
    assert cancelled() == MANY
    facts = JournalRow.objects.filter(kind="pass.cancelled")
    said = set(facts.values_list("source", "key_id", "by_id", "operation", "reason"))
    key = Job.objects.get().key_id
    assert said == {("api", key, office.pk, "one", "Closing down")}
    trail = AuditRow.objects.filter(source="job", key_id=key)
    assert trail.count() >= MANY


def test_what_can_not_be_done_is_refused_before_any_job(program, many, clock):
    Pass.objects.filter(pk=many[7]).update(cancelled_at=clock.at)
    answer = program().post("/passes/cancellation", {"passes": many})
    assert (answer.status_code, Job.objects.count()) == (422, 0)


def test_many_are_given_and_extended_by_jobs(program, many, kestrel, clock):
    able, option = program(), Pass.objects.get(pk=many[0]).option
    body = {
        "option": option.pk,
        "account": kestrel.pk,
        "unassigned": MANY,
        "starts_on": "2027-01-01",
        "external_ids": ["SO-1"],
    }
    given = able.post("/passes", body).json()
    extended = able.post("/passes/extension", {"passes": many, "expires_on": "2028-06-01"}).json()
    for job in (given, extended):
        assert jobs.run(job["id"], at=clock.at)
        assert able.get(f"/jobs/{job['id']}").json()["detail"] is None
    new = Pass.objects.exclude(pk__in=many)
    assert set(new.values_list("starts_on", "source")) == {(datetime.date(2027, 1, 1), "api")}
    assert new.count() == MANY
    ends = Pass.objects.filter(pk__in=many).values_list("expires_on", flat=True)
    assert set(ends) == {datetime.date(2028, 6, 1)}


def test_what_a_job_could_not_do_is_said(program, many, clock):
    able = program()
    job = able.post("/passes/cancellation", {"passes": many}).json()
    Pass.objects.filter(pk=many[0]).update(cancelled_at=clock.at)
    jobs.run(job["id"], at=clock.at)
    told = able.get(f"/jobs/{job['id']}").json()
    assert (told["state"], told["sentences"], cancelled()) == ("failed", [], 1)
    assert "cancelled" in told["detail"]


def test_a_key_sees_only_what_it_asked_for(program, many, office, clock):
    mine, other = program(), program()
    job = mine.post("/passes/cancellation", {"passes": many}).json()
    by_page = jobs.start(verb="x.y", title="Export", arguments={}, by=office, at=clock.at)
    assert [each["id"] for each in mine.get("/jobs").json()["items"]] == [job["id"]]
    assert other.get("/jobs").json()["items"] == []
    assert other.get(f"/jobs/{job['id']}").status_code == 404
    assert mine.get(f"/jobs/{by_page.pk}").status_code == 404


def test_a_list_of_jobs_costs_the_same_with_1_3_and_300(program, office, clock, count_queries):
    able, costs = program("passes:read"), []
    key = ApiKey.objects.get().pk
    for more in (1, 2, 297):
        Job.objects.bulk_create(
            Job(verb="x.y", title="Export", by=office, key_id=key, asked_at=clock.at)
            for _number in range(more)
        )
        costs.append(count_queries(lambda: able.get("/jobs?limit=200")))
    assert costs == [3, 3, 3]
