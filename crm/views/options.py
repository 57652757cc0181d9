"""Who can be chosen, after a few letters?"""

from django.views.decorators.http import require_GET

from tms.ui.access import staff
from tms.ui.combobox import options

from ..choosing import accounts_matching, contacts_matching
from ..models import Account, Contact


def whole_number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


@require_GET
@staff("crm.view_people")
def contact_options(request):
    """Contacts for a combobox; `?account=7`: only those linked to that account."""
    rows = Contact.objects.living()
    if asked := request.GET.get("account", ""):
        rows = rows.of_account(whole_number(asked))
    rows = contacts_matching(rows, request.GET.get("q", "")[:200])
    return options(request, rows, aside=lambda contact: contact.email or contact.account.name)


@require_GET
@staff("crm.view_people")
def account_options(request):
    """Accounts for a combobox."""
    rows = accounts_matching(Account.objects.living(), request.GET.get("q", "")[:200])
    return options(request, rows, aside=lambda account: account.city)
