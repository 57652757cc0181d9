"""Pass types: set up, edited, put on sale, taken off it, restored, deleted."""

from datetime import date

import pytest

from passes import types
from passes.models import OptionStatus, PassOption, PassType, TypeStatus
from tests.factories import (
    ContactFactory,
    CourseFactory,
    PassFactory,
    PassOptionFactory,
    PassTypeFactory,
    PriceFactory,
)
from tms import preview
from tms.consequences import Consequence
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    """At what moment, on which day, and by whom."""
    return {"at": clock.at, "on": clock.on(), "by": office}


def draft(**facts):
    return PassTypeFactory(status=TypeStatus.DRAFT, **facts)


def refused(call) -> str:
    with pytest.raises(Refusal) as caught:
        call()
    return str(caught.value)


def told(pass_type_id):
    """What the journal says of a type, oldest first."""
    rows = JournalRow.objects.filter(subject_kind="pass_type", subject_id=pass_type_id)
    return [(row.kind, row.before, row.after) for row in rows.order_by("id")]


def test_a_new_type_is_a_draft_with_a_slug_and_a_row_in_the_journal(who, office):
    made = types.create(
        name="  Leadership   Library ", code=" LEAD ", description="For leaders.\n", **who
    )
    made.refresh_from_db()
    facts = (made.name, made.code, made.description, made.slug, made.status, made.version)
    assert facts == (
        "Leadership Library",
        "LEAD",
        "For leaders.",
        "leadership-library",
        "draft",
        0,
    )
    row = JournalRow.objects.get()
    assert (row.kind, row.subject_id, row.by_id, row.on) == (
        "pass_type.created",
        made.pk,
        office.pk,
        who["on"],
    )
    assert row.after == {
        "name": "Leadership Library",
        "code": "LEAD",
        "description": "For leaders.",
    }


def test_slugs_are_different_and_exist_in_every_script(who):
    made = [types.create(name=name, code=str(n), **who) for n, name in enumerate(["A b", "a B!"])]
    assert [each.slug for each in made] == ["a-b", "a-b-2"]
    assert types.create(name="指導者", code="LEAD", **who).slug == "lead"
    assert types.create(name="指導者", code="指", **who).slug == "pass"
    assert types.create(name="x" * 120, code="long", **who).slug == "x" * 110


def test_a_code_is_unique_regardless_of_case(who):
    types.create(name="Leadership Library", code="LEAD", **who)
    with pytest.raises(Refusal) as caught:
        types.create(name="Another", code="lead", **who)
    assert str(caught.value) == "Leadership Library already has the code LEAD. Choose another."
    assert caught.value.field == "code"
    assert PassType.objects.count() == 1


@pytest.mark.parametrize(
    ("facts", "sentence", "field"),
    [
        ({"name": " ", "code": "A"}, "Give it a name.", "name"),
        ({"name": "A", "code": ""}, "Give it a code.", "code"),
        ({"name": "x" * 121, "code": "A"}, "Make it shorter: at most 120 characters.", "name"),
        ({"name": "A", "code": "x" * 31}, "Make it shorter: at most 30 characters.", "code"),
    ],
)
def test_a_type_needs_a_name_and_a_code_of_some_length(who, facts, sentence, field):
    with pytest.raises(Refusal) as caught:
        types.create(**facts, **who)
    assert (str(caught.value), caught.value.field) == (sentence, field)


def test_an_edit_is_recorded_with_what_changed_and_keeps_the_slug(who):
    made = draft(name="Old", code="OLD", slug="old")
    types.edit(made, name="New", code="old", description="", version=0, **who)
    made.refresh_from_db()
    assert (made.name, made.code, made.slug, made.version) == ("New", "old", "old", 1)
    assert told(made.pk) == [
        ("pass_type.edited", {"name": "Old", "code": "OLD"}, {"name": "New", "code": "old"})
    ]


def test_the_same_edit_again_changes_and_records_nothing(who):
    made = draft(name="Same", code="SAME")
    types.edit(made, name="Same", code="SAME", **who)
    made.refresh_from_db()
    assert (made.version, told(made.pk)) == (0, [])


def test_an_edit_cannot_take_the_code_of_another_type(who):
    PassTypeFactory(name="Data Skills", code="DATA")
    made = draft(code="LEAD")
    sentence = refused(lambda: types.edit(made, name="A", code="dAtA", **who))
    assert sentence == "Data Skills already has the code DATA. Choose another."


def test_a_stale_edit_changes_nothing(who):
    made = draft(name="Now", version=4)
    with pytest.raises(Stale) as caught:
        types.edit(made, name="Later", code="L", version=3, **who)
    assert str(caught.value) == "Somebody else changed Now meanwhile. It is shown as it is now."
    assert PassType.objects.get().name == "Now"


def test_a_draft_is_published_once_it_has_a_published_option(who):
    made = draft()
    PassOptionFactory(pass_type=made, status=OptionStatus.DRAFT)
    assert refused(lambda: types.publish(made, **who)) == (
        "It has no published option yet. Publish at least one option first."
    )
    PassOptionFactory(pass_type=made, name="Half a year")
    types.publish(made, version=0, **who)
    made.refresh_from_db()
    assert (made.status, made.version) == ("active", 1)
    assert told(made.pk) == [("pass_type.published", {"status": "draft"}, {"status": "active"})]


def test_publishing_again_is_refused(who):
    assert refused(lambda: types.publish(PassTypeFactory(), **who)) == "It is already Active."
    archived = PassTypeFactory(status=TypeStatus.ARCHIVED)
    assert refused(lambda: types.publish(archived, **who)) == (
        "It is archived. Restore it instead."
    )


def test_archive_says_what_goes_off_sale_and_which_passes_go_on(who, kestrel):
    made = PassTypeFactory()
    annual = PassOptionFactory(pass_type=made, name="Annual")
    PassOptionFactory(pass_type=made, name="Taster", status=OptionStatus.DRAFT)
    PassFactory(option=annual, account=kestrel)
    PassFactory(option=annual, account=kestrel)
    over = {"starts_on": date(2025, 11, 21), "expires_on": date(2026, 11, 21)}
    PassFactory(option=annual, account=kestrel, **over)
    expected = [
        Consequence(
            "closes",
            "1 option is off sale at once: nobody can be given it any more, "
            "and learners no longer see it as an offer.",
            1,
            ("Annual",),
        ),
        Consequence("stays", "2 active passes go on to their own expiry.", 2),
    ]
    assert preview.run(lambda: types.archive(made, **who)) == expected
    made.refresh_from_db()
    assert (made.status, told(made.pk)) == ("active", [])
    assert types.archive(made, **who) == expected
    made.refresh_from_db()
    assert (made.status, made.version) == ("archived", 1)
    assert told(made.pk) == [("pass_type.archived", {"status": "active"}, {"status": "archived"})]


def test_archiving_leaves_the_passes_as_they_are(who, ada):
    held = PassFactory(contact=ada, account=ada.account)
    before = type(held).objects.values().get(pk=held.pk)
    types.archive(held.pass_type, **who)
    assert type(held).objects.values().get(pk=held.pk) == before
    assert held.status_on(who["on"]) == "active"


def test_only_what_is_on_sale_can_be_archived(who):
    assert refused(lambda: types.archive(draft(), **who)) == (
        "It is a draft and not on sale, so there is nothing to archive."
    )
    archived = PassTypeFactory(status=TypeStatus.ARCHIVED)
    assert refused(lambda: types.archive(archived, **who)) == "It is already archived."


def test_an_archived_type_is_restored_to_sale(who):
    made = PassTypeFactory(status=TypeStatus.ARCHIVED)
    assert refused(lambda: types.restore(made, **who)) == str(types.NEEDS_OPTION)
    PassOptionFactory(pass_type=made)
    types.restore(made, **who)
    made.refresh_from_db()
    assert made.status == "active"
    assert told(made.pk) == [("pass_type.restored", {"status": "archived"}, {"status": "active"})]


def test_a_type_that_was_never_issued_is_deleted_with_options_prices_and_training(who):
    made = draft(name="Gone", code="GONE", opens=[CourseFactory()])
    option = PassOptionFactory(pass_type=made, name="Annual")
    PriceFactory(of=option)
    gone = types.delete(made, **who)
    assert [each.sentence for each in gone] == [
        "1 option is deleted with its prices.",
        "1 training is no longer in a pass of this type. It stays in the catalogue.",
    ]
    assert (PassType.objects.count(), PassOption.objects.count()) == (0, 0)
    assert type(option.priced).objects.filter(pk=option.priced_id).count() == 0
    assert [kind for kind, _before, _after in told(made.pk)] == ["pass_type.deleted"]


def test_a_type_that_was_ever_issued_is_never_deleted(who, kestrel):
    option = PassOptionFactory()
    over = {"starts_on": date(2020, 1, 1), "expires_on": date(2020, 12, 31)}
    PassFactory(option=option, account=kestrel, **over)
    assert refused(lambda: types.delete(option.pass_type, **who)) == (
        "1 pass of this type was issued, so it stays on record. Archive it instead."
    )
    PassFactory(option=option, account=kestrel, contact=ContactFactory(account=kestrel))
    assert refused(lambda: types.delete(option.pass_type, **who)) == (
        "2 passes of this type were issued, so it stays on record. Archive it instead."
    )
    assert PassType.objects.count() == 1


def test_a_deleted_type_refuses_every_verb(who):
    made = draft()
    PassType.objects.all().delete()
    for verb in (types.publish, types.archive, types.restore, types.delete):
        with pytest.raises(Stale, match=r"^This pass type was deleted meanwhile\.$"):
            verb(made, **who)
