"""What do tokens hold about a person, and what becomes of it with them?

The ledger stays as it is, to the last token; only words go from it.
"""

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from tms.consequences import Consequence
from tms.personal import ERASED, Part, Person, part

from .models import LedgerEntry, Spender, TokenIssue


def held(person: Person) -> list[Part]:
    spent = LedgerEntry.objects.filter(
        Q(contact__in=person.contacts) | Q(account__in=person.own_accounts)
    )
    return [
        part(
            "token_issues",
            _("Training tokens"),
            TokenIssue.objects.filter(account__in=person.own_accounts),
            "id",
            "account_id",
            "token_type__unit__label",
            "issued",
            "issued_on",
            "expires_on",
            "remaining",
            "note",
        ),
        part(
            "token_entries",
            _("Movements of training tokens"),
            spent,
            "id",
            "account_id",
            "token_type__unit__label",
            "kind",
            "quantity",
            "on",
            "reason",
        ),
        part(
            "token_spending",
            _("Accounts whose tokens they may spend"),
            Spender.objects.filter(contact=person.contact_id),
            "account_id",
        ),
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """They may spend nothing any more, and no word of them stays; every sum stays as it is."""
    Spender.objects.filter(contact=person.contact_id).delete()
    words = TokenIssue.objects.exclude(note__in=["", ERASED])
    words.filter(account__in=person.own_accounts).update(note=ERASED)
    words.filter(account__in=person.accounts).filter(person.mentioned("note")).update(note=ERASED)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tokens_erase_history(contact, %s::bigint[], %s::bigint[], %s::text[]) "
            "FROM unnest(%s::bigint[]) contact",
            [
                list(person.own_accounts),
                list(person.accounts),
                list(person.names),
                list(person.contacts),
            ],
        )
    left = TokenIssue.objects.filter(account__in=person.own_accounts).spendable_on(on)
    numbers = {}
    for label, remaining in left.values_list("token_type__unit__label", "remaining"):
        numbers[label] = numbers.get(label, 0) + remaining
    if not numbers:
        return []
    lines = tuple(f"{number} {label}" for label, number in numbers.items())
    sentence = _("Training tokens that nobody can spend any more stay in the books.")
    return [Consequence("closes", sentence, sum(numbers.values()), lines)]
