"""What the catalogue shows, to whom, narrowed how, in how few statements."""

import html
import re

import pytest
from django.utils import translation

from catalog.models import Item, ItemStatus
from lms import cards
from passes.models import TypeStatus
from tests.factories import (
    AccountFactory,
    CategoryFactory,
    CourseFactory,
    CurrencyFactory,
    EventFactory,
    LearnerFactory,
    LmsEventFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PathFactory,
    PriceFactory,
    RegionFactory,
    RegistrationFactory,
    TokenUnitFactory,
    copies,
    several,
)
from tests.lms.cast import day, held, library
from tests.lms.paying import give

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _europe(europe):
    """Prices are shown for a region."""


def titles(client, **asked):
    page = client.get("/catalogue/", asked).content.decode()
    return [html.unescape(each) for each in re.findall(r'card__title"><a [^>]*>([^<]*)', page)]


def text(client, address, **asked):
    page = client.get(address, asked).content.decode()
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


def course(title, **more):
    return CourseFactory(title=title, **more)


# What is there


def test_visitors_see_what_is_published_and_nothing_else(browse):
    course("Published")
    course("Draft", status=ItemStatus.DRAFT)
    course("Archived", status=ItemStatus.ARCHIVED)
    PathFactory(title="A path")
    assert titles(browse()) == ["A path", "Published"]


def test_a_card_says_title_kind_duration_next_date_seats_and_price(browse, europe):
    coaching = course("Coaching", duration="2 days", summary="Ask better questions.")
    EventFactory(course=coaching, first_on=day("2026-11-21"))
    event = EventFactory(course=coaching, first_on=day("2026-12-03"), place="Malmö", capacity=3)
    RegistrationFactory(event=event)
    PriceFactory(of=coaching, amount=640, region=europe)
    PriceFactory(of=coaching, amount=8, region=europe, unit=TokenUnitFactory())
    said = text(browse(), "/catalogue/")
    assert (
        "Course Classroom 2 days Coaching Ask better questions. "
        "3 December 2026, Malmö. 2 seats left €640.00 or 8 Gold" in said
    )


def test_prices_are_those_of_the_visitors_region(browse, europe, ada):
    britain = RegionFactory(
        name="Britain", shows_tax=True, currencies=[CurrencyFactory(code="GBP", label="Pound")]
    )
    item = course("Coaching")
    PriceFactory(of=item, amount=100, region=europe)
    PriceFactory(of=item, amount=90, region=britain, unit=CurrencyFactory(code="GBP"))
    visitor = browse()
    assert "€100.00" in text(visitor, "/catalogue/")
    visitor.post("/catalogue/region/", {"region": britain.pk, "next": "/catalogue/"})
    assert "£108.00" in text(visitor, "/catalogue/")
    learner = LearnerFactory(account=AccountFactory(region=britain))
    assert "£108.00" in text(browse(learner.user), "/catalogue/")
    signed_in = browse(ada.user)
    signed_in.post("/catalogue/region/", {"region": britain.pk})
    assert "€100.00" in text(signed_in, "/catalogue/")


def test_the_region_picker_leads_nowhere_else(browse, europe):
    answer = browse().post("/catalogue/region/", {"region": "x", "next": "https://evil.example/"})
    assert (answer.url, answer.cookies) == ("/catalogue/", {})


# Narrowed


def test_every_filter_narrows_and_they_combine(browse, europe):
    data = CategoryFactory(name="Data", slug="data")
    deep = CategoryFactory(name="SQL", slug="sql", parent=data)
    sql = course("SQL for the Curious", categories=[deep], summary="Ask a database.")
    LmsEventFactory(course=sql)
    charts = course("Charts", categories=[data])
    EventFactory(course=charts, first_on=day("2026-11-28"), place="Malmö")
    late = course("Later", categories=[CategoryFactory(slug="other")])
    EventFactory(course=late, first_on=day("2027-01-15"), place="Oslo")
    PathFactory(title="Path", courses=[sql])
    PriceFactory(of=sql, amount=0)
    PriceFactory(of=charts, amount=300)
    PriceFactory(of=late, amount=3, unit=TokenUnitFactory())
    client = browse()
    assert titles(client, q="DATABASE ask") == ["SQL for the Curious"]
    assert titles(client, category="data") == ["Charts", "SQL for the Curious"]
    assert titles(client, category="sql") == ["SQL for the Curious"]
    assert titles(client, type="path") == ["Path"]
    assert titles(client, type="lms") == ["SQL for the Curious"]
    assert titles(client, type="classroom") == ["Charts", "Later"]
    assert titles(client, when="month") == ["Charts"]
    assert titles(client, when="quarter") == ["Charts", "Later"]
    assert titles(client, when="any_time") == ["SQL for the Curious"]
    assert titles(client, place="Oslo") == ["Later"]
    assert titles(client, price="free") == ["SQL for the Curious"]
    assert titles(client, price="500") == ["Charts", "SQL for the Curious"]
    assert titles(client, price="100") == ["SQL for the Curious"]
    assert titles(client, price="tokens") == ["Later"]
    assert titles(client, category="data", type="classroom", q="chart") == ["Charts"]
    assert titles(client, category="data", place="Oslo") == []


def test_in_training_tokens_finds_what_the_visitors_own_tokens_pay_for(
    browse, europe, ada, office, clock
):
    for title, code in (("One", "Gold"), ("Two", "Silver")):
        PriceFactory(of=course(title), amount=3, region=europe, unit=TokenUnitFactory(code=code))
    assert titles(browse(), price="tokens") == ["One", "Two"]
    learner = browse(ada.user)
    assert titles(learner, price="tokens") == []
    give(ada.account, 1, code="Silver", by=office, at=clock.at, on=clock.on())
    assert titles(learner, price="tokens") == ["Two"]


def test_what_isnt_a_choice_any_more_is_nothing(browse):
    course("One")
    for asked in (
        {"category": "gone"},
        {"type": "x"},
        {"page": "x"},
        {"sort": "'"},
        {"price": "1"},
    ):
        assert titles(browse(), **asked) == ["One"]
    assert titles(browse(), page="99") == []


def test_sorting(browse):
    cheap, dear = course("Cheap"), course("Dear")
    PriceFactory(of=cheap, amount=10)
    PriceFactory(of=dear, amount=20)
    EventFactory(course=dear, first_on=day("2026-12-01"))
    EventFactory(course=cheap, first_on=day("2026-12-02"))
    PathFactory(title="Path", courses=[dear])
    client = browse()
    assert titles(client, sort="title") == ["Cheap", "Dear", "Path"]
    assert titles(client, sort="price") == ["Cheap", "Dear", "Path"]
    assert titles(client, sort="date") == ["Dear", "Path", "Cheap"]
    course("A word on dear things", summary="dear")
    assert titles(client, q="dear")[0] == "Dear"


def test_pages_keep_the_address(browse):
    for index in range(30):
        course(f"Writing {index:02}")
    client = browse()
    assert titles(client, q="writing", page="2") == [f"Writing {index}" for index in range(24, 30)]
    page = client.get("/catalogue/", {"q": "writing"}).content.decode()
    assert 'href="/catalogue/?q=writing&amp;page=2"' in page


def test_htmx_gets_the_results_alone_and_a_clean_address(browse):
    course("One")
    answer = browse().get(
        "/catalogue/?q=one&category=&type=&sort=best&page=1", headers={"HX-Request": "true"}
    )
    assert answer.content.decode().lstrip().startswith('<section id="catalogue"')
    assert answer["HX-Push-Url"] == "/catalogue/?q=one"
    assert {each.strip() for each in answer["Vary"].split(",")} >= {"HX-Request", "Cookie"}


# Training Pass


def test_without_any_pass_type_filter_and_badges_are_absent(browse, ada):
    course("One")
    library(name="Secret", status=TypeStatus.DRAFT)
    for client in (browse(), browse(ada.user)):
        said = text(client, "/catalogue/")
        assert "Training Pass" not in said
        assert "Secret" not in said


def test_the_filter_shows_only_what_is_in_the_pass(browse, ada):
    inside, path = course("Inside"), PathFactory(title="Path inside")
    course("Outside")
    single = EventFactory(course=course("One date inside"))
    pass_type = library(inside, path, single, slug="leadership")
    client = browse()
    everything = ["Inside", "One date inside", "Path inside"]
    assert titles(client, training_pass="leadership") == everything
    assert titles(client, training_pass="leadership", q="path") == ["Path inside"]
    pass_type.status = TypeStatus.ARCHIVED
    pass_type.save()
    assert len(titles(client, training_pass="leadership")) == 4
    held(ada, pass_type)
    assert titles(browse(ada.user), training_pass="leadership") == everything


def test_green_for_who_holds_one_and_yellow_for_everybody_else(browse, ada, kestrel):
    inside = course("Inside")
    pass_type = library(inside)
    held(ada, pass_type)
    mine = browse(ada.user).get("/catalogue/").content.decode()
    assert '<button class="pass" type="button" data-held' in mine
    assert "Included in your Leadership Library until 22 November 2027. Nothing to pay." in mine
    other = browse(LearnerFactory().user).get("/catalogue/").content.decode()
    assert "data-held" not in other
    assert "It is part of Leadership Library. Open it to see how to get one." in other
    assert "In a pass you do not have" in text(browse(), "/catalogue/")


def test_the_tip_belongs_to_a_button_that_names_it(browse, ada):
    inside = course("Inside")
    library(inside)
    page = browse(ada.user).get("/catalogue/").content.decode()
    (tip,) = re.findall(r'popovertarget="([^"]+)" data-tip aria-describedby="([^"]+)"', page)
    assert tip == (f"tip-{inside.pk}", f"tip-{inside.pk}")
    assert f'id="tip-{inside.pk}" popover role="tooltip"' in page


def test_an_unassigned_pass_of_the_account_is_told_and_whom_to_ask(browse, ada, kestrel):
    inside = course("Inside")
    option = PassOptionFactory(pass_type=library(inside))
    PassFactory(option=option, account=kestrel)
    client = browse(ada.user)
    assert "ask who buys your training." in text(client, "/catalogue/")
    kestrel.main_contact = LearnerFactory(first_name="Marek", last_name="Nowicki", account=kestrel)
    kestrel.save()
    assert "Your organisation has a Leadership Library to give: ask Marek Nowicki." in text(
        client, "/catalogue/"
    )
    assert "to give" not in text(browse(LearnerFactory().user), "/catalogue/")


# What it costs


@pytest.mark.parametrize("number", [1, 3, 300])
def test_a_page_takes_eight_statements_at_any_size(number, browse, ada, kestrel, count_queries):
    kestrel.main_contact = LearnerFactory(account=kestrel)
    kestrel.save()
    pass_type, other = library(), PassTypeFactory(name="Other")
    held(ada, pass_type)
    PassFactory(option=PassOptionFactory(pass_type=other), account=kestrel)
    category = CategoryFactory()
    first = course("Course", categories=[category])
    items = several(first, number)
    copies(Item.categories.through.objects.get(), number - 1, item=lambda n: items[n + 1])
    price = PriceFactory(of=first, amount=100)
    copies(price, number - 1, priced=lambda n: items[n + 1].priced, amount=lambda n: 101 + n)
    several(LmsEventFactory(course=first), len(items[::2]), course=lambda n: items[2 * n + 2])
    if number > 1:
        classroom = EventFactory(course=items[1], sessions=False)
        several(classroom, len(items[1::2]), course=lambda n: items[2 * n + 3])
    included = pass_type.inclusions.create(item=first)
    copies(
        included,
        number - 1,
        item=lambda n: items[n + 1],
        pass_type=lambda n: (other, pass_type)[n % 2],
    )
    client = browse(ada.user)
    assert count_queries(lambda: client.get("/catalogue/")) == 7
    # The one course has no date: nothing is found, and no badge is asked for.
    found = 7 if number > 1 else 6
    dated, filtered = "?q=course&sort=date&when=half", "?training_pass=other&price=500"
    assert count_queries(lambda: client.get(f"/catalogue/{dated}")) == found
    assert count_queries(lambda: client.get(f"/catalogue/{filtered}")) == 7
    assert count_queries(lambda: browse().get("/catalogue/")) == 5


# What people typed is text


def test_whatever_people_typed_is_text_on_the_cards_and_in_the_filters(browse, ada, europe):
    bold = "<b>&\"'</b>"
    inside = course(
        bold, summary=bold, duration=bold, categories=[CategoryFactory(name=bold, slug="bold")]
    )
    EventFactory(course=inside, first_on=day("2026-12-03"), place=bold)
    PriceFactory(of=inside, amount=3, region=europe, unit=TokenUnitFactory(label=bold))
    pass_type = library(inside, name=bold)
    held(ada, pass_type)
    for client in (browse(), browse(ada.user)):
        page = client.get("/catalogue/", {"q": "b", "place": bold}).content.decode()
        assert "<b>" not in page.replace("<b>1</b>", "")
        assert page.count("&lt;b&gt;&amp;&quot;&#x27;&lt;/b&gt;") >= 8
    page = browse().get("/catalogue/", {"q": bold}).content.decode()
    assert 'name="q" value="&lt;b&gt;&amp;&quot;&#x27;&lt;/b&gt;"' in page


def test_the_filters_show_what_was_chosen_and_keep_what_was_typed(browse, europe):
    course("One", categories=[CategoryFactory(name="Data", slug="data")])
    client = browse()
    asked = {"category": "data", "when": "half", "sort": "date", "price": "250", "type": "course"}
    page = client.get("/catalogue/", asked).content.decode()
    assert re.findall(r'<option value="([^"]*)" selected>', page) == [
        "data",
        "course",
        "half",
        "250",
        "date",
    ]
    long = client.get("/catalogue/", {"q": "x" * 201}).content.decode()
    assert f'value="{"x" * 201}"' in long
    assert 'href="/catalogue/?page' not in long


def test_prices_follow_the_language_of_each_reader(europe):
    price = {"amount": 1234.5, "code": "EUR", "label": "Euro", "kind": "currency", "decimals": 2}
    row = {"prices": [price | {"percent": 20}], "event_prices": []}
    for language, said in (("en", "€1,234.50"), ("de", "1.234,50\xa0€"), ("en", "€1,234.50")):
        with translation.override(language):
            assert cards._price(row, europe) == (said, "")
