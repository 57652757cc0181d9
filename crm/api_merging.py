"""How does a program make one of two contacts, or of two accounts, that are the same?"""

from typing import Annotated

from pydantic import Field

from tms.programs.fields import Id, Version
from tms.programs.looking import at_address, named
from tms.programs.previews import Previewed, outcome
from tms.programs.resource import Resource, operation, who

from . import merging as verbs
from .api import TAGS
from .api_accounts import AccountChanged, told_account
from .api_contacts import ContactChanged, told_contact
from .models import Account, Contact

merging = Resource(tags=TAGS)


class Merging(Previewed):
    """What is asked of merging. Ask for a preview first: it can't be undone."""

    double: Annotated[Id, Field(description="It becomes part of the one in the address.")]
    version: Annotated[Version | None, Field(description="Of the one in the address.")] = None


@merging.writes("/contacts/{int:pk}/merging", scope="people:merge", answer=ContactChanged)
def merge_contact(request, pk: int, asked: Merging):
    """Merge another contact into this one, for good.

    Passes, tokens, registrations and all else move; what this one has stays, and what is empty is
    filled in. The double's id leads here: it is told with `merged_into`.
    """
    at_address(Contact.objects, pk)
    double = named(Contact.objects.all(), asked.double, "double")
    told = verbs.merge_contacts(
        pk, double.pk, version=asked.version, **who(request), **operation(request)
    )
    return ContactChanged(changed=told_contact(pk), **outcome(asked, told))


@merging.writes("/accounts/{int:pk}/merging", scope="people:merge", answer=AccountChanged)
def merge_account(request, pk: int, asked: Merging):
    """Merge another account into this one, for good.

    Its contacts, passes, tokens, invoices and all else are this one's. The double's id leads here:
    it is told with `merged_into`.
    """
    at_address(Account.objects, pk)
    double = named(Account.objects.all(), asked.double, "double")
    told = verbs.merge_accounts(
        pk, double.pk, version=asked.version, **who(request), **operation(request)
    )
    return AccountChanged(changed=told_account(pk), **outcome(asked, told))
