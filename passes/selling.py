"""How are passes sold on an opportunity? Added as an interest, and changed while it is open."""

from django.db import transaction

from crm import interests
from crm.interests import Wanted
from crm.models import Interest

from . import rules
from .models import PassInterest, PassOption, period_in_words

OFFER = "passes"


@transaction.atomic
def add_interest(opportunity_id: int, wanted: Wanted, *, option: PassOption, **who) -> Interest:
    """Add passes of the option. Takes `at`, `on`, `by`.

    Raises Refusal when type or option aren't on sale, and what `crm.interests.add` raises.
    """
    interest = interests.add(opportunity_id, OFFER, wanted, **who)
    rules.hold_on_sale(option)
    PassInterest.objects.create(interest=interest, option=option)
    return interest


@transaction.atomic
def edit_interest(
    interest_id: int, wanted: Wanted, *, option: PassOption, version: int | None = None, **who
) -> Interest:
    """Change the interest to what `add_interest` would make of the same answers."""
    interest = interests.edit(interest_id, wanted, version=version, **who)
    kept = PassInterest.objects.select_for_update().get(interest=interest)
    if kept.option_id != option.pk:
        rules.hold_on_sale(option)
        kept.option = option
        kept.save(update_fields=["option"])
    return interest


def named(option: PassOption) -> dict[str, str]:
    """Under which words an option is sold: `title` and `detail` of an interest."""
    period = period_in_words(option.period, option.period_unit)
    return {"title": option.pass_type.name, "detail": f"{option.name}, {period}"}
