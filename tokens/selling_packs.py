"""How are token packs sold on an opportunity? Added as an interest, changed while it is open."""

from django.db import transaction
from django.utils.translation import gettext as _

from crm import interests
from crm.interests import Wanted
from crm.models import Interest
from tms.days import number
from tms.refusals import Refusal

from . import packs
from .models import TokenPack, TokenPackInterest

OFFER = "token_packs"


@transaction.atomic
def add_interest(opportunity_id: int, wanted: Wanted, *, pack: TokenPack, **who) -> Interest:
    """Add so many of the pack, with as many tokens as it has now. Takes `at`, `on`, `by`.

    Raises Refusal for what isn't sold any more, and what `crm.interests.add` raises. Locks the
    opportunity, then the pack.
    """
    interest = interests.add(opportunity_id, OFFER, wanted, **who)
    found = on_sale(pack)
    TokenPackInterest.objects.create(interest=interest, pack=found, units=found.units)
    return interest


@transaction.atomic
def edit_interest(
    interest_id: int, wanted: Wanted, *, pack: TokenPack, version: int | None = None, **who
) -> Interest:
    """Change the interest. Another pack comes with its tokens of now; the same one stays as it was
    offered.
    """
    interest = interests.edit(interest_id, wanted, version=version, **who)
    kept = TokenPackInterest.objects.select_for_update().get(interest=interest)
    if kept.pack_id != pack.pk:
        found = on_sale(pack)
        kept.pack, kept.units = found, found.units
        kept.save(update_fields=["pack", "units"])
    return interest


def named(pack: TokenPack, units: int | None = None) -> dict[str, str]:
    """Under which words a pack is sold: `title` and `detail` of an interest."""
    count = pack.units if units is None else units
    return {"title": pack.name, "detail": f"{number(count)} {pack.token_type}"}


def on_sale(pack: TokenPack) -> TokenPack:
    """The pack, locked. Raises Refusal where it isn't sold any more."""
    found = packs.locked(pack)
    if why := why_not(found):
        raise Refusal(why, field="pack")
    return found


def why_not(pack: TokenPack) -> str:
    """ "" while it can be sold; otherwise why not, and what to do."""
    if pack.archived_at or pack.token_type.unit.archived_at:
        return _("%(name)s isn't sold any more. Choose another pack.") % {"name": pack}
    return ""
