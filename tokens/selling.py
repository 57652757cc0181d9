"""How are tokens sold on an opportunity? Added as an interest, and changed while it is open."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm import interests
from crm.interests import Wanted
from crm.models import Interest
from tms.refusals import Refusal

from .models import TokenInterest, TokenType

OFFER = "tokens"


@transaction.atomic
def add_interest(opportunity_id: int, wanted: Wanted, *, token_type: TokenType, **who) -> Interest:
    """Add tokens of the type. Takes `at`, `on`, `by`; raises what `crm.interests.add` raises."""
    refuse_archived(token_type)
    interest = interests.add(opportunity_id, OFFER, wanted, **who)
    TokenInterest.objects.create(interest=interest, token_type=token_type)
    return interest


@transaction.atomic
def edit_interest(
    interest_id: int, wanted: Wanted, *, token_type: TokenType, version: int | None = None, **who
) -> Interest:
    """Change the interest to what `add_interest` would make of the same answers."""
    interest = interests.edit(interest_id, wanted, version=version, **who)
    kept = TokenInterest.objects.select_for_update().get(interest=interest)
    if kept.token_type_id != token_type.pk:
        refuse_archived(token_type)
        kept.token_type = token_type
        kept.save(update_fields=["token_type"])
    return interest


def refuse_archived(token_type: TokenType) -> None:
    """Raise Refusal for a type that can't be issued any more."""
    if token_type.unit.archived_at:
        raise Refusal(why_archived(token_type), field="token_type")


def why_archived(token_type: TokenType) -> str:
    return _("%(type)s is archived and can't be sold. Choose another token type.") % {
        "type": token_type
    }
