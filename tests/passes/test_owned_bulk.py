"""What the office does with several passes at once: all of it or none, and said before."""

import datetime

import pytest

from passes import bulk, lifecycle
from passes.models import Pass, Status
from tests.factories import ContactFactory, PassFactory, PassOptionFactory
from tests.passes.conftest import TODAY
from tms import jobs
from tms.models import Job, JournalRow

day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db


def ids(passes):
    return "&".join(f"ids={pass_.pk}" for pass_ in passes)


def expiries():
    return set(Pass.objects.values_list("expires_on", flat=True))


@pytest.fixture
def free(issue):
    """Three unassigned passes of Kestrel."""
    return [issue(contact=None) for _number in range(3)]


@pytest.fixture
def people(kestrel):
    return [ContactFactory(first_name=name, account=kestrel) for name in ("Jonas", "Piet")]


# Extending and cancelling


def test_several_passes_are_extended_to_one_day(dialog, free):
    opened = dialog(f"/passes/extensions/?{ids(free[:2])}")
    html = opened.look(expires_on="2028-06-01")
    assert "Last until 1 June 2028 then" in html
    assert f"Leadership Library #{free[0].pk}, Unassigned, until 22 November 2027 now" in html
    assert opened.send(expires_on="2028-06-01", reason="A gift").status_code == 204
    assert sorted(Pass.objects.values_list("expires_on", flat=True)) == [
        day("2027-11-22"),
        day("2028-06-01"),
        day("2028-06-01"),
    ]
    reasons = JournalRow.objects.filter(kind="pass.extended").values_list("reason", flat=True)
    assert list(reasons) == ["A gift", "A gift"]


def test_none_is_extended_where_one_would_become_shorter(dialog, free, clock, office):
    lifecycle.extend(
        free[0].pk, version=0, expires_on=day("2029-01-01"), at=clock.at, on=TODAY, by=office
    )
    opened = dialog(f"/passes/extensions/?{ids(free)}")
    html = opened.look(expires_on="2028-06-01")
    assert "1 of them last longer than 1 June 2028 already" in html
    assert opened.send(expires_on="2028-06-01").status_code == 422
    assert expiries() == {day("2029-01-01"), day("2027-11-22")}


def test_several_passes_are_cancelled_after_they_were_named(dialog, free, issue, kestrel):
    passes = [free[0], issue()]
    opened = dialog(f"/accounts/{kestrel.pk}/passes/cancellations/?{ids(passes)}")
    assert "2 passes of Kestrel Rail Group" in opened.html
    assert f"Leadership Library #{passes[1].pk}, Ada Lindqvist" in opened.html
    assert [opened.send(reason="").status_code for _press in (1, 2)] == [204, 204]
    found = Pass.objects.in_status(Status.CANCELLED, TODAY)
    assert set(found.values_list("pk", flat=True)) == {pass_.pk for pass_ in passes}
    assert JournalRow.objects.filter(kind="pass.cancelled").count() == 2


def test_one_that_is_cancelled_already_stops_all(dialog, free, clock, office):
    lifecycle.cancel(free[0].pk, version=0, at=clock.at, on=TODAY, by=office)
    opened = dialog(f"/passes/cancellations/?{ids(free)}")
    assert f"Leadership Library #{free[0].pk}: It is cancelled already." in opened.html
    assert 'type="submit"' not in opened.html
    assert opened.send(reason="").status_code == 422
    assert Pass.objects.filter(cancelled_at=None).count() == 2


def test_what_was_ticked_and_grew_meanwhile_is_shown_again(dialog, free, issue, kestrel):
    opened = dialog(f"/accounts/{kestrel.pk}/passes/cancellations/?all=1&status=active")
    assert "3 passes of Kestrel Rail Group" in opened.html
    issue()
    answer = opened.send(reason="")
    assert answer.status_code == 422
    assert "4 passes of Kestrel Rail Group" in answer.content.decode()
    assert Pass.objects.filter(cancelled_at=None).count() == 4


def test_the_tab_of_one_account_reaches_no_pass_of_another(dialog, free, kestrel):
    other = PassFactory()
    opened = dialog(f"/accounts/{kestrel.pk}/passes/cancellations/?ids={other.pk}")
    assert "Tick the passes first." in opened.html
    assert opened.send(reason="").status_code == 422
    assert Pass.objects.get(pk=other.pk).cancelled_at is None


@pytest.mark.parametrize("query", ["", "ids=", "ids=x", "ids=99999999999999999999", "ids=0"])
def test_nothing_ticked_is_said(dialog, free, query):
    assert "Tick the passes first." in dialog(f"/passes/cancellations/?{query}").html


def test_what_a_role_does_not_allow_is_refused(someone, free, kestrel):
    support = someone("Support")
    for url in (
        f"/passes/extensions/?{ids(free)}",
        f"/passes/cancellations/?{ids(free)}",
        f"/accounts/{kestrel.pk}/passes/assignments/?{ids(free)}",
    ):
        assert support.get(url).status_code == 403
        assert support.post(url, {"expires_on": "2028-01-01"}).status_code == 403
    assert expiries() == {day("2027-11-22")}


# Assigning


def test_unassigned_passes_are_handed_to_several_contacts_the_longest_first(
    dialog, issue, people, kestrel, library
):
    half = PassOptionFactory(pass_type=library, name="Half a year", period=6)
    short, long, other = issue(contact=None, option=half), issue(contact=None), issue(contact=None)
    opened = dialog(f"/accounts/{kestrel.pk}/passes/assignments/?{ids([short, long, other])}")
    chosen = [contact.pk for contact in people]
    html = opened.look(contacts=chosen)
    assert f"gets Leadership Library #{long.pk}, until 22 November 2027" in html
    assert "Are assigned; 1 stays unassigned" in html
    assert opened.send(contacts=chosen).status_code == 204
    holders = dict(Pass.objects.values_list("pk", "contact"))
    assert holders == {long.pk: people[0].pk, other.pk: people[1].pk, short.pk: None}


def test_more_contacts_than_passes_is_refused_in_place(dialog, free, people, kestrel, ada):
    opened = dialog(f"/accounts/{kestrel.pk}/passes/assignments/?{ids(free[:2])}")
    answer = opened.send(contacts=[ada.pk, *[contact.pk for contact in people]])
    assert answer.status_code == 422
    assert "You ticked 2 passes and chose 3 contacts. Leave some out." in answer.content.decode()
    assert Pass.objects.filter(contact=None).count() == 3


def test_passes_that_are_assigned_or_of_several_types_are_refused_at_once(
    dialog, free, issue, kestrel
):
    url = f"/accounts/{kestrel.pk}/passes/assignments/"
    said = "1 of them is assigned already. Tick only unassigned ones."
    assert said in dialog(f"{url}?{ids([*free, issue()])}").html
    mixed = issue(contact=None, option=PassOptionFactory())
    said = "They are of several pass types. Tick passes of one type at a time."
    assert said in dialog(f"{url}?{ids([*free, mixed])}").html


# In the background


@pytest.fixture
def crowd(issue, yearly, kestrel, clock, office):
    """201 unassigned passes of Kestrel."""
    who = {"at": clock.at, "on": TODAY, "by": office}
    return lifecycle.issue_many(option=yearly, account=kestrel, contacts=[None] * 201, **who)


def test_more_than_200_are_done_in_the_background_as_of_when_it_was_asked(
    dialog, crowd, kestrel, clock, desk
):
    opened = dialog(f"/accounts/{kestrel.pk}/passes/extensions/?all=1")
    opened.look(expires_on="2028-06-01")
    answer = opened.send(expires_on="2028-06-01")
    job = Job.objects.get()
    assert answer["HX-Redirect"] == f"/jobs/{job.pk}/"
    assert expiries() == {day("2027-11-22")}
    page = desk.get(f"/jobs/{job.pk}/").content.decode()
    assert "Extend Training Passes" in page
    assert 'hx-trigger="every 2s"' in page
    asked_at = clock.at
    assert jobs.run(job.pk, at=clock.move(hours=20))
    assert expiries() == {day("2028-06-01")}
    rows = JournalRow.objects.filter(kind="pass.extended")
    assert set(rows.values_list("at", "on")) == {(asked_at, TODAY)}
    page = desk.get(f"/jobs/{job.pk}/").content.decode()
    assert "201 passes were extended." in page
    assert f'href="/accounts/{kestrel.pk}/passes/"' in page
    assert "every 2s" not in page


def test_a_job_that_is_refused_changes_nothing_and_says_why(
    dialog, crowd, clock, desk, office, kestrel
):
    opened = dialog(f"/accounts/{kestrel.pk}/passes/cancellations/?all=1")
    assert opened.send(reason="").status_code == 204
    lifecycle.cancel(crowd[7].pk, version=0, at=clock.at, on=TODAY, by=office)
    job = Job.objects.get()
    jobs.run(job.pk, at=clock.at)
    assert Pass.objects.filter(cancelled_at=None).count() == 200
    page = desk.get(f"/jobs/{job.pk}/").content.decode()
    assert f"Leadership Library #{crowd[7].pk}: It is cancelled already." in page


def test_a_job_that_dies_leaves_nothing_and_run_again_does_all(
    dialog, crowd, clock, kestrel, monkeypatch
):
    opened = dialog(f"/accounts/{kestrel.pk}/passes/cancellations/?all=1")
    opened.send(reason="")
    job = Job.objects.get()

    class Killed(BaseException):
        pass

    def die(*_args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(bulk.jobs, "report", die)
        with pytest.raises(Killed):
            jobs.run(job.pk, at=clock.at)
    assert Pass.objects.filter(cancelled_at=None).count() == 201
    assert jobs.run(job.pk, at=clock.at)
    assert Pass.objects.filter(cancelled_at=None).count() == 0
    assert JournalRow.objects.filter(kind="pass.cancelled").count() == 201


def test_a_doubled_press_asks_for_one_job(dialog, crowd, kestrel):
    opened = dialog(f"/accounts/{kestrel.pk}/passes/cancellations/?all=1")
    answers = [opened.send(reason="") for _press in (1, 2)]
    assert answers[0]["HX-Redirect"] == answers[1]["HX-Redirect"]
    assert Job.objects.count() == 1


@pytest.mark.parametrize("count", [1, 3, 200])
def test_a_bulk_action_takes_the_same_queries_however_many(
    django_assert_num_queries, issue, yearly, kestrel, clock, office, count
):
    who = {"at": clock.at, "on": TODAY, "by": office}
    passes = lifecycle.issue_many(option=yearly, account=kestrel, contacts=[None] * count, **who)
    numbers = [pass_.pk for pass_ in passes]
    with django_assert_num_queries(BULK_QUERIES):
        bulk.carry_out(bulk.Many.EXTEND, ids=numbers, expires_on=day("2028-06-01"), **who)


BULK_QUERIES = 6
