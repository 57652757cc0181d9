"""The checkout: date, questions, payment, review; each in its turn, and one place at the end."""

import re

import pytest
from django.urls import reverse

from catalog.models import Event, Price
from crm.models import CustomFieldKind
from crm.viewing import KEY as VIEWING
from lms.models import Registration
from tests.factories import (
    AccountFactory,
    CustomFieldFactory,
    EventFactory,
    LmsEventFactory,
    PathFactory,
    PriceFactory,
    RegistrationFactory,
)
from tests.lms.cast import day, held, library
from tests.lms.paying import balances, give, let_spend, priced
from tests.lms.test_pages import at, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(europe):
    """Two dates of Coaching, for 3 Gold each."""
    event = EventFactory(course__title="Coaching", course__slug="coaching", place="Malmö")
    EventFactory(course=event.course, first_on=day("2027-01-11"), place="London")
    priced(event.course)
    return event


@pytest.fixture
def rich(kestrel, ada, who):
    """Kestrel has 7 Gold, which Ada may spend."""
    give(kestrel, 7, **who)
    let_spend(kestrel, ada, **who)


def to(step, item="coaching"):
    return reverse(f"lms:checkout_{step}", args=[item])


def go(client, step, item="coaching", **answers):
    """Answer a step; the name of the step, or the address, that follows."""
    answer = client.post(to(step, item), answers)
    assert answer.status_code == 302, text(answer)
    return answer.url.removeprefix(f"/catalogue/{item}/checkout/").strip("/")


def hidden(page):
    """What the form of a page sends by itself."""
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


def to_review(client, room, kestrel):
    assert go(client, "date", event=room.pk) == "payment"
    pay = f"tokens-{kestrel.pk}-{Price.objects.get().unit_id}"
    assert go(client, "payment", pay=pay) == "review"
    return client.get(to("review"))


def test_from_the_item_to_a_place_paid_by_tokens(browse, room, rich, ada, kestrel):
    client = browse(ada.user)
    assert "3 Gold Register You see what it takes" in text(client.get(at(room.course)))
    assert client.get(at(room.course) + "checkout/").url == to("date")
    assert "7 December 2026 Malmö 3 Gold" in text(client.get(to("date")))
    assert go(client, "date", event=room.pk) == "payment"
    said = text(client.get(to("payment")))
    assert "Pay by Tokens: 3 Gold Kestrel Rail Group 7 before, 4 after" in said
    page = to_review(client, room, kestrel)
    said = text(page)
    assert "Pay by Tokens 3 Gold Account Kestrel Rail Group Balance 7 before, 4 after" in said
    assert "Register and pay 3 Gold" in said
    assert balances(kestrel) == [7]
    answer = client.post(to("review"), hidden(page))
    made = Registration.objects.get()
    assert answer.url == reverse("lms:registration", args=[made.pk])
    assert (made.event, made.paid_by, made.account) == (room, "tokens", kestrel)
    assert balances(kestrel) == [4]
    assert "You are registered" in text(client.get(answer.url))


def test_who_is_in_books_another_date_by_tokens_too(browse, room, rich, ada, kestrel):
    client = browse(ada.user)
    client.post(to("review"), hidden(to_review(client, room, kestrel)))
    page = client.get(at(room.course))
    assert "You are registered" in text(page)
    assert f'href="{at(room.course)}checkout/">' in page.content.decode()
    london = Event.objects.get(place="London")
    said = text(client.get(to("date")))
    assert "11 January 2027 London 3 Gold" in said
    client.post(to("review"), hidden(to_review(client, london, kestrel)))
    assert {each.event for each in Registration.objects.live()} == {room, london}
    assert balances(kestrel) == [1]
    assert "Book another date" not in text(client.get(at(room.course)))


def test_steps_cant_be_skipped_by_address(browse, room, rich, ada):
    client = browse(ada.user)
    for step in ("questions", "payment", "review"):
        assert client.get(to(step)).url == to("date")
        assert client.post(to(step), {"pay": "free", "shown": "x"}).url == to("date")
    assert go(client, "date", event=room.pk) == "payment"
    assert client.get(to("review")).url == to("payment")
    assert client.post(to("review"), {"shown": "x"}).url == to("payment")
    assert not Registration.objects.exists()


@pytest.mark.parametrize("sent", ["", "x", "999999", "1" * 30])
def test_a_date_that_is_none_is_asked_again(browse, room, rich, ada, sent):
    answer = browse(ada.user).post(to("date"), {"event": sent})
    assert (answer.status_code, "Choose a date that has a seat." in text(answer)) == (422, True)


def test_a_double_press_and_two_tabs_land_on_the_result(browse, room, rich, ada, kestrel):
    client = browse(ada.user)
    first, second = to_review(client, room, kestrel), client.get(to("review"))
    answers = [client.post(to("review"), hidden(page)) for page in (first, first, second)]
    made = Registration.objects.get()
    there = reverse("lms:registration", args=[made.pk])
    assert [answer.url for answer in answers] == [there] * 3
    assert balances(kestrel) == [4]


def test_another_choice_in_another_tab_is_shown_before_anything_is_taken(
    browse, room, rich, ada, kestrel
):
    client = browse(ada.user)
    page = to_review(client, room, kestrel)
    other = Event.objects.exclude(pk=room.pk).get()
    go(client, "date", event=other.pk)
    answer = client.post(to("review"), hidden(page))
    said = text(answer)
    assert answer.status_code == 422
    assert "You chose something else meanwhile." in said
    assert "11 January 2027" in said
    assert not Registration.objects.exists()


@pytest.mark.parametrize(("now", "said"), [(2, "2 Gold"), (4, "4 Gold")])
def test_a_price_that_changed_is_shown_and_nothing_is_taken(
    browse, room, rich, ada, kestrel, now, said
):
    client = browse(ada.user)
    page = to_review(client, room, kestrel)
    Price.objects.update(amount=now)
    answer = client.post(to("review"), hidden(page))
    assert answer.status_code == 422
    assert f"The price has changed: it is {said} now." in text(answer)
    assert f"Register and pay {said}" in text(answer)
    assert (balances(kestrel), Registration.objects.count()) == ([7], 0)
    client.post(to("review"), hidden(answer))
    assert balances(kestrel) == [7 - now]


def test_a_seat_that_went_meanwhile_takes_nothing(browse, room, rich, ada, kestrel):
    client = browse(ada.user)
    page = to_review(client, room, kestrel)
    Event.objects.filter(pk=room.pk).update(capacity=0)
    answer = client.post(to("review"), hidden(page))
    assert answer.url == to("date")
    assert (balances(kestrel), Registration.objects.count()) == ([7], 0)


def test_who_may_spend_no_more_meanwhile_is_told_at_the_submit(
    browse, room, rich, ada, kestrel, who
):
    client = browse(ada.user)
    page = to_review(client, room, kestrel)
    let_spend(kestrel, **who)
    assert client.post(to("review"), hidden(page)).url == to("payment")
    said = text(client.get(to("payment")))
    assert "You can't spend tokens of Kestrel Rail Group" in said
    assert "Ask for a place" in said
    assert (balances(kestrel), Registration.objects.count()) == ([7], 0)


def test_without_enough_it_says_what_is_missing_and_what_to_do(browse, room, ada, kestrel, who):
    give(kestrel, 2, **who)
    let_spend(kestrel, ada, **who)
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    page = client.get(to("payment"))
    assert "Kestrel Rail Group has 2 Gold: 1 missing." in text(page)
    assert "There are not enough tokens to spend. Ask for a place" in text(page)
    pay = f"tokens-{kestrel.pk}-{Price.objects.get().unit_id}"
    answer = client.post(to("payment"), {"pay": pay})
    assert answer.status_code == 422
    assert client.post(to("review"), {"shown": "x"}).url == to("payment")


def test_exactly_enough_is_enough(browse, room, ada, kestrel, who):
    give(kestrel, 3, **who)
    let_spend(kestrel, ada, **who)
    client = browse(ada.user)
    assert "Balance 3 before, 0 after" in text(to_review(client, room, kestrel))


def test_the_limit_of_the_year_is_said(browse, room, rich, ada, kestrel, who):
    let_spend(kestrel, ada, limit=5, **who)
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    assert "7 before, 4 after. You may spend 5 more this year, these included." in text(
        client.get(to("payment"))
    )
    let_spend(kestrel, ada, limit=2, **who)
    assert "You may spend 2 more tokens of Kestrel Rail Group this year." in text(
        client.get(to("payment"))
    )


def test_the_learner_chooses_among_the_types_that_the_account_was_given(
    browse, room, rich, ada, kestrel, who
):
    priced(room.course, 5, "Silver")
    priced(room.course, 9, "Bronze")
    give(kestrel, 6, code="Silver", **who)
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    said = text(client.get(to("payment")))
    assert ("3 Gold" in said, "5 Silver" in said, "Bronze" in said) == (True, True, False)
    silver = Price.objects.get(unit__code="Silver").unit
    go(client, "payment", pay=f"tokens-{kestrel.pk}-{silver.pk}")
    client.post(to("review"), hidden(client.get(to("review"))))
    assert Registration.objects.get().unit == silver
    assert balances(kestrel) == [7, 1]


def test_a_pass_asks_nothing_and_takes_nothing(browse, room, rich, ada, kestrel):
    CustomFieldFactory(label="Diet", ask_at_checkout=True)
    held(ada, library(room.course), until="2026-12-31")
    client = browse(ada.user)
    assert go(client, "date", event=room.pk) == "review"
    page = client.get(to("review"))
    assert "Included in your Leadership Library until 31 December 2026. Nothing to pay." in text(
        page
    )
    client.post(to("review"), hidden(page))
    assert Registration.objects.get().paid_by == "pass"
    assert balances(kestrel) == [7]
    # The date after the pass has ended is paid for.
    later = Event.objects.exclude(pk=room.pk).get()
    assert go(client, "date", event=later.pk) == "questions"


def test_what_is_free_is_free(browse, room, ada, kestrel):
    Price.objects.update(amount=0)
    client = browse(ada.user)
    assert go(client, "date", event=room.pk) == "payment"
    assert "It costs nothing." in text(client.get(to("payment")))
    go(client, "payment", pay="free")
    client.post(to("review"), hidden(client.get(to("review"))))
    made = Registration.objects.get()
    assert (made.paid_by, made.amount, made.token_move) == ("free", 0, None)


def test_questions_are_asked_once_and_need_an_answer(browse, room, rich, ada, kestrel):
    CustomFieldFactory(label="Diet", key="diet", ask_at_checkout=True)
    CustomFieldFactory(
        label="Size", key="size", ask_at_checkout=True, kind=CustomFieldKind.CHOICE,
        choices=["S", "M"],
    )  # fmt: skip
    CustomFieldFactory(label="Not asked", key="not-asked")
    client = browse(ada.user)
    assert go(client, "date", event=room.pk) == "questions"
    said = text(client.get(to("questions")))
    assert ("Diet" in said, "Size" in said, "Not asked" in said) == (True, True, False)
    answer = client.post(to("questions"), {"custom_diet": "Vegan", "custom_size": ""})
    assert answer.status_code == 422
    assert "Vegan" in answer.content.decode()
    assert client.get(to("payment")).url == to("questions")
    assert go(client, "questions", custom_diet="Vegan", custom_size="M") == "payment"
    ada.refresh_from_db()
    assert ada.custom == {"diet": "Vegan", "size": "M"}
    to_review(client, room, kestrel)


def test_a_path_has_no_date_to_choose(browse, rich, ada, kestrel):
    lesson = LmsEventFactory()
    path = PathFactory(slug="manager", courses=[lesson.course])
    priced(path, 4)
    client = browse(ada.user)
    assert client.get("/catalogue/manager/checkout/").url == to("payment", "manager")
    go(client, "payment", "manager", pay=f"tokens-{kestrel.pk}-{Price.objects.get().unit_id}")
    client.post(to("review", "manager"), hidden(client.get(to("review", "manager"))))
    made = Registration.objects.get(path=path)
    assert (made.paid_by, made.amount, balances(kestrel)) == ("tokens", 4, [3])
    assert client.get("/catalogue/manager/checkout/").url == reverse(
        "lms:registration", args=[made.pk]
    )


def test_who_has_every_date_is_led_to_their_place(browse, room, rich, ada):
    Event.objects.exclude(pk=room.pk).delete()
    made = RegistrationFactory(contact=ada, event=room)
    answer = browse(ada.user).get(to("review"))
    assert answer.url == reverse("lms:registration", args=[made.pk])


def test_a_session_that_expired_leads_to_sign_in_and_back_to_look(browse, room, rich, ada, kestrel):
    client = browse(ada.user)
    page = to_review(client, room, kestrel)
    client.logout()
    answer = client.post(to("review"), hidden(page))
    assert answer.url == f"/account/login/?next={to('review')}"
    client.force_login(ada.user)
    # Signed in again: nothing was booked, and the way begins anew.
    assert client.get(to("review")).url == to("date")
    assert (balances(kestrel), Registration.objects.count()) == ([7], 0)


def test_through_a_learners_eyes_nothing_is_bought(browse, room, rich, ada, office, kestrel):
    client = browse(office)
    session = client.session
    session[VIEWING] = ada.pk
    session.save()
    assert client.get(to("date")).status_code == 200
    assert client.post(to("date"), {"event": room.pk}).status_code == 403


def test_who_has_no_tokens_of_the_kind_is_told_so(browse, room, ada):
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    said = text(client.get(to("payment")))
    assert "Kestrel Rail Group has no tokens of the kind that it costs. Ask for a place" in said


def test_another_accounts_tokens_are_no_way_to_pay(browse, room, rich, ada, who):
    other = AccountFactory()
    give(other, 9, **who)
    client = browse(ada.user)
    go(client, "date", event=room.pk)
    pay = f"tokens-{other.pk}-{Price.objects.get().unit_id}"
    assert client.post(to("payment"), {"pay": pay}).status_code == 422


@pytest.mark.parametrize("step", ["date", "payment", "review"])
def test_each_step_takes_a_fixed_number_of_statements(
    browse, room, rich, ada, kestrel, step, count_queries
):
    client = browse(ada.user)
    to_review(client, room, kestrel)
    # The review asks, too, what else meets at the same time.
    wanted = 18 if step == "review" else 17
    assert count_queries(lambda: client.get(to(step))) == wanted
    for month in range(1, 9):
        EventFactory(course=room.course, first_on=day(f"2027-0{month}-12"))
    assert count_queries(lambda: client.get(to(step))) == wanted


def test_prices_are_shown_in_what_the_visitor_could_pay(browse, room, ada, kestrel, who):
    priced(room.course, 5, "Silver")
    PriceFactory(of=room.course)
    for page in (at(room.course), "/catalogue/"):
        assert "3 Gold" in text(browse().get(page))
        assert "5 Silver" in text(browse().get(page))
        said = text(browse(ada.user).get(page))
        assert ("Gold" in said, "Silver" in said, "€490.00" in said) == (False, False, True)
    give(kestrel, 1, code="Silver", **who)
    for page in (at(room.course), "/catalogue/"):
        said = text(browse(ada.user).get(page))
        assert ("3 Gold" in said, "5 Silver" in said) == (False, True)
