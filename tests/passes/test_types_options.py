"""Options of a pass type: made, edited, put on sale, taken off it, deleted."""

from datetime import date

import pytest
from django.db import IntegrityError

from passes import options, types
from passes.models import OptionStatus, PassOption, TypeStatus
from tests.factories import PassFactory, PassOptionFactory, PassTypeFactory, PriceFactory
from tms import preview
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


def draft(**facts):
    return PassOptionFactory(status=OptionStatus.DRAFT, **facts)


def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return str(caught.value)


def told(option):
    rows = JournalRow.objects.filter(subject_kind="pass_option", subject_id=option.pk)
    return [(row.kind, row.before, row.after) for row in rows.order_by("id")]


def test_a_new_option_is_a_draft(who):
    pass_type = PassTypeFactory(status=TypeStatus.DRAFT)
    made = options.create(pass_type, name=" Annual ", period=12, period_unit="months", **who)
    made.refresh_from_db()
    assert (made.name, made.length, made.status) == ("Annual", "12 months", "draft")
    facts = {"name": "Annual", "period": 12, "period_unit": "months"}
    assert told(made) == [("pass_option.created", {}, facts | {"pass_type": pass_type.pk})]


def test_a_type_has_any_number_of_options_each_with_its_own_name(who):
    pass_type = PassTypeFactory(name="Leadership Library")
    for number in range(1, 13):
        options.create(pass_type, name=f"{number}", period=number, period_unit="months", **who)
    assert pass_type.options.count() == 12
    options.create(pass_type, name="Annual", period=1, period_unit="days", **who)
    with pytest.raises(Refusal) as caught:
        options.create(pass_type, name="ANNUAL", period=1, period_unit="days", **who)
    assert (str(caught.value), caught.value.field) == (
        "Leadership Library already has an option called ANNUAL. Choose another name.",
        "name",
    )
    options.create(PassTypeFactory(), name="ANNUAL", period=1, period_unit="days", **who)


@pytest.mark.parametrize(
    ("period", "unit", "words"),
    [
        (1, "days", "1 day"),
        (3650, "days", "3650 days"),
        (1, "months", "1 month"),
        (120, "months", "120 months"),
    ],
)
def test_periods_that_can_be(who, period, unit, words):
    made = options.create(PassTypeFactory(), name="A", period=period, period_unit=unit, **who)
    assert made.length == words


@pytest.mark.parametrize(
    ("period", "unit", "sentence", "field"),
    [
        (0, "days", "Take a whole number from 1 to 3650 for days.", "period"),
        (3651, "days", "Take a whole number from 1 to 3650 for days.", "period"),
        (0, "months", "Take a whole number from 1 to 120 for months.", "period"),
        (121, "months", "Take a whole number from 1 to 120 for months.", "period"),
        (-1, "months", "Take a whole number from 1 to 120 for months.", "period"),
        (1, "weeks", "Choose days or months.", "period_unit"),
    ],
)
def test_periods_that_cannot_be(who, period, unit, sentence, field):
    with pytest.raises(Refusal) as caught:
        options.create(PassTypeFactory(), name="A", period=period, period_unit=unit, **who)
    assert (str(caught.value), caught.value.field) == (sentence, field)


@pytest.mark.parametrize(("period", "unit"), [(0, "days"), (3651, "days"), (121, "months")])
def test_the_database_refuses_them_too(period, unit):
    with pytest.raises(IntegrityError, match="pass_option_period_in_range"):
        draft(period=period, period_unit=unit)


def test_an_option_needs_a_name_of_some_length(who):
    pass_type = PassTypeFactory()
    for name, sentence in [
        ("  ", "Give it a name."),
        ("x" * 81, "Make it shorter: at most 80 characters."),
    ]:
        assert sentence == refused(
            lambda name=name: options.create(
                pass_type, name=name, period=1, period_unit="days", **who
            )
        )


def test_a_new_period_changes_only_passes_issued_from_then_on(who, kestrel):
    annual = PassOptionFactory(name="Annual")
    held = PassFactory(option=annual, account=kestrel)
    options.edit(annual, name="Half a year", period=6, period_unit="months", version=0, **who)
    annual.refresh_from_db()
    assert (annual.name, annual.length, annual.status, annual.version) == (
        "Half a year",
        "6 months",
        "published",
        1,
    )
    held.refresh_from_db()
    assert held.expires_on == date(2027, 11, 22)
    assert told(annual) == [
        (
            "pass_option.edited",
            {"name": "Annual", "period": 12},
            {"name": "Half a year", "period": 6},
        )
    ]


def test_the_same_edit_again_records_nothing(who):
    annual = PassOptionFactory(name="Annual")
    options.edit(annual, name="Annual", period=12, period_unit="months", **who)
    annual.refresh_from_db()
    assert (annual.version, told(annual)) == (0, [])


def test_a_stale_edit_changes_nothing(who):
    annual = PassOptionFactory(name="Annual", version=2)
    with pytest.raises(Stale) as caught:
        options.edit(annual, name="A", period=1, period_unit="days", version=1, **who)
    assert str(caught.value) == (
        "Somebody else changed Annual meanwhile. It is shown as it is now."
    )


def test_an_option_is_published_once_it_has_a_price(who):
    taster = draft()
    assert refused(lambda: options.publish(taster, **who)) == (
        "It has no price. Add at least one price first."
    )
    PriceFactory(of=taster, valid_to=date(2026, 11, 21))
    assert refused(lambda: options.publish(taster, **who)) == (
        "It has no price. Add at least one price first."
    )
    PriceFactory(of=taster, valid_from=date(2026, 11, 22))
    options.publish(taster, version=0, **who)
    taster.refresh_from_db()
    assert (taster.status, taster.version) == ("published", 1)
    assert told(taster) == [("pass_option.published", {"status": "draft"}, {"status": "published"})]


def test_a_published_option_does_not_go_back_to_draft(who):
    annual = PassOptionFactory()
    PriceFactory(of=annual)
    assert refused(lambda: options.publish(annual, **who)) == "It is already published."
    options.edit(annual, name="B", period=1, period_unit="days", **who)
    annual.refresh_from_db()
    assert annual.status == "published"


def test_archiving_an_option_takes_it_off_sale_and_its_passes_go_on(who, kestrel):
    annual = PassOptionFactory(name="Annual")
    PassOptionFactory(pass_type=annual.pass_type, name="Half a year")
    held = PassFactory(option=annual, account=kestrel)
    expected = [
        Consequence("closes", "Annual is off sale at once: nobody can be given it any more.", 1),
        Consequence("stays", "1 active pass goes on to its own expiry.", 1),
    ]
    assert preview.run(lambda: options.archive(annual, **who)) == expected
    assert options.archive(annual, version=0, **who) == expected
    annual.refresh_from_db()
    held.refresh_from_db()
    assert (annual.status, held.expires_on) == ("archived", date(2027, 11, 22))
    assert told(annual) == [
        ("pass_option.archived", {"status": "published"}, {"status": "archived"})
    ]
    assert refused(lambda: options.archive(annual, **who)) == "It is already archived."


def test_an_archived_option_is_published_again(who):
    annual = PassOptionFactory(status=OptionStatus.ARCHIVED)
    PriceFactory(of=annual)
    options.publish(annual, **who)
    annual.refresh_from_db()
    assert annual.status == "published"


def test_a_draft_option_cannot_be_archived(who):
    assert refused(lambda: options.archive(draft(), **who)) == (
        "It is a draft and not on sale, so there is nothing to archive."
    )


def test_the_last_published_option_of_an_active_type_stays(who):
    annual = PassOptionFactory()
    draft(pass_type=annual.pass_type, name="Taster")
    sentence = (
        "It is the last published option of an Active pass type. "
        "Publish another one first, or archive the pass type instead."
    )
    assert refused(lambda: options.archive(annual, **who)) == sentence
    assert refused(lambda: options.delete(annual, **who)) == sentence
    types.archive(annual.pass_type, **who)
    options.archive(annual, **who)
    annual.refresh_from_db()
    assert annual.status == "archived"


def test_an_option_that_was_never_issued_is_deleted_with_its_prices(who):
    taster = draft()
    PriceFactory(of=taster)
    assert options.delete(taster, **who) == [
        Consequence("closes", "1 price is deleted with it.", 1)
    ]
    assert PassOption.objects.count() == 0
    assert type(taster.priced).objects.filter(pk=taster.priced_id).count() == 0
    assert [kind for kind, _before, _after in told(taster)] == ["pass_option.deleted"]
    assert options.delete(draft(), **who) == []


def test_an_option_that_was_ever_issued_is_never_deleted(who, kestrel):
    annual = PassOptionFactory(status=OptionStatus.ARCHIVED)
    over = {"starts_on": date(2020, 1, 1), "expires_on": date(2020, 12, 31)}
    PassFactory(option=annual, account=kestrel, **over)
    assert refused(lambda: options.delete(annual, **who)) == (
        "1 pass was issued by this option, so it stays on record. Archive it instead."
    )
    assert PassOption.objects.count() == 1


def test_a_deleted_option_refuses_every_verb(who):
    gone = draft()
    PassOption.objects.all().delete()
    for verb in (options.publish, options.archive, options.delete):
        with pytest.raises(Stale, match=r"^This option was deleted meanwhile\.$"):
            verb(gone, **who)
