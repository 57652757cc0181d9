"""The control panel's Training Passes: the list of types, the page of one, their dialogs."""

import re
from datetime import UTC, date, datetime
from html import unescape

import pytest
from django.contrib.auth.models import Group, Permission
from django.utils.html import strip_tags

from passes.models import OptionStatus, PassOption, PassType, TypeStatus
from tests.factories import (
    CourseFactory,
    CurrencyFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PriceFactory,
    UserFactory,
    copies,
    several,
)
from tests.passes.pages import HTMX, names, send, text
from tms.models import JournalRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def onlooker(browse, organisation):
    """Somebody who may look at passes and change nothing."""
    role = Group.objects.create(name="Onlooker")
    role.permissions.add(Permission.objects.get(codename="view_passes"))
    user = UserFactory(is_staff=True)
    user.groups.add(role)
    return browse(user)


# The list


def test_the_control_panel_leads_to_the_types(client):
    page = client.get("/control-panel/?q=subscriptions")
    assert "Financial Training Passes Unlimited access" in text(page)
    assert 'href="/pass-types/"' in page.content.decode()


def test_active_types_come_first_and_archived_ones_last_and_greyed(client):
    PassTypeFactory(name="Zebra", status=TypeStatus.ACTIVE)
    PassTypeFactory(name="Old", status=TypeStatus.ARCHIVED)
    PassTypeFactory(name="Plan", status=TypeStatus.DRAFT)
    PassTypeFactory(name="Ant", status=TypeStatus.ACTIVE)
    page = client.get("/pass-types/")
    assert names(page) == ["Ant", "Zebra", "Plan", "Old"]
    assert page.content.decode().count("<tr data-dim>") == 1
    assert "Training Pass Types" in text(page)
    assert names(client.get("/pass-types/?status=archived")) == ["Old"]
    assert names(client.get("/pass-types/?q=ZEB")) == ["Zebra"]
    assert names(client.get("/pass-types/?sort=-name")) == ["Zebra", "Plan", "Old", "Ant"]


def test_a_row_counts_options_trainings_and_active_passes(client, kestrel):
    made = PassTypeFactory(name="Leadership", code="LEAD", opens=[CourseFactory(), CourseFactory()])
    annual = PassOptionFactory(pass_type=made)
    PassOptionFactory(pass_type=made, name="B", status=OptionStatus.DRAFT)
    PassOptionFactory(pass_type=made, name="C", status=OptionStatus.ARCHIVED)
    for _each in range(4):
        PassFactory(option=annual, account=kestrel)
    row = "Leadership LEAD Active 3 2 4"
    assert row in text(client.get("/pass-types/"))
    for sort in ("code", "options", "-trainings", "active"):
        assert row in text(client.get(f"/pass-types/?sort={sort}"))


def test_an_empty_list_says_what_a_type_is_and_offers_the_first_step(client):
    page = text(client.get("/pass-types/"))
    assert "No training pass types yet A training pass type is what you sell" in page
    assert page.count("Create Training Pass Type") == 2


@pytest.mark.parametrize("number", [1, 3, 300])
def test_the_list_takes_the_same_queries_for_any_number(client, count_queries, kestrel, number):
    made = PassTypeFactory(opens=[CourseFactory()])
    PassFactory(option=PassOptionFactory(pass_type=made), account=kestrel)
    copies(
        made,
        number - 1,
        name=lambda n: f"Type {n}",
        code=lambda n: f"T-{n}",
        slug=lambda n: f"type-{n}",
    )
    assert count_queries(lambda: client.get("/pass-types/?size=100")) == LIST_QUERIES


LIST_QUERIES = 4


# Making one


def test_a_new_type_is_made_in_a_dialog_and_leads_to_its_page(client):
    shown = client.get("/pass-types/new/", headers=HTMX)
    said = text(shown)
    for label in ("Create Training Pass Type", "Name", "Code", "Description optional", "OK"):
        assert label in said
    answer = send(
        client,
        "/pass-types/new/",
        {"name": "Leadership Library", "code": "LEAD", "description": ""},
    )
    made = PassType.objects.get()
    assert (answer.status_code, answer["HX-Redirect"]) == (204, f"/pass-types/{made.pk}/")
    assert (made.name, made.code, made.status) == ("Leadership Library", "LEAD", "draft")


def test_errors_stand_beside_their_field_and_what_was_typed_stays(client):
    PassTypeFactory(name="Leadership Library", code="LEAD")
    answer = send(
        client, "/pass-types/new/", {"name": "Sprint", "code": "lead", "description": "x"}
    )
    assert answer.status_code == 422
    html = answer.content.decode()
    assert 'value="Sprint"' in html
    assert ">x</textarea>" in html.replace("\n", "")
    error = html[html.index('id="id_code_error"') :]
    assert "Leadership Library already has the code LEAD. Choose another." in error
    answer = send(client, "/pass-types/new/", {"name": "", "code": ""})
    assert text(answer).count("This needs an answer.") == 2


def test_without_scripts_the_dialog_is_a_page(client):
    assert "Create Training Pass Type" in text(client.get("/pass-types/new/"))
    answer = client.post("/pass-types/new/", {"name": "A", "code": "A"})
    assert answer.status_code == 302
    assert answer["Location"] == f"/pass-types/{PassType.objects.get().pk}/"


def test_a_press_that_is_repeated_makes_one_type(client):
    answers = {"name": "A", "code": "A", "operation": "k" * 32}
    first, again = (client.post("/pass-types/new/", answers, headers=HTMX) for _each in range(2))
    assert first["HX-Redirect"] == again["HX-Redirect"]
    assert PassType.objects.count() == 1


# The page of one


@pytest.fixture
def leadership(kestrel):
    """A type with passes in every status, two options, prices."""
    made = PassTypeFactory(
        name="Leadership Library",
        code="LEAD",
        description="For <b>leaders</b>.",
        opens=[CourseFactory(title="Coaching", code="LED-1")],
    )
    annual = PassOptionFactory(pass_type=made)
    PriceFactory(of=annual)
    PriceFactory(of=annual, region__name="Nowhere", amount=0, valid_to=date(2030, 12, 31))
    PassOptionFactory(pass_type=made, name="Taster", period=30, period_unit="days", status="draft")
    PassFactory(option=annual, account=kestrel)
    PassFactory(option=annual, account=kestrel, expires_on=date(2026, 12, 22))
    PassFactory(option=annual, account=kestrel, expires_on=date(2026, 11, 22))
    PassFactory(option=annual, account=kestrel, expires_on=date(2026, 12, 23))
    over = {"starts_on": date(2025, 11, 21), "expires_on": date(2026, 11, 21)}
    PassFactory(option=annual, account=kestrel, **over)
    PassFactory(option=annual, account=kestrel, cancelled_at=datetime(2026, 11, 22, tzinfo=UTC))
    return made


def test_the_page_says_what_is_live_and_each_figure_leads_there(client, leadership):
    page = client.get(f"/pass-types/{leadership.pk}/")
    said = text(page)
    assert "Leadership Library Active" in said
    assert "Active passes 4 Expiring in 30 days 2 Expired 1 Cancelled 1" in said
    assert "For <b>leaders</b>." in said
    links = re.findall(r'href="(/passes/\?[^"]*)"', page.content.decode())
    pk = leadership.pk
    assert [unescape(each) for each in links] == [
        f"/passes/?pass_type={pk}&status=active",
        f"/passes/?pass_type={pk}&status=active&expires_from=2026-11-22&expires_to=2026-12-22",
        f"/passes/?pass_type={pk}&status=expired",
        f"/passes/?pass_type={pk}&status=cancelled",
    ]


def test_prices_stand_under_their_option(client, leadership):
    said = text(client.get(f"/pass-types/{leadership.pk}/"))
    assert "Options 2 Create Pass Option" in said
    assert "Annual 12 months Published 4" in said
    assert "Europe, Standard 20 % €490.00" in said
    assert "Nowhere, until 31 December 2030 Free" in said
    assert "Taster 30 days Draft 0 No price yet" in said


def test_each_option_has_its_menu(client, leadership):
    html = client.get(f"/pass-types/{leadership.pk}/").content.decode()
    annual, taster = leadership.options.order_by("pk")

    def menu(option):
        found = re.search(rf'id="option-{option.pk}" popover>(.*?)</div>', html, flags=re.DOTALL)
        return " ".join(unescape(strip_tags(found[1].replace("<", " <"))).split())

    assert menu(annual) == (
        "Edit Add Price Archive It is the last published option of an Active pass type. "
        "Publish another one first, or archive the pass type instead."
    )
    assert menu(taster) == (
        "Edit Add Price Publish It has no price. Add at least one price first. Delete"
    )


def test_publish_says_why_it_is_disabled(client):
    made = PassTypeFactory(status=TypeStatus.DRAFT)
    page = client.get(f"/pass-types/{made.pk}/")
    assert "Publish It has no published option yet. Publish at least one option first." in text(
        page
    )
    assert 'aria-disabled="true"' in page.content.decode()
    answer = send(client, f"/pass-types/{made.pk}/publication/")
    assert answer.status_code == 422
    assert "It has no published option yet. Publish at least one option first." in text(answer)
    PassOptionFactory(pass_type=made)
    page = client.get(f"/pass-types/{made.pk}/")
    assert f'href="/pass-types/{made.pk}/publication/"' in page.content.decode()
    assert send(client, f"/pass-types/{made.pk}/publication/").status_code == 204
    made.refresh_from_db()
    assert made.status == "active"


@pytest.mark.parametrize("number", [1, 3, 300])
def test_the_page_takes_the_same_queries_for_any_number(client, count_queries, number):
    courses = several(CourseFactory(), number)
    made = PassTypeFactory(opens=courses[:1])
    copies(made.inclusions.get(), number - 1, item=lambda n: courses[n + 1])
    for each in range(min(number, 40)):
        PriceFactory(of=PassOptionFactory(pass_type=made, name=str(each)))
    assert count_queries(lambda: client.get(f"/pass-types/{made.pk}/")) == PAGE_QUERIES


PAGE_QUERIES = 13


# What is done there


def test_the_facts_are_edited(client):
    made = PassTypeFactory(name="Old", code="OLD")
    url = f"/pass-types/{made.pk}/edit/"
    answer = send(client, url, {"name": "New", "code": "OLD", "description": "d"})
    assert (answer.status_code, "pass_types:changed" in answer["HX-Trigger"]) == (204, True)
    made.refresh_from_db()
    assert (made.name, made.description) == ("New", "d")


def test_a_stale_edit_is_refused_with_the_values_as_they_are_now(client):
    made = PassTypeFactory(name="Old", code="OLD")
    url = f"/pass-types/{made.pk}/edit/"
    send(client, url, {"name": "Now", "code": "OLD"})
    answer = client.post(
        url, {"name": "Mine", "code": "OLD", "version": "0", "operation": "o"}, headers=HTMX
    )
    assert answer.status_code == 422
    assert "This was changed meanwhile." in text(answer)
    assert 'value="Now"' in answer.content.decode()
    made.refresh_from_db()
    assert made.name == "Now"


def test_archive_says_what_it_touches_then_does_it_and_restore_undoes_it(client, leadership):
    url = f"/pass-types/{leadership.pk}/archive/"
    shown = text(client.get(url, headers=HTMX))
    assert "4 active passes go on to their own expiry." in shown
    assert "1 option is off sale at once" in shown
    assert "Archive the pass type" in shown
    assert send(client, url).status_code == 204
    leadership.refresh_from_db()
    assert leadership.status == "archived"
    assert "Restore" in text(client.get(f"/pass-types/{leadership.pk}/"))
    assert send(client, f"/pass-types/{leadership.pk}/restoration/").status_code == 204
    leadership.refresh_from_db()
    assert leadership.status == "active"


def test_a_preview_that_no_longer_holds_does_nothing(client, leadership):
    url = f"/pass-types/{leadership.pk}/archive/"
    html = client.get(url, headers=HTMX).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    PassFactory(option=leadership.options.first(), account=leadership.passes.first().account)
    answer = client.post(url, hidden, headers=HTMX)
    assert answer.status_code == 422
    assert "5 active passes go on to their own expiry." in text(answer)
    leadership.refresh_from_db()
    assert leadership.status == "active"


def test_what_was_never_issued_is_deleted_and_the_list_follows(client):
    made = PassTypeFactory(opens=[CourseFactory()])
    PassOptionFactory(pass_type=made)
    shown = text(client.get(f"/pass-types/{made.pk}/deletion/", headers=HTMX))
    assert "1 option is deleted with its prices." in shown
    answer = send(client, f"/pass-types/{made.pk}/deletion/")
    assert (answer.status_code, answer["HX-Redirect"]) == (204, "/pass-types/")
    assert PassType.objects.count() == 0


def test_what_was_issued_has_no_delete_and_refuses_it(client, leadership):
    html = client.get(f"/pass-types/{leadership.pk}/").content.decode()
    assert "deletion" not in html.replace("/options/", "").split("option-")[0]
    answer = client.get(f"/pass-types/{leadership.pk}/deletion/", headers=HTMX)
    assert "6 passes of this type were issued, so it stays on record." in text(answer)
    answer = client.post(f"/pass-types/{leadership.pk}/deletion/", headers=HTMX)
    assert answer.status_code == 422
    assert PassType.objects.count() == 1


def test_an_option_is_made_and_appears(client):
    made = PassTypeFactory(status=TypeStatus.DRAFT)
    url = f"/pass-types/{made.pk}/options/new/"
    shown = text(client.get(url, headers=HTMX))
    for label in ("Create Pass Option", "Name", "Period", "Unit Days Months", "OK"):
        assert label in shown
    answer = send(client, url, {"name": "Annual", "period": "12", "period_unit": "months"})
    assert (answer.status_code, "pass_types:changed" in answer["HX-Trigger"]) == (204, True)
    said = text(client.get(f"/pass-types/{made.pk}/"))
    assert "Annual 12 months Draft 0 No price yet" in said


@pytest.mark.parametrize(
    ("period", "unit", "sentence"),
    [
        ("0", "days", "Ensure this value is greater than or equal to 1."),
        ("3651", "days", "Take a whole number from 1 to 3650 for days."),
        ("121", "months", "Take a whole number from 1 to 120 for months."),
        ("1.5", "months", "Enter a whole number."),
        ("", "months", "This needs an answer."),
    ],
)
def test_a_period_that_cannot_be_is_refused_beside_its_field(client, period, unit, sentence):
    made = PassTypeFactory()
    url = f"/pass-types/{made.pk}/options/new/"
    answer = send(client, url, {"name": "A", "period": period, "period_unit": unit})
    assert answer.status_code == 422
    html = answer.content.decode()
    assert sentence in html[html.index('id="id_period_error"') :]
    assert PassOption.objects.count() == 0


def test_a_price_is_added_then_the_option_published_then_the_type(client, europe):
    made = PassTypeFactory(status=TypeStatus.DRAFT)
    option = PassOptionFactory(pass_type=made, status=OptionStatus.DRAFT)
    url = f"/pass-options/{option.pk}/prices/new/"
    shown = text(client.get(url, headers=HTMX))
    for label in ("Add Price", "Region", "Pricing Method", "Currency", "Training Tokens", "Amount"):
        assert label in shown
    price = {
        "region": europe.pk,
        "method": "currency",
        "currency": CurrencyFactory().pk,
        "amount": "490",
    }
    assert send(client, url, price).status_code == 204
    assert send(client, f"/pass-options/{option.pk}/publication/").status_code == 204
    assert send(client, f"/pass-types/{made.pk}/publication/").status_code == 204
    made.refresh_from_db()
    assert made.status == "active"
    (row,) = option.priced.prices.all()
    url = f"/pass-options/{option.pk}/prices/{row.pk}"
    assert send(client, f"{url}/edit/", price | {"amount": "0"}).status_code == 204
    assert "Europe Free" in text(client.get(f"/pass-types/{made.pk}/"))
    answer = send(client, f"{url}/removal/")
    assert answer.status_code == 422
    assert "It is the last price of a published option." in text(answer)


def test_a_price_is_found_under_its_own_option_only(client):
    price, other = PriceFactory(of=PassOptionFactory()), PassOptionFactory()
    assert client.get(f"/pass-options/{other.pk}/prices/{price.pk}/edit/").status_code == 404


def test_an_edited_option_says_that_passes_issued_keep_their_dates(client, leadership):
    annual = leadership.options.get(name="Annual")
    url = f"/pass-options/{annual.pk}/edit/"
    assert "6 passes were issued by this option. They keep their expiry dates" in text(
        client.get(url, headers=HTMX)
    )
    answer = send(client, url, {"name": "Annual", "period": "6", "period_unit": "months"})
    assert answer.status_code == 204


def test_options_are_archived_and_deleted(client, leadership):
    annual, taster = leadership.options.order_by("pk")
    assert send(client, f"/pass-options/{taster.pk}/deletion/").status_code == 204
    answer = send(client, f"/pass-options/{annual.pk}/archive/")
    assert answer.status_code == 422
    assert "It is the last published option of an Active pass type." in text(answer)
    PassOptionFactory(pass_type=leadership, name="Half a year")
    shown = text(client.get(f"/pass-options/{annual.pk}/archive/", headers=HTMX))
    assert "Annual is off sale at once" in shown
    assert "4 active passes go on to their own expiry." in shown
    assert send(client, f"/pass-options/{annual.pk}/archive/").status_code == 204


def test_a_stale_option_is_not_changed(client, leadership):
    annual = leadership.options.get(name="Annual")
    annual.version = 3
    annual.save()
    answers = {"name": "B", "period": "1", "period_unit": "days", "version": "2"}
    answer = client.post(f"/pass-options/{annual.pk}/edit/", answers, headers=HTMX)
    assert answer.status_code == 422
    annual.refresh_from_db()
    assert annual.name == "Annual"


@pytest.mark.parametrize(
    "path", ["publication", "archive", "restoration", "edit", "options/new", "training/new"]
)
def test_a_press_that_is_repeated_does_its_work_once(client, path):
    status = {"publication": "draft", "restoration": "archived"}.get(path, "active")
    course = CourseFactory()
    made = PassTypeFactory(status=status)
    PassOptionFactory(pass_type=made)
    url = f"/pass-types/{made.pk}/{path}/"
    shown = client.get(url, headers=HTMX).content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', shown))
    answers = {
        "edit": {"name": "B", "code": "B"},
        "options/new": {"name": "B", "period": 1, "period_unit": "days"},
        "training/new": {"ids": [f"i{course.pk}"], "event_types": ["lms"]},
    }.get(path, {})
    first, again = (client.post(url, hidden | answers, headers=HTMX) for _each in range(2))
    assert (first.status_code, again.status_code) == (204, 204)
    assert JournalRow.objects.count() == 1


# Who may


def test_who_may_only_look_sees_no_button_and_is_refused(onlooker, leadership):
    option = leadership.options.first()
    price = option.priced.prices.first()
    page = onlooker.get("/pass-types/")
    assert (page.status_code, "Create Training Pass Type" in text(page)) == (200, False)
    page = onlooker.get(f"/pass-types/{leadership.pk}/")
    assert page.status_code == 200
    said = text(page)
    for label in ("Archive", "Create Pass Option", "Add Training", "Actions for", "Add Price"):
        assert label not in said
    addresses = [
        "/pass-types/new/",
        *(
            f"/pass-types/{leadership.pk}/{part}/"
            for part in (
                "edit",
                "publication",
                "archive",
                "restoration",
                "deletion",
                "options/new",
                "training/new",
                "training/removal",
            )
        ),
        *(
            f"/pass-options/{option.pk}/{part}/"
            for part in ("edit", "publication", "archive", "deletion", "prices/new")
        ),
        f"/pass-options/{option.pk}/prices/{price.pk}/edit/",
        f"/pass-options/{option.pk}/prices/{price.pk}/removal/",
    ]
    for address in addresses:
        assert onlooker.get(address).status_code == 403, address
        assert onlooker.post(address).status_code == 403, address


def test_learners_and_strangers_see_none_of_it(browse, ada, leadership):
    for address in ("/pass-types/", f"/pass-types/{leadership.pk}/", "/pass-types/new/"):
        assert browse(ada.user).get(address).status_code == 403
        assert browse().get(address).status_code == 302


def test_search_finds_types_by_name_and_code(client, onlooker):
    PassTypeFactory(name="Leadership Library", code="LEAD")
    for who in (client, onlooker):
        said = text(who.get("/search/?q=lead"))
        assert "Training pass types" in said
        assert "Leadership Library LEAD Active" in said


# What happened


def test_the_page_tells_what_happened_to_type_options_prices_and_training(client, office, europe):
    send(client, "/pass-types/new/", {"name": "Library", "code": "LIB"})
    pk = PassType.objects.get().pk
    send(client, f"/pass-types/{pk}/edit/", {"name": "Leadership", "code": "LIB"})
    option = {"name": "Annual", "period": "12", "period_unit": "months"}
    send(client, f"/pass-types/{pk}/options/new/", option)
    annual = PassOption.objects.get()
    price = {"region": europe.pk, "method": "currency", "currency": CurrencyFactory().pk}
    send(client, f"/pass-options/{annual.pk}/prices/new/", price | {"amount": "490"})
    send(client, f"/pass-options/{annual.pk}/edit/", option | {"period": "6"})
    send(client, f"/pass-options/{annual.pk}/publication/")
    send(client, f"/pass-types/{pk}/publication/")
    course = CourseFactory()
    ticked = {"ids": [f"i{course.pk}"], "event_types": ["lms"]}
    send(client, f"/pass-types/{pk}/training/new/", ticked)
    said = text(client.get(f"/pass-types/{pk}/"))
    history = said[said.index("History") :]
    told = ["1 training added", "Published", "published", "edited Period 12 6"]
    told += ["Price added: Annual Europe , 490 EUR", "created"]
    places = [history.index(each) for each in told]
    assert places == sorted(places)
    assert "Olive Office" in history
    whole = client.get(f"/pass-types/{pk}/history/")
    assert "History of Leadership" in text(whole)
    assert "Edited Name Library Leadership" in text(whole)
    assert "Created" in text(whole)
