import pytest

from crm import external_ids, fields
from crm.models import CustomField
from tests.factories import ContactFactory, CustomFieldFactory
from tms.refusals import Refusal


def test_a_field_gets_a_key_of_its_label_and_the_last_place(who, told):
    made = [
        fields.create(label=label, kind="text", **who)
        for label in ("T-shirt size", "T-shirt size", "尺寸")
    ]
    assert [(each.key, each.position) for each in made] == [
        ("t-shirt-size", 1),
        ("t-shirt-size-2", 2),
        ("field", 3),
    ]
    assert told() == ["custom_field.created"] * 3


def test_a_renamed_field_keeps_its_key(who):
    field = fields.create(label="Size", kind="text", **who)
    fields.edit(field.pk, label="Clothing size", ask_at_checkout=True, **who)
    field.refresh_from_db()
    assert (field.key, field.label, field.ask_at_checkout) == ("size", "Clothing size", True)
    assert list(CustomField.objects.asked_at_checkout()) == [field]


def test_choices_are_needed_by_a_choice_alone(who):
    with pytest.raises(Refusal, match=r"^Name the choices, one a line.$"):
        fields.create(label="Size", kind="choice", choices=[" "], **who)
    size = fields.create(label="Size", kind="choice", choices=["S", " M ", "S"], **who)
    assert size.choices == ["S", "M"]
    assert fields.edit(size.pk, kind="text", **who).choices == []


def test_the_kind_stays_once_somebody_has_a_value(who):
    size = fields.create(label="Size", kind="text", **who)
    ContactFactory(custom={"size": "M"})
    with pytest.raises(Refusal, match=r"^The kind can't change any more: values of the old kind"):
        fields.edit(size.pk, kind="number", **who)


def test_fields_change_places(who):
    one, two, three = (fields.create(label=label, kind="text", **who) for label in "123")
    fields.move(three.pk, up=True, **who)
    fields.move(one.pk, up=True, **who)
    assert [each.label for each in CustomField.objects.living()] == ["1", "3", "2"]
    fields.archive(one.pk, **who)
    fields.move(three.pk, up=False, **who)
    assert [each.label for each in CustomField.objects.living()] == ["2", "3"]
    fields.restore(one.pk, **who)
    assert two.pk in {each.pk for each in CustomField.objects.living()}


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("text", " a  b ", "a b"),
        ("text", "=1+1", "=1+1"),
        ("number", "12.50", "12.50"),
        ("number", "1e3", "1000"),
        ("date", "2026-02-28", "2026-02-28"),
        ("yes_no", "yes", True),
        ("yes_no", "no", False),
        ("yes_no", "", None),
    ],
)
def test_values_are_kept_by_kind(db, kind, typed, kept):
    shoe = CustomFieldFactory(label="Shoe", key="shoe", kind=kind)
    assert fields.checked({"shoe": typed}, [shoe], {}).get("shoe") == kept


@pytest.mark.parametrize(
    ("kind", "typed", "sentence"),
    [
        ("number", "twelve", "Shoe takes a number, such as 12 or 12.5."),
        ("number", "NaN", "Shoe takes a number, such as 12 or 12.5."),
        ("number", "1e999", "Shoe takes a number, such as 12 or 12.5."),
        ("date", "31/02/2026", "Shoe takes a day, such as 2026-11-22."),
        ("text", "x" * 501, "Shoe takes 500 characters at most."),
    ],
)
def test_values_of_another_kind_are_refused(db, kind, typed, sentence):
    shoe = CustomFieldFactory(label="Shoe", key="shoe", kind=kind)
    with pytest.raises(Refusal) as no:
        fields.checked({"shoe": typed}, [shoe], {})
    assert (str(no.value), no.value.field) == (sentence, "custom_shoe")


def test_a_choice_that_was_taken_off_stays_where_it_was_made(db):
    size = CustomFieldFactory(label="Size", key="size", kind="choice", choices=["S"])
    assert fields.checked({"size": "M"}, [size], {"size": "M"}) == {"size": "M"}


def test_what_is_not_asked_for_stays_as_it_was(db):
    size = CustomFieldFactory(label="Size", key="size")
    assert fields.checked({"size": "", "else": "1"}, [size], {"old": "2", "size": "M"}) == {
        "old": "2"
    }


def test_an_external_id_belongs_to_one_contact_and_may_belong_to_an_account_too(
    ada, kestrel, who, told
):
    kept = external_ids.add(ada, system="HubSpot", value=" 88 ", **who)
    external_ids.add(kestrel, system="HubSpot", value="88", **who)
    with pytest.raises(Refusal, match=r"^HubSpot 88 belongs to Ada Lindqvist already.$") as no:
        external_ids.add(ContactFactory(), system="HubSpot", value="88", **who)
    assert no.value.field == "value"
    external_ids.remove(kept.pk, **who)
    with pytest.raises(Refusal, match=r"^This ID was removed already.$"):
        external_ids.remove(kept.pk, **who)
    assert told(contact_id=ada.pk) == ["contact.external_id_added", "contact.external_id_removed"]
    assert str(kestrel.external_ids.get()) == "HubSpot 88"
