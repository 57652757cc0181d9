"""Two people at one pass type: right once, every time. Each has a twin without the lock."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, OperationalError

from catalog import price_rules
from catalog.models import Price
from passes import lifecycle, option_prices, options, rules, training, types
from passes.models import Inclusion, OptionStatus, PassOption, PassType, TypeStatus
from tests.factories import CourseFactory, PassOptionFactory, PassTypeFactory, PriceFactory
from tests.races import NotCaught, meeting, race, rounds
from tms.models import JournalRow
from tms.refusals import Stale

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = rounds(20)


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def without_lock(monkeypatch):
    """Types and options are read without a lock, and both threads look before either changes."""
    meet = meeting()

    def found_type(pk, version=None):
        found = PassType.objects.get(pk=pk)
        if version is not None and found.version != version:
            raise Stale("changed")
        return found

    def looked_at_type(pk, version=None):
        found = found_type(pk, version)
        meet()
        return found

    def looked_at_option(option, version=None):
        return PassOption.objects.select_related("priced", "pass_type").get(pk=option.pk)

    monkeypatch.setattr(types, "locked", looked_at_type)
    monkeypatch.setattr(options, "locked", looked_at_option)
    return meet


def kinds():
    return list(JournalRow.objects.order_by("id").values_list("kind", flat=True))


# Two publish a type


def both_publish(who):
    made = PassTypeFactory(status=TypeStatus.DRAFT)
    PassOptionFactory(pass_type=made)
    return race(*[lambda: types.publish(made, version=0, **who)] * 2)


def test_a_type_is_published_once(who):
    for _round in range(ROUNDS):
        answer = both_publish(who)
        assert (answer.done, answer.refused) == (1, 1)
    assert kinds() == ["pass_type.published"] * ROUNDS


def test_without_the_lock_it_is_published_twice(who, without_lock):
    assert both_publish(who).done == 2
    assert kinds() == ["pass_type.published"] * 2


# Two archive a type, without looking at its version


def both_archive(who):
    made = PassTypeFactory()
    return race(*[lambda: types.archive(made, **who)] * 2)


def test_a_type_is_archived_once(who):
    for _round in range(ROUNDS):
        answer = both_archive(who)
        assert (answer.done, answer.refused) == (1, 1)
    assert kinds() == ["pass_type.archived"] * ROUNDS


def test_without_the_lock_it_is_archived_twice(who, without_lock):
    assert both_archive(who).done == 2


# One archives a type while another gives a pass of it


def archive_against_issue(who, account, archive=types.archive):
    option = PassOptionFactory(pass_type=PassTypeFactory())
    answer = race(
        lambda: archive(option.pass_type, **who),
        lambda: lifecycle.issue(option=option, account=account, **who),
    )
    told = [each.sentence for each in answer.answers[0]]
    given = "1 active pass goes on to its own expiry." in told
    return answer.refused, given, option.passes.count()


def test_what_is_archived_is_given_no_more_and_what_was_given_is_told(who, kestrel):
    for _round in range(ROUNDS):
        assert archive_against_issue(who, kestrel) in {(0, True, 1), (1, False, 0)}


def test_without_holding_it_a_pass_of_an_archived_type_is_given(who, kestrel, monkeypatch):
    meet, on_sale = meeting(), rules.on_sale

    def asked_before_the_archive(option):
        on_sale(option)
        meet()
        meet()

    def archived_after_the_look(*given, **who):
        meet()
        told = types.archive(*given, **who)
        meet()
        return told

    monkeypatch.setattr(rules, "hold_on_sale", asked_before_the_archive)
    assert archive_against_issue(who, kestrel, archived_after_the_look) == (0, False, 1)


# Two take the same code


def same_code(who, number):
    def make():
        return types.create(name="Leadership Library", code=f"LEAD-{number}", **who)

    return race(make, make)


def test_a_code_is_given_once(who):
    for number in range(ROUNDS):
        assert same_code(who, number).done == 1
    assert PassType.objects.count() == ROUNDS


def test_without_the_lock_the_database_has_the_last_word(who, monkeypatch):
    monkeypatch.setattr(types, "_one_at_a_time", lambda: None)
    meet, refuse = meeting(), types._refuse_taken
    monkeypatch.setattr(types, "_refuse_taken", lambda code: (refuse(code), meet()))
    with pytest.raises(IntegrityError, match=r"pass_type_code_regardless_of_case|slug"):
        same_code(who, 1)
    assert PassType.objects.count() == 1


# Two archive the last two options


def last_two(who):
    pass_type = PassTypeFactory()
    first, second = (PassOptionFactory(pass_type=pass_type, name=name) for name in "AB")
    answer = race(
        lambda: options.archive(first, **who),
        lambda: options.archive(second, **who),
    )
    return answer, pass_type.options.filter(status=OptionStatus.PUBLISHED).count()


def test_an_active_type_keeps_a_published_option(who):
    for _round in range(ROUNDS):
        answer, left = last_two(who)
        assert (answer.done, answer.refused, left) == (1, 1, 1)


def test_without_the_lock_none_is_left(who, without_lock, monkeypatch):
    asked = options.is_last_on_sale

    def asked_together(option):
        last = asked(option)
        without_lock()
        return last

    monkeypatch.setattr(options, "is_last_on_sale", asked_together)
    _answer, left = last_two(who)
    assert left == 0


# One publishes an option while another removes its only price


def publish_against_removal(who):
    option = PassOptionFactory(status=OptionStatus.DRAFT)
    price = PriceFactory(of=option)
    answer = race(
        lambda: options.publish(option, **who),
        lambda: option_prices.remove(option, price, **who),
    )
    option.refresh_from_db()
    return answer, option.status, Price.objects.filter(priced=option.priced).count()


def test_a_published_option_has_a_price(who):
    for _round in range(ROUNDS):
        answer, status, prices = publish_against_removal(who)
        assert (answer.done, answer.refused) == (1, 1)
        assert (status, prices) in {("published", 1), ("draft", 0)}


def test_without_the_lock_it_has_none(who, without_lock, monkeypatch):
    left, remove_price = options.prices_left, option_prices.pricing.remove_price

    def counted_together(option, on):
        count = left(option, on)
        without_lock()
        return count

    def removed_after_the_look(*given, **particulars):
        without_lock()
        return remove_price(*given, **particulars)

    monkeypatch.setattr(options, "prices_left", counted_together)
    monkeypatch.setattr(option_prices.pricing, "remove_price", removed_after_the_look)
    _answer, status, prices = publish_against_removal(who)
    assert (status, prices) == ("published", 0)


# Two add the same training


def both_add(who):
    pass_type, items = PassTypeFactory(), [(CourseFactory().pk, []), (CourseFactory().pk, [])]
    answer = race(
        lambda: training.add(pass_type, items=items, **who),
        lambda: training.add(pass_type, items=items[::-1], **who),
    )
    return answer.answers, pass_type.inclusions.count()


def test_training_is_added_once(who):
    for _round in range(ROUNDS):
        answers, rows = both_add(who)
        assert (sorted(answers), rows) == ([0, 2], 2)


def test_without_the_lock_the_database_refuses_the_second(who, without_lock, monkeypatch):
    kept = Inclusion.objects.bulk_create

    def kept_together(rows, **more):
        if rows:
            without_lock()
        return kept(rows, **more)

    monkeypatch.setattr(Inclusion.objects, "bulk_create", kept_together)
    with pytest.raises(IntegrityError, match="inclusion_item_once"):
        both_add(who)


# Two give an option the same price


def same_price(who, europe):
    option = PassOptionFactory()
    price = {"region": europe, "unit": europe.currencies.get(), "amount": Decimal(1)}
    answer = race(*[lambda: option_prices.add(option, **price, **who)] * 2)
    return answer, Price.objects.filter(priced=option.priced).count()


def test_prices_of_two_people_are_both_kept_or_refused(who, europe):
    answer, prices = same_price(who, europe)
    assert (answer.done, answer.refused, prices) == (1, 1, 1)


def test_without_locks_the_database_refuses_the_second_price(
    who, europe, without_lock, monkeypatch
):
    save = Price.save

    def saved_together(price, *given, **more):
        without_lock()
        save(price, *given, **more)

    monkeypatch.setattr(option_prices.pricing, "lock", lambda priced_id: None)
    monkeypatch.setattr(price_rules, "IntegrityError", NotCaught)
    monkeypatch.setattr(Price, "save", saved_together)
    # Two that check the rule at once may also wait for each other, until one is called off.
    with pytest.raises((IntegrityError, OperationalError), match=r"price_one_a_day|catalog_price"):
        same_price(who, europe)
