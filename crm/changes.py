"""How is written down what happened to a contact or an account?"""

from tms import journal

from .models import Account, Change


def write(kind: str, owner, *, before: dict | None = None, after: dict | None = None, **who):
    """Write one fact about the contact or account; its values go where they can be erased.

    Two INSERTs with values, one without. Takes what `journal.write` takes.
    """
    if before or after:
        about = "account" if isinstance(owner, Account) else "contact"
        change = Change.objects.create(
            **{about: owner}, before=journal.plain(before or {}), after=journal.plain(after or {})
        )
        who["after"] = {"change": change.pk}
    return journal.write(kind, owner.pk, **ids_of(owner), **who)


def ids_of(owner) -> dict:
    """Under whose history the facts about this contact or account stand."""
    if isinstance(owner, Account):
        return {"account_id": owner.pk}
    return {"account_id": owner.account_id, "contact_id": owner.pk}
