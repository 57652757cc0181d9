"""Who is given a pass, how the dialog fills itself in, and what it refuses in place."""

import datetime

import pytest

from crm.models import Membership
from passes.models import OptionStatus, Pass, TypeStatus
from tests.factories import AccountFactory, ContactFactory, PassOptionFactory, PassTypeFactory
from tests.passes.conftest import HTMX, TODAY
from tms.models import Job, JournalRow

day = datetime.date.fromisoformat
pytestmark = pytest.mark.django_db


@pytest.fixture
def add(dialog, ada):
    return dialog(f"/contacts/{ada.pk}/passes/new/")


def test_only_active_types_are_found_by_a_few_letters(desk, library, yearly):
    PassTypeFactory(name="Leadership Drafts", status=TypeStatus.DRAFT)
    PassTypeFactory(name="Leadership of old", status=TypeStatus.ARCHIVED)
    PassTypeFactory(name="Data Skills", code="DATA")
    html = desk.get("/passes/on-offer/?q=LEAdership", headers=HTMX).content.decode()
    assert html.count('role="option"') == 1
    assert f'data-value="{library.pk}"' in html
    assert "LEAD" in html


def test_choosing_a_type_brings_its_published_options(add, library, yearly):
    half = PassOptionFactory(pass_type=library, name="Half a year", period=6)
    PassOptionFactory(pass_type=library, name="Drafted", status=OptionStatus.DRAFT)
    PassOptionFactory(pass_type=library, name="Archived", status=OptionStatus.ARCHIVED)
    assert "Choose a training pass first" in add.html
    html = add.look(pass_type=library.pk)
    assert "Annual, 12 months" in html
    assert "Half a year, 6 months" in html
    assert "Drafted" not in html
    assert "Archived" not in html
    html = add.look(pass_type=library.pk, option=half.pk)
    assert 'name="expires_on" value="2027-05-22"' in html
    assert 'id="add-option"' not in html


def test_the_only_option_of_a_type_is_chosen_with_its_expiry(add, library, yearly):
    html = add.look(pass_type=library.pk)
    assert f'<option value="{yearly.pk}" selected>' in html
    assert 'value="2027-11-22"' in html


def test_a_day_typed_over_is_not_filled_in_again(add, library, yearly):
    add.look(pass_type=library.pk, option=yearly.pk)
    html = add.look(pass_type=library.pk, option=yearly.pk, expires_on="2027-01-31")
    assert 'id="add-expiry"' not in html


def test_saving_issues_the_pass_from_today_until_the_filled_in_day(add, library, yearly, ada):
    add.look(pass_type=library.pk)
    answer = add.send(
        pass_type=library.pk,
        option=yearly.pk,
        expires_on="2027-11-22",
        external_ids="HR 88410, PO 1; HR 88410",
    )
    assert answer.status_code == 204
    assert "passes:changed" in answer["HX-Trigger"]
    pass_ = Pass.objects.get()
    assert (pass_.contact, pass_.account, pass_.starts_on, pass_.expires_on) == (
        ada,
        ada.account,
        TODAY,
        day("2027-11-22"),
    )
    assert pass_.external_ids == ["HR 88410", "PO 1"]


def test_the_expiry_can_be_overridden_and_without_one_the_option_decides(add, library, yearly):
    assert (
        add.send(pass_type=library.pk, option=yearly.pk, expires_on="2027-01-31").status_code == 204
    )
    add.hidden["operation"] = "another"
    assert add.send(pass_type=library.pk, option=yearly.pk, expires_on="").status_code == 204
    assert [p.expires_on for p in Pass.objects.order_by("pk")] == [
        day("2027-01-31"),
        day("2027-11-22"),
    ]


def test_a_day_filled_in_for_another_option_is_not_kept(add, library, yearly):
    half = PassOptionFactory(pass_type=library, name="Half a year", period=6)
    add.look(pass_type=library.pk, option=yearly.pk)
    answer = add.send(pass_type=library.pk, option=half.pk, expires_on="2027-11-22")
    assert answer.status_code == 204
    assert Pass.objects.get().expires_on == day("2027-05-22")


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"expires_on": "2026-11-21"}, "This day is in the past. Choose today or later."),
        ({"expires_on": "31/12/2027"}, "Enter a valid date."),
        ({"expires_on": "2101-01-01"}, "A pass ends in the year 2100 at the latest."),
        ({"option": ""}, "This needs an answer."),
        ({"pass_type": "", "pass_type_typed": ""}, "This needs an answer."),
        ({"pass_type": "", "pass_type_typed": "Zzz"}, "Nothing matches “Zzz”."),
        ({"external_ids": "x" * 81}, "An external ID has at most 80 characters."),
    ],
)
def test_a_bad_answer_is_refused_in_place_and_what_was_typed_stays(
    add, library, yearly, answers, sentence
):
    sent = {"pass_type": library.pk, "option": yearly.pk, "expires_on": "", "external_ids": "HR 7"}
    answer = add.send(**(sent | answers))
    assert answer.status_code == 422
    html = answer.content.decode()
    assert sentence in html
    assert ("HR 7" in html) or "external_ids" in answers
    assert Pass.objects.count() == 0


def test_a_type_that_was_archived_meanwhile_is_refused(add, library, yearly):
    library.status = TypeStatus.ARCHIVED
    library.save()
    assert add.send(pass_type=library.pk, option=yearly.pk).status_code == 422
    assert Pass.objects.count() == 0


def test_a_doubled_press_gives_one_pass(add, library, yearly):
    answers = {"pass_type": library.pk, "option": yearly.pk}
    assert [add.send(**answers).status_code for _press in range(3)] == [204, 204, 204]
    assert Pass.objects.count() == 1


def test_a_second_pass_of_the_type_is_warned_of_and_given(add, issue, library, yearly):
    issue()
    html = add.look(pass_type=library.pk)
    assert "Ada Lindqvist already holds Leadership Library, until 22 November 2027." in html
    assert add.send(pass_type=library.pk, option=yearly.pk).status_code == 204
    assert Pass.objects.count() == 2


def test_an_expired_one_is_no_reason_to_warn(add, issue, library, yearly):
    issue(on=day("2025-01-10"))
    assert "already holds" not in add.look(pass_type=library.pk)


def test_with_several_accounts_the_dialog_asks_which_owns_it(dialog, ada, library, yearly):
    forum = AccountFactory(name="Nordic Rail Forum")
    Membership.objects.create(contact=ada, account=forum)
    add = dialog(f"/contacts/{ada.pk}/passes/new/")
    assert "Nordic Rail Forum" in add.html
    answers = {"pass_type": library.pk, "option": yearly.pk}
    assert add.send(account=forum.pk, **answers).status_code == 204
    assert Pass.objects.get().account == forum
    add.hidden["operation"] = "another"
    assert add.send(account=AccountFactory().pk, **answers).status_code == 422


def test_who_may_not_give_passes_cannot(someone, ada, kestrel, library, yearly):
    for url in (
        f"/contacts/{ada.pk}/passes/new/",
        f"/accounts/{kestrel.pk}/passes/new/",
        f"/passes/new/?ids={ada.pk}",
        "/passes/on-offer/",
    ):
        client = someone("Support") if url.startswith("/contacts") else client  # noqa: F821
        assert client.get(url).status_code == 403
        assert client.post(url, {"pass_type": library.pk}).status_code in (403, 405)
    assert Pass.objects.count() == 0


def test_without_htmx_it_is_a_page_that_leads_back_to_the_contact(desk, ada, library, yearly):
    url = f"/contacts/{ada.pk}/passes/new/"
    assert "<html" in desk.get(url).content.decode()
    answer = desk.post(url, {"pass_type_typed": "leadership", "option": yearly.pk})
    assert (answer.status_code, answer["Location"]) == (302, f"/contacts/{ada.pk}/")
    assert Pass.objects.get().expires_on == day("2027-11-22")


# To an account


@pytest.fixture
def add_to_kestrel(dialog, kestrel):
    return dialog(f"/accounts/{kestrel.pk}/passes/new/")


def test_an_account_gets_passes_for_chosen_contacts_and_some_for_nobody_yet(
    add_to_kestrel, ada, kestrel, library, yearly
):
    jonas = ContactFactory(account=kestrel)
    answer = add_to_kestrel.send(
        pass_type=library.pk, option=yearly.pk, contacts=[ada.pk, jonas.pk], unassigned=3
    )
    assert answer.status_code == 204
    holders = list(Pass.objects.order_by("pk").values_list("contact", "account", "starts_on"))
    nobody = (None, kestrel.pk, TODAY)
    assert holders == [(ada.pk, kestrel.pk, TODAY), (jonas.pk, kestrel.pk, TODAY), *[nobody] * 3]


def test_neither_contacts_nor_a_number_is_refused(add_to_kestrel, library, yearly):
    answer = add_to_kestrel.send(pass_type=library.pk, option=yearly.pk)
    assert answer.status_code == 422
    said = "Choose contacts, or say how many stay unassigned, or both."
    assert said in answer.content.decode()


def test_only_contacts_of_the_account_can_be_chosen(add_to_kestrel, library, yearly):
    stranger = ContactFactory()
    answer = add_to_kestrel.send(
        pass_type=library.pk, option=yearly.pk, contacts=[stranger.pk], unassigned=2
    )
    assert answer.status_code == 422
    assert Pass.objects.count() == 0


def test_the_warning_counts_those_who_hold_one(add_to_kestrel, issue, ada, kestrel, library):
    jonas, piet = (ContactFactory(account=kestrel, first_name=name) for name in ("Jonas", "Piet"))
    issue(), issue(contact=jonas)
    html = add_to_kestrel.look(pass_type=library.pk, contacts=[ada.pk, jonas.pk, piet.pk])
    assert "2 of them already hold Leadership Library: " in html


def test_more_than_200_are_given_in_the_background(
    add_to_kestrel, library, yearly, django_capture_on_commit_callbacks, clock
):
    from tms import jobs

    answer = add_to_kestrel.send(pass_type=library.pk, option=yearly.pk, unassigned=201)
    job = Job.objects.get()
    assert answer["HX-Redirect"] == f"/jobs/{job.pk}/"
    assert (Pass.objects.count(), job.total) == (0, 201)
    assert jobs.run(job.pk, at=clock.move(minutes=5))
    assert Pass.objects.count() == 201
    job.refresh_from_db()
    assert job.result["sentences"] == ["201 passes were added."]
    assert JournalRow.objects.filter(kind="pass.issued", at=job.asked_at).count() == 201


# To several contacts of a list


def test_several_contacts_of_a_list_are_given_one_each_by_their_own_account(
    dialog, ada, library, yearly
):
    robin = ContactFactory(first_name="Robin", last_name="Hill")
    give = dialog(f"/passes/new/?ids={ada.pk}&ids={robin.pk}")
    assert "Robin Hill, Ada Lindqvist" in give.html
    assert give.send(pass_type=library.pk, option=yearly.pk).status_code == 204
    owners = set(Pass.objects.values_list("contact", "account"))
    assert owners == {(ada.pk, ada.account_id), (robin.pk, robin.account_id)}


def test_nobody_ticked_is_said(dialog, library, yearly):
    give = dialog("/passes/new/")
    assert "Tick the contacts first." in give.html
    assert give.send(pass_type=library.pk, option=yearly.pk).status_code == 422
