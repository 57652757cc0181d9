"""How is written down what happened to a contact, an account or an opportunity?"""

from tms import journal

from .models import Account, Change, Opportunity


def write(kind: str, owner, *, before: dict | None = None, after: dict | None = None, **who):
    """Write one fact about its owner; the values go where they can be erased.

    Two INSERTs with values, one without. Takes what `journal.write` takes.
    """
    if before or after:
        change = Change.objects.create(
            **{noun_of(owner): owner},
            before=journal.plain(before or {}),
            after=journal.plain(after or {}),
        )
        who["after"] = {"change": change.pk}
    return journal.write(kind, owner.pk, **ids_of(owner), **who)


def noun_of(owner) -> str:
    """What the journal calls it: "account", "contact" or "opportunity"."""
    if isinstance(owner, Account):
        return "account"
    return "opportunity" if isinstance(owner, Opportunity) else "contact"


def ids_of(owner) -> dict:
    """Under whose history the facts about it stand."""
    if isinstance(owner, Account):
        return {"account_id": owner.pk}
    if isinstance(owner, Opportunity):
        return {"account_id": owner.account_id, "contact_id": owner.contact_id}
    return {"account_id": owner.account_id, "contact_id": owner.pk}
