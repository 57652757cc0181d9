"""The stages that opportunities go through are the organisation's own."""

import pytest

from crm import opportunities, stages
from crm.models import Stage, StageKind
from tests.crm.selling_cast import opened
from tests.crm.test_pages import staff, text_of
from tests.races import race
from tms.models import JournalRow

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
PANEL = "/control-panel/opportunity-stages/"


@pytest.fixture
def client(browse, office):
    return browse(office)


def order():
    return [stage.name for stage in Stage.objects.living()]


def called(name):
    return Stage.objects.get(name=name)


def test_a_new_installation_has_the_usual_ones():
    assert [(stage.name, stage.kind, stage.probability) for stage in Stage.objects.living()] == [
        ("Enquiry", "open", 10),
        ("Proposal", "open", 40),
        ("Negotiation", "open", 70),
        ("Won", "won", 100),
        ("Lost", "lost", 0),
    ]


@pytest.mark.parametrize("n", [1, 3, 300])
def test_the_page_costs_the_same_for_any_number(n, client, count_queries):
    Stage.objects.bulk_create(Stage(name=f"Stage {n}", position=n) for n in range(n))
    assert count_queries(lambda: client.get(PANEL)) == 3


def test_one_is_added_after_the_last_of_its_kind(client):
    answer = client.post(
        f"{PANEL}creation/", {"name": "Trial", "kind": "open", "probability": 55}, headers=HTMX
    )
    assert answer.status_code == 204
    assert order() == ["Enquiry", "Proposal", "Negotiation", "Trial", "Won", "Lost"]
    page = text_of(client.get(PANEL))
    assert "Trial Open 55 %" in page
    twice = client.post(
        f"{PANEL}creation/", {"name": "TRIAL", "kind": "open", "probability": 5}, headers=HTMX
    )
    assert twice.status_code == 422
    assert "There is a stage with this name already." in text_of(twice)


def test_one_is_edited_but_what_it_counts_as_stays_while_it_is_used(client, kestrel, who):
    deal = opened(kestrel, who)
    path = f"{PANEL}{deal.stage_id}/editing/"
    given = {"name": "Question", "kind": "lost", "probability": 5}
    answer = client.post(path, given, headers=HTMX)
    assert "There are opportunities in this stage" in text_of(answer)
    assert client.post(path, given | {"kind": "open"}, headers=HTMX).status_code == 204
    stage = Stage.objects.get(pk=deal.stage_id)
    assert (stage.name, stage.kind, stage.probability) == ("Question", "open", 5)
    row = JournalRow.objects.get(kind="stage.edited")
    assert (row.before, row.after) == (
        {"name": "Enquiry", "probability": 10},
        {"name": "Question", "probability": 5},
    )


def test_they_change_places(client):
    path = f"{PANEL}{called('Proposal').pk}/moving/"
    page = client.post(path, {"to": "later"}, headers=HTMX).content.decode()
    assert page.startswith('<section class="panel" id="stages"')
    assert order() == ["Enquiry", "Negotiation", "Proposal", "Won", "Lost"]
    assert client.post(path, {"to": "earlier"}).url == PANEL
    assert order() == ["Enquiry", "Proposal", "Negotiation", "Won", "Lost"]
    # At the end nothing happens.
    client.post(f"{PANEL}{called('Enquiry').pk}/moving/", {"to": "earlier"})
    assert order()[0] == "Enquiry"


def test_one_is_archived_once_it_is_empty_and_restored(client, kestrel, who):
    deal = opened(kestrel, who)
    path = f"{PANEL}{deal.stage_id}/"
    refused = client.post(f"{path}archiving/", headers=HTMX)
    assert "An open opportunity is in this stage. Move it to another one first." in text_of(refused)
    opportunities.move(deal.pk, stage=called("Proposal"), **who)
    assert client.post(f"{path}archiving/", headers=HTMX).status_code == 204
    assert order() == ["Proposal", "Negotiation", "Won", "Lost"]
    assert "Enquiry Open 10 % Archived Restore" in text_of(client.get(PANEL))
    assert "Enquiry" not in text_of(client.get("/opportunities/board/"))
    assert client.post(f"{path}restoring/", headers=HTMX).status_code == 204
    assert order() == ["Proposal", "Negotiation", "Enquiry", "Won", "Lost"]


def test_one_of_each_kind_stays(client):
    for name in ("Won", "Lost"):
        answer = client.post(f"{PANEL}{called(name).pk}/archiving/", headers=HTMX)
        assert f"This is the only stage that counts as {name}" in text_of(answer)


def test_where_several_count_as_lost_the_dialog_asks_which(client, kestrel, who):
    deal = opened(kestrel, who)
    dialog = text_of(client.get(f"/opportunities/{deal.pk}/losing/", headers=HTMX))
    assert "Stage" not in dialog
    stages.create(name="Postponed", kind=StageKind.LOST, **who)
    path = f"/opportunities/{deal.pk}/losing/?stage={called('Postponed').pk}"
    page = client.get(path, headers=HTMX).content.decode()
    assert f'<option value="{called("Postponed").pk}" selected>Postponed</option>' in page


def test_only_whoever_changes_settings_changes_stages(browse, kestrel, who):
    viewer = browse(staff("crm.view_opportunities", "crm.change_opportunities"))
    assert viewer.get(PANEL).status_code == 403
    assert viewer.post(f"{PANEL}creation/", {"name": "X"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_who_archive_the_last_two_of_a_kind_leave_one(clock, office, who):
    stages.create(name="Postponed", kind=StageKind.LOST, **who)

    def archived(name):
        return lambda: stages.archive(called(name).pk, **who)

    done = race(archived("Lost"), archived("Postponed"))
    assert done.refused == 1
    assert Stage.objects.living().filter(kind=StageKind.LOST).count() == 1
