"""What does the `Pass` badge say? Which pass, until when, or how to get one and whom to ask."""

from django.utils.translation import gettext as _

from catalog.models import EventType
from crm.models import Contact
from passes.entitlements import Badge, Offer
from tms.days import day_text

NAMED = 3  # of the passes that include an item, in its tip


def headline(badge: Badge) -> str:
    return _("You have it") if badge.held else _("In a pass you do not have")


def tip(badge: Badge, whom: str = "") -> str:
    """The sentences of the tooltip. `whom`: who of the account gives out unassigned passes."""
    if badge.held:
        return " ".join(filter(None, [included(badge.best), _only(badge.best)]))
    names = [offer.name for offer in badge.offers[:NAMED]]
    sentences = [_("It is part of %(passes)s.") % {"passes": _listed(names)}, _only(badge.best)]
    free = next((offer for offer in badge.offers if offer.unassigned), None)
    if free:
        sentences.append(to_give(free, whom))
    else:
        sentences.append(_("Open it to see how to get one."))
    return " ".join(filter(None, sentences))


def included(offer: Offer) -> str:
    """Included in your Leadership Library until 22 November 2027. Nothing to pay."""
    words = {"pass_type": offer.name, "day": day_text(offer.until)}
    return _("Included in your %(pass_type)s until %(day)s. Nothing to pay.") % words


def to_give(offer: Offer, whom: str) -> str:
    """That the learner's account has one nobody holds, and whom to ask for it."""
    if whom:
        return _("Your organisation has a %(pass_type)s to give: ask %(whom)s.") % {
            "pass_type": offer.name,
            "whom": whom,
        }
    return _("Your organisation has a %(pass_type)s to give: ask who buys your training.") % {
        "pass_type": offer.name
    }


def whom_to_ask(contact: Contact | None, badges) -> str:
    """Who of the learner's account gives out its passes; asked only where there is one to give."""
    if contact is None or not any(
        offer.unassigned and not offer.held for badge in badges for offer in badge.offers
    ):
        return ""
    main = contact.account.main_contact
    return main.name if main and main.pk != contact.pk else ""


def _only(offer: Offer) -> str:
    """Which of its events, where it isn't all of them."""
    if offer.event_types:
        types = [str(EventType(each).label) for each in offer.event_types]
        return _("Its %(types)s events only.") % {"types": _listed(types)}
    if offer.event_ids:
        return _("Some of its dates only.")
    return ""


def _listed(names) -> str:
    if len(names) == 1:
        return names[0]
    return _("%(first)s and %(last)s") % {"first": ", ".join(names[:-1]), "last": names[-1]}
