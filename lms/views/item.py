"""The page of a course or a path, and the page of a pass type."""

from django.http import Http404
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from catalog.models import Category, Item, ItemStatus
from passes.entitlements import items_in
from passes.models import Pass, PassType, TypeStatus
from tms.compiled import Rows

from .. import badges, cancelling, offering, option_words, packs, pass_rows, requests, waiting
from ..covers import cover
from ..models import Certificate, Registration
from ..payments import provider
from ..visitor import visitor

PROOFS = Rows(
    lambda contact, item: Certificate.objects.filter(
        contact=contact, item=item, withdrawn_at=None
    ).order_by("-id")[:1]
)
LISTED = 200  # items on the page of a pass type

ITEMS = Rows(lambda slug: Item.objects.filter(slug=slug).exclude(status=ItemStatus.DRAFT))
CONTENTS = Rows(
    lambda pass_type: (
        items_in(pass_type)
        .published()
        .order_by("title_key", "id")
        .values("kind", "slug", "title", "summary")[: LISTED + 1]
    )
)
CATEGORIES = Rows(lambda item: Category.objects.filter(items=item).order_by("position", "name"))


@require_safe
def item(request, slug):
    """What it is, its dates with free seats, what it costs, the passes that include it."""
    return item_page(request, slug)


def item_page(request, slug, *, refused="", chosen=None, status=200):
    """The page, perhaps with the sentence of a refusal over what was chosen."""
    who = visitor(request)
    found = item_of(slug, who.contact_id)
    offered = offering.of(
        found,
        contact_id=who.contact_id,
        account_id=who.account_id,
        region=who.region,
        on=request.today,
        at=request.now,
        units=lambda: who.units,
        billed=provider.taken() or bool(who.contact and who.contact.account.pays_by_invoice),
    )
    badge = offered.badge
    whom = badges.whom_to_ask(who.contact, [badge] if badge else [])
    categories = CATEGORIES(item=found.pk)
    context = {
        "who": who,
        "item": found,
        "offered": offered,
        "categories": categories,
        "cover": "" if found.image else cover(found.pk, min((c.pk for c in categories), default=0)),
        "included": pass_rows.including(badge, options_of(badge.offers, who, request.today))
        if badge
        else "",
        "ways": pass_rows.ways(badge) if badge and not badge.held else "",
        "to_give": [
            badges.to_give(offer, whom)
            for offer in (badge.offers if badge and not badge.held else ())
            if offer.unassigned
        ],
        "asked": requests.asked(who.contact_id, item=found),
        "proofs": PROOFS(contact=who.contact_id, item=found.pk) if who.contact_id else [],
        "refused": refused,
        "chosen": chosen,
        "places_in_line": {
            each.pk: each.number
            for each in (
                waiting.positions(who.contact_id, on=request.today)
                if any(date.waits for date in offered.dates)
                else ()
            )
        },
        "moved": [
            each
            for each in offered.registrations
            if each.event_id and each.may_choose_on(request.today)
        ],
        "why_not_cancel": cancelling.why_not(offered.registration, **cancelling.rules(request))
        if offered.registration
        else "",
    }
    response = render(request, "lms/item.html", context, status=status)
    patch_vary_headers(response, ["Cookie"])
    return response


def item_of(slug: str, contact_id: int | None) -> Item:
    """A published item, or an archived one that the contact is registered on; otherwise 404."""
    found = ITEMS.or_404(slug=slug)
    if found.status == ItemStatus.ARCHIVED:
        mine = Registration.objects.live().filter(contact=contact_id, contact__isnull=False)
        if not (mine.filter(event__course=found) | mine.filter(path=found)).exists():
            raise Http404
    return found


def options_of(offers, who, on) -> dict[int, list]:
    """The options, with prices in words, of the pass types that aren't held. One statement."""
    types = [each.pass_type_id for each in offers if not each.held]
    return option_words.of_types(types, region=who.region, on=on, units=lambda: who.units)


def sells(request, who) -> bool:
    """Could this visitor buy a pass here? Whoever isn't signed in is asked to, first."""
    if not request.organisation.sells_online or who.read_only:
        return False
    if who.contact is None:
        return provider.taken() and not request.user.is_authenticated
    return provider.taken() or who.contact.account.pays_by_invoice


@require_safe
def pass_type(request, slug):
    """What a pass is, its options and prices, everything in it, and how to get it."""
    who = visitor(request)
    found = PassType.objects.filter(slug=slug).exclude(status=TypeStatus.DRAFT).first()
    held = None
    if found and who.contact_id:
        passes = Pass.objects.active_on(request.today).filter(pass_type=found)
        held = passes.filter(contact=who.contact_id).order_by("-expires_on").first()
    if found is None or (found.status == TypeStatus.ARCHIVED and not held):
        raise Http404
    to_give = ""
    if who.contact and not held:
        free = Pass.objects.active_on(request.today).filter(
            pass_type=found, account=who.account_id, contact=None
        )
        if free.exists():
            main = who.contact.account.main_contact
            to_give = main.name if main and main.pk != who.contact_id else "-"
    items = CONTENTS(pass_type=found.pk)
    context = {
        "who": who,
        "pass_type": found,
        "held": held,
        "to_give": to_give,
        "options": option_words.of_types(
            [found.pk], region=who.region, on=request.today, units=lambda: who.units
        ).get(found.pk, []),
        "contents": pass_rows.contents(items[:LISTED]),
        "more": len(items) > LISTED,
        "asked": requests.asked(who.contact_id, pass_type=found),
        "buys": sells(request, who),
        "sold": bool(who.may_buy_tokens and request.organisation.sells_online)
        and packs.on_sale().exists(),
    }
    response = render(request, "lms/pass_type.html", context)
    patch_vary_headers(response, ["Cookie"])
    return response
