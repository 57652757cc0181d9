"""The catalogue's pages for staff: what opens, what changes, what is refused, at what cost."""

import dataclasses
import datetime
from decimal import Decimal

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse

from catalog import filters
from catalog.models import Category, Event, Item, ItemStatus, Price, Step
from tests.factories import (
    CategoryFactory,
    CourseFactory,
    CurrencyFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    PriceFactory,
    RegionFactory,
    TokenUnitFactory,
    copies,
    several,
)
from tms.models import User
from tms.ui import register

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}


@pytest.fixture
def client(browse, office):
    return browse(office)


def url(name, *args):
    return reverse(f"catalog:{name}", args=args)


def post(client, address, **answers):
    """A dialog's answers, as htmx sends them."""
    return client.post(address, answers, **HTMX)


@pytest.fixture
def world(europe):
    """One of everything that has a page."""
    course = CourseFactory(
        title="Sailing", categories=[CategoryFactory(name="Water")], description="<p>Wind</p>"
    )
    path = PathFactory(title="Sea", courses=[course])
    event = EventFactory(course=course)
    return {
        "course": course,
        "path": path,
        "event": event,
        "lms": LmsEventFactory(course=course, content_days=30),
        "price": PriceFactory(of=course, region=europe),
        "event_price": PriceFactory(of=event, region=europe),
        "region": RegionFactory(name="Nordics"),
        "category": CategoryFactory(name="Sand"),
    }


def everything(world):
    """The address of every page and dialog of staff."""
    course, path, event = world["course"].pk, world["path"].pk, world["event"].pk
    session, step = world["event"].sessions.get().pk, world["path"].steps.get().pk
    price, region = world["price"].pk, world["region"]
    euro = region.currencies.get().pk
    names = [
        *[(name,) for name in ("courses", "create_course", "course_options", "paths")],
        *[(name,) for name in ("create_path", "events", "create_event", "calendar")],
        ("categories",),
        *[(name,) for name in ("create_category", "regions", "create_region", "currencies")],
        *[(name,) for name in ("add_currency", "tax_levels", "create_tax_level")],
        *[(name, course) for name in ("course", "create_event_of", "edit_item", "archive_item")],
        *[(name, course) for name in ("publish_item", "restore_item", "duplicate_item")],
        *[("item_history", course), ("item_history", path), ("event_history", event)],
        *[("delete_item", course), ("path", path), ("steps", path), ("add_steps", path)],
        *[("edit_item", path), ("edit_step", step), ("remove_step", step)],
        *[("move_step", step, "up"), ("event", event), ("event", world["lms"].pk)],
        *[(name, event) for name in ("edit_event", "open_event", "withdraw_event")],
        *[(name, event) for name in ("cancel_event", "duplicate_event", "delete_event")],
        *[("duplicate_event", world["lms"].pk), ("sessions", event), ("add_session", event)],
        *[("edit_session", session), ("remove_session", session)],
        *[("prices", world["course"].priced_id), ("prices", world["event"].priced_id)],
        *[("add_price", world["course"].priced_id), ("edit_price", price)],
        *[("remove_price", price), ("edit_category", world["category"].pk)],
        *[("move_category", world["category"].pk, "up")],
        *[("delete_category", world["category"].pk), ("edit_region", region.pk)],
        *[(f"{verb}_region", region.pk) for verb in ("default", "archive", "restore", "delete")],
        *[(f"{verb}_currency", euro) for verb in ("archive", "restore", "delete")],
        *[
            (f"{verb}_tax_level", region.tax_level_id)
            for verb in ("edit", "archive", "restore", "delete")
        ],
    ]
    return [url(*name) for name in names]


def test_every_page_opens_as_a_page_and_as_a_dialog(client, world):
    for address in everything(world):
        assert (address, client.get(address).status_code) == (address, 200)
        assert (address, client.get(address, **HTMX).status_code) == (address, 200)


def test_every_address_of_the_catalogue_is_tried(world):
    from django.urls import resolve

    from catalog.urls import urlpatterns

    tried = {resolve(address).url_name for address in everything(world)}
    # Neither a page nor a dialog.
    assert {pattern.name for pattern in urlpatterns} - tried == {"image", "draft"}


def test_visitors_sign_in_and_learners_stay_out(browse, ada, world):
    for address in everything(world):
        assert browse().get(address).status_code == 302
        assert browse(ada.user).get(address).status_code == 403


@pytest.fixture
def staff_with():
    """`staff_with("view_catalogue")`: somebody who may do just that."""

    def make(*codenames):
        role = Group.objects.create(name="Some role")
        role.permissions.set(Permission.objects.filter(codename__in=codenames))
        user = User.objects.create_user("some@example.com", name="Some", is_staff=True)
        user.groups.add(role)
        return user

    return make


def test_who_may_look_sees_no_buttons_and_is_refused_when_forcing_them(browse, staff_with, world):
    client = browse(staff_with("view_catalogue"))
    page = client.get(url("course", world["course"].pk)).content.decode()
    for word in ("Edit", "Archive", "Add Price", "Create Event", "Actions for"):
        assert word not in page
    opened = [a for a in everything(world) if client.get(a).status_code == 200]
    assert opened == [
        url(*name)
        for name in [
            ("courses",),
            ("course_options",),
            ("paths",),
            ("events",),
            ("calendar",),
            ("categories",),
            ("course", world["course"].pk),
            ("item_history", world["course"].pk),
            ("item_history", world["path"].pk),
            ("event_history", world["event"].pk),
            ("path", world["path"].pk),
            ("steps", world["path"].pk),
            ("event", world["event"].pk),
            ("event", world["lms"].pk),
            ("sessions", world["event"].pk),
            ("prices", world["course"].priced_id),
            ("prices", world["event"].priced_id),
        ]
    ]
    assert post(client, url("archive_item", world["course"].pk)).status_code == 403
    assert Item.objects.get(title="Sailing").status == ItemStatus.PUBLISHED


def test_prices_have_a_permission_of_their_own(browse, staff_with, world):
    client = browse(staff_with("view_catalogue", "change_catalogue"))
    page = client.get(url("course", world["course"].pk)).content.decode()
    assert "Create Event" in page
    assert "Add Price" not in page
    assert client.get(url("add_price", world["course"].priced_id)).status_code == 403


# Courses


def test_a_course_is_created_edited_and_published(client, europe):
    category = CategoryFactory()
    answer = post(client, url("create_course"), title="Sailing", code="SAIL")
    course = Item.objects.get()
    assert (answer.status_code, answer["HX-Redirect"]) == (204, url("course", course.pk))
    answer = client.post(
        url("edit_item", course.pk),
        {
            "title": "Sailing",
            "code": "SAIL",
            "description": "<p>Wind<script>x</script></p>",
            "categories": [category.pk],
            "tags": "sea, Sea, wind",
            "version": "0",
        },
    )
    assert (answer.status_code, answer["Location"]) == (302, url("course", course.pk))
    course.refresh_from_db()
    assert (course.description, course.tags) == ("<p>Wind</p>", ["sea", "wind"])
    answer = post(client, url("publish_item", course.pk))
    assert answer["HX-Trigger"] == '{"items:changed": {}, "item:changed": {}, "dialog:close": {}}'
    assert Item.objects.get().status == ItemStatus.PUBLISHED


def test_a_taken_code_is_said_at_its_field_and_nothing_typed_is_lost(client):
    CourseFactory(title="Sailing", code="SAIL")
    answer = post(client, url("create_course"), title="Sailing again", code="sail")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "SAIL is taken by Sailing. Codes differ in more than capitals." in page
    assert 'value="Sailing again"' in page
    assert "aria-invalid" in page


def test_an_edit_of_something_that_was_changed_meanwhile_is_refused(client):
    course = CourseFactory(title="Sailing", version=3)
    answer = client.post(url("edit_item", course.pk), {"title": "X", "code": "X", "version": "2"})
    assert answer.status_code == 422
    assert "This was changed meanwhile" in answer.content.decode()
    assert Item.objects.get().title == "Sailing"


def test_archiving_shows_what_it_does_before_it_is_done(client, settings):
    settings.CONSEQUENCES = []
    course = CourseFactory(title="Sailing")
    PathFactory(title="Sea", courses=[course])
    page = client.get(url("archive_item", course.pk), **HTMX)
    assert "These learning paths keep it as a step:" in page.content.decode()
    answer = post(client, url("archive_item", course.pk), digest=page.context["digest"])
    assert answer.status_code == 204
    assert Item.objects.get(title="Sailing").status == ItemStatus.ARCHIVED


def test_a_used_course_is_not_deleted_and_says_why(client, world):
    answer = post(client, url("delete_item", world["course"].pk))
    assert answer.status_code == 422
    assert "Sailing is used, so it stays" in answer.content.decode()


def listed(client, address):
    """The names of the rows of a list, in their order."""
    response = client.get(address)
    return [
        row.get("title") or row.get("course__title") or row.get("name") or row.get("code")
        for row in response.context["listing"].slice.rows
    ]


def test_courses_are_found_filtered_and_sorted(client):
    water = CategoryFactory(name="Water")
    deep = CategoryFactory(name="Deep", parent=water)
    CourseFactory(title="Émile", code="B", categories=[deep], tags=["sea"])
    CourseFactory(title="adagio", code="C", categories=[water], status=ItemStatus.DRAFT)
    CourseFactory(title="Zebra", code="A")
    PathFactory(title="A path")
    courses = url("courses")
    assert listed(client, courses) == ["adagio", "Émile", "Zebra"]
    assert listed(client, f"{courses}?sort=-code") == ["adagio", "Émile", "Zebra"]
    assert listed(client, f"{courses}?q=emile") == ["Émile"]
    assert listed(client, f"{courses}?category={water.pk}") == ["adagio", "Émile"]
    assert listed(client, f"{courses}?category={deep.pk}") == ["Émile"]
    assert listed(client, f"{courses}?status=draft") == ["adagio"]
    assert listed(client, f"{courses}?tag=sea") == ["Émile"]
    assert listed(client, url("paths")) == ["A path"]


def test_courses_are_exported(client):
    CourseFactory(title="Sailing", code="SAIL", categories=[CategoryFactory(name="Water")])
    text = b"".join(client.get(f"{url('courses')}?export=csv").streaming_content).decode()
    assert "SAIL" in text
    assert "Water" in text


# Events


def test_an_event_is_created_gets_sessions_and_is_opened(client):
    course = CourseFactory(title="Sailing")
    answer = post(
        client,
        url("create_event_of", course.pk),
        event_type="classroom",
        place="Malmö",
        capacity="12",
    )
    event = Event.objects.get()
    assert answer["HX-Redirect"] == url("event", event.pk)
    assert "It needs at least one session" in client.get(url("event", event.pk)).content.decode()
    session = {
        "day": "2026-12-07",
        "starts": "09:00",
        "ends": "17:00",
        "time_zone": "Europe/Stockholm",
        "place": "Malmö",
    }
    answer = post(client, url("add_session", event.pk), **session)
    assert answer.status_code == 204
    event.refresh_from_db()
    assert event.starts_at.isoformat() == "2026-12-07T08:00:00+00:00"
    assert post(client, url("open_event", event.pk)).status_code == 204
    assert Event.objects.get().status == "open"


def test_a_session_that_makes_no_sense_is_refused_at_its_field(client):
    event = EventFactory()
    session = {"day": "2027-03-28", "starts": "01:30", "ends": "17:00"}
    answer = post(client, url("add_session", event.pk), time_zone="Europe/London", **session)
    form = answer.context["form"]
    assert list(form.errors) == ["starts"]
    assert "Choose 02:30 or later." in str(form.errors["starts"])


def test_an_event_for_a_course_that_is_looked_up(client):
    course = CourseFactory(title="Sailing")
    assert "Sailing" in client.get(f"{url('course_options')}?q=sai").content.decode()
    post(client, url("create_event"), course=course.pk, event_type="lms", content_days="30")
    assert (Event.objects.get().course, Event.objects.get().content_days) == (course, 30)


def test_too_few_places_are_refused_at_their_field(client):
    event = EventFactory(taken=5)
    answer = post(
        client, url("edit_event", event.pk), event_type="classroom", capacity="4", version="0"
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["capacity"]


def test_cancelling_an_event_shows_whom_it_touches_and_asks_for_the_reason(client, settings):
    settings.CONSEQUENCES = ["tests.catalog.test_events.follower"]
    event = EventFactory(taken=2)
    page = client.get(url("cancel_event", event.pk), **HTMX)
    assert "2 people lose their place." in page.content.decode()
    answer = post(client, url("cancel_event", event.pk), reason="Ill", digest="something else")
    assert answer.status_code == 422
    answer = post(
        client, url("cancel_event", event.pk), reason="Ill", digest=page.context["digest"]
    )
    assert answer.status_code == 204
    assert Event.objects.get().status == "cancelled"


def test_events_are_found_by_all_that_one_asks_for(client):
    day = datetime.date.fromisoformat
    sailing = CourseFactory(title="Sailing")
    EventFactory(course=sailing, code="S1", place="Malmö", first_on=day("2026-12-07"))
    EventFactory(code="S2", place="Leeds", first_on=day("2026-12-14"), capacity=2, taken=2)
    EventFactory(code="S3", place="Leeds", first_on=day("2026-11-21"), type="blended")
    LmsEventFactory(code="S4", course=sailing)
    Event.objects.get(code="S2").sessions.update(instructor="Ingrid Solberg")

    def found(query):
        response = client.get(f"{url('events')}?{query}")
        return [row["code"] for row in response.context["listing"].slice.rows]

    assert found("") == ["S4", "S2", "S1", "S3"]
    assert found("sort=dates") == ["S3", "S1", "S2", "S4"]
    assert found("q=sailing") == ["S4", "S1"]
    assert found("q=sailing+malmo") == ["S1"]
    assert found("q=leeds") == ["S2", "S3"]
    assert found(f"course={sailing.pk}") == ["S4", "S1"]
    assert found("course_typed=sail") == ["S4", "S1"]
    assert found("state=full") == ["S2"]
    assert found("state=completed") == ["S3"]
    assert found("type=lms") == ["S4"]
    assert found("dates_from=2026-12-07&dates_to=2026-12-13") == ["S1"]
    assert found("place=malmo") == ["S1"]
    assert found("instructor=SOLBERG") == ["S2"]
    assert found("free=on") == ["S4", "S1", "S3"]


def test_an_event_is_held_again(client):
    event = EventFactory()
    answer = post(client, url("duplicate_event", event.pk), first_on="2027-02-01", code="AGAIN")
    copy = Event.objects.get(code="AGAIN")
    assert answer["HX-Redirect"] == url("event", copy.pk)
    assert copy.first_on == datetime.date(2027, 2, 1)


# Steps


def test_steps_are_added_moved_and_removed(client, settings):
    settings.CONSEQUENCES = []
    path = PathFactory()
    courses = [CourseFactory(title=title) for title in "ABC"]
    answer = post(
        client, url("add_steps", path.pk), courses=[each.pk for each in courses], required="on"
    )
    assert answer.status_code == 204

    def order():
        return "".join(path.steps.values_list("course__title", flat=True))

    post(client, url("move_step", Step.objects.get(course=courses[2]).pk, "up"))
    assert order() == "ACB"
    post(client, url("move_step", Step.objects.get(course=courses[0]).pk, "down"))
    assert order() == "CAB"
    removal = url("remove_step", Step.objects.get(course=courses[0]).pk)
    page = client.get(removal, **HTMX)
    post(client, removal, digest=page.context["digest"])
    assert order() == "CB"


# Prices


def price_answers(europe, **more):
    return {
        "region": europe.pk,
        "method": "currency",
        "currency": CurrencyFactory().pk,
        "amount": "490.50",
    } | more


def test_a_price_is_added_shown_at_once_edited_and_removed(client, europe):
    course = CourseFactory()
    answer = post(client, url("add_price", course.priced_id), **price_answers(europe))
    assert answer["HX-Trigger"] == '{"prices:changed": {}, "dialog:close": {}}'
    assert "€490.50" in client.get(url("prices", course.priced_id), **HTMX).content.decode()
    price = Price.objects.get()
    assert price.tax_level == europe.tax_level
    page = client.get(url("edit_price", price.pk), **HTMX).content.decode()
    assert 'value="490.5"' in page
    post(client, url("edit_price", price.pk), **price_answers(europe, amount="0"))
    assert "Free" in client.get(url("prices", course.priced_id), **HTMX).content.decode()
    post(client, url("remove_price", price.pk))
    assert not Price.objects.exists()


def test_a_price_in_tokens_is_a_whole_number(client, europe):
    gold, course = TokenUnitFactory(), CourseFactory()
    answers = price_answers(europe, method="token", token=gold.pk, amount="1.5")
    answer = post(client, url("add_price", course.priced_id), **answers)
    assert "Tokens are whole" in str(answer.context["form"].errors["amount"])
    post(client, url("add_price", course.priced_id), **(answers | {"amount": "3"}))
    assert (Price.objects.get().unit, Price.objects.get().amount) == (gold, Decimal(3))


def test_a_second_price_for_the_same_days_is_a_sentence_and_no_error(client, europe):
    course = CourseFactory()
    for status in (204, 422):
        answer = post(client, url("add_price", course.priced_id), **price_answers(europe))
        assert answer.status_code == status
    assert "There is already a price for Europe in EUR" in answer.content.decode()


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"amount": "a lot"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "NaN"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"region": "0"}, "region"),
        ({"method": "gold"}, "method"),
        ({"method": "token"}, "token"),
        ({"currency": ""}, "currency"),
        ({"valid_from": "2027-02-30"}, "valid_from"),
        ({"valid_from": "2027-02-02", "valid_to": "2027-02-01"}, "valid_to"),
    ],
)
def test_what_isn_t_a_price_is_refused_at_its_field(client, europe, answers, field):
    course = CourseFactory()
    answer = post(client, url("add_price", course.priced_id), **price_answers(europe, **answers))
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_an_event_shows_its_courses_prices_until_it_has_its_own(client, europe):
    event = EventFactory()
    PriceFactory(of=event.course, region=europe)
    assert "Its course’s" in client.get(url("event", event.pk)).content.decode()
    PriceFactory(of=event, region=europe, amount=Decimal(300))
    page = client.get(url("event", event.pk)).content.decode()
    assert "Its course’s" not in page
    assert "€300.00" in page


def test_prices_of_what_isn_t_the_catalogues_own_are_not_found_here(client):
    assert client.get(url("prices", PriceFactory().priced_id)).status_code == 404


# Categories


def test_categories_are_created_moved_and_deleted(client):
    post(client, url("create_category"), name="Water")
    water = Category.objects.get()
    post(client, url("create_category"), name="Deep", parent=water.pk)
    deep = Category.objects.get(name="Deep")
    assert deep.parent == water
    answer = post(client, url("edit_category", water.pk), name="Water", parent=deep.pk)
    assert list(answer.context["form"].errors) == ["parent"]
    post(client, url("create_category"), name="Air")
    post(client, url("move_category", Category.objects.get(name="Air").pk, "up"))
    assert [
        node["node"].category.name for node in client.get(url("categories")).context["rows"]
    ] == [
        "Air",
        "Water",
        "Deep",
    ]
    assert post(client, url("delete_category", deep.pk)).status_code == 204


# Cost


@pytest.fixture
def without_others_panels(monkeypatch):
    """What the pages cost by themselves: the panels of other apps are counted by those."""
    alone = dataclasses.replace(register.all_of(), panels=())
    monkeypatch.setattr(register, "all_of", lambda: alone)


def cost(client, address, count_queries):
    return count_queries(lambda: client.get(address))


@pytest.mark.parametrize("number", [1, 3, 300])
def test_lists_cost_the_same_however_long(client, count_queries, europe, number):
    courses = several(CourseFactory(categories=[CategoryFactory()], tags=["a"]), number)
    copies(Item.categories.through.objects.get(), number - 1, item=lambda n: courses[n + 1])
    path = PathFactory(courses=courses[:1])
    paths = several(path, number)
    copies(
        path.steps.get(), number - 1, path=lambda n: paths[n + 1], course=lambda n: courses[n + 1]
    )
    event = EventFactory(course=courses[0])
    events = several(event, number, course=lambda n: courses[n + 1])
    copies(event.sessions.get(), number - 1, event=lambda n: events[n + 1])
    assert {
        name: cost(client, url(name), count_queries) for name in ("courses", "paths", "events")
    } == {"courses": 6, "paths": 6, "events": 4}


@pytest.mark.usefixtures("without_others_panels")
@pytest.mark.parametrize("number", [1, 3, 300])
def test_pages_cost_the_same_however_much_is_on_them(client, count_queries, europe, number):
    course = CourseFactory(categories=[CategoryFactory() for _ in range(min(number, 30))])
    step = PathFactory(courses=[CourseFactory()]).steps.get()
    path, courses = step.path, several(step.course, number)
    copies(step, number - 1, course=lambda n: courses[n + 1], position=lambda n: n + 2)
    event = EventFactory(course=course)
    several(event, number)
    price = PriceFactory(of=course, region=RegionFactory(name="Region"))
    regions = copies(price.region, number - 1, name=lambda n: f"Region {n}")
    copies(price, number - 1, region=lambda n: regions[n])
    session, day = event.sessions.get(), datetime.timedelta(days=1)
    copies(
        session,
        number - 1,
        starts_at=lambda n: session.starts_at + (n + 1) * day,
        ends_at=lambda n: session.ends_at + (n + 1) * day,
    )
    assert {
        "course": cost(client, url("course", course.pk), count_queries),
        "path": cost(client, url("path", path.pk), count_queries),
        "event": cost(client, url("event", event.pk), count_queries),
        "categories": cost(client, url("categories"), count_queries),
    } == {"course": 8, "path": 7, "event": 6, "categories": 4}


def test_events_of_very_many_courses_are_found_too(client, monkeypatch):
    monkeypatch.setattr(filters, "FEW", 1)
    for title in ("Sailing", "Sailing again"):
        EventFactory(course=CourseFactory(title=title), place="Leeds", sessions=False)
    EventFactory(sessions=False)
    assert sorted(listed(client, f"{url('events')}?q=sailing+leeds")) == [
        "Sailing",
        "Sailing again",
    ]
