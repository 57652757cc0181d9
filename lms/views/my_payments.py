"""What did the learner pay for online, and what was billed for what they bought?"""

import itertools

from django.http import Http404
from django.views.decorators.http import require_safe

from catalog.money import written
from crm import documents
from tms.ui.access import learner

from .. import online, packs
from ..models import Payment
from .booking import learning
from .profile import _learner, _page

SHOWN = 100


@learner
@require_safe
def payments(request):
    """Each with how it stands, the newest first; then the invoices over passes and tokens."""
    contact = _learner(request)
    rows = Payment.objects.filter(contact=contact).select_related("unit", "invoice")
    found = list(rows.order_by("-id")[:SHOWN])
    for each in found:
        each.state = each.state_at(request.now)
        each.amount = written(each.gross, each.unit)
    of_passes, of_tokens = invoices_of(contact)
    for each in (*of_passes, *of_tokens):
        each.amount = written(each.gross, each.currency)
    return _page(
        request,
        "payments",
        "lms:profile_payments",
        contact=contact,
        payments=found,
        invoices=of_passes,
        token_invoices=of_tokens,
    )


@learner
@require_safe
def invoice(request, pk):
    """The invoice over a pass or tokens that they bought, to be kept."""
    mine = invoices_of(learning(request).contact)
    found = next((each for each in itertools.chain(*mine) if each.pk == pk), None)
    if found is None:
        raise Http404
    said = documents.of_invoice(found, request.organisation)
    return documents.answer(said, request.organisation, at=request.now, file=f"{found.number}.pdf")


def invoices_of(contact) -> tuple[list, list]:
    """Those over passes, and those over packs of tokens, that they bought; the newest first."""
    of_both = online.invoices_of(contact), packs.invoices_of(contact)
    passes, tokens = (sorted(each.values(), key=lambda bill: -bill.pk) for each in of_both)
    return passes, tokens
