"""What did the learner pay for online, and what was billed for the passes that they bought?"""

from django.http import Http404
from django.views.decorators.http import require_safe

from catalog.money import written
from crm import documents
from tms.ui.access import learner

from .. import online
from ..models import Payment
from .booking import learning
from .profile import _learner, _page

SHOWN = 100


@learner
@require_safe
def payments(request):
    """Each with how it stands, the newest first; then the invoices over passes."""
    contact = _learner(request)
    rows = Payment.objects.filter(contact=contact).select_related("unit", "invoice")
    found = list(rows.order_by("-id")[:SHOWN])
    for each in found:
        each.state = each.state_at(request.now)
        each.amount = written(each.gross, each.unit)
    invoices = sorted(online.invoices_of(contact).values(), key=lambda each: -each.pk)
    for each in invoices:
        each.amount = written(each.gross, each.currency)
    return _page(
        request,
        "payments",
        "lms:profile_payments",
        contact=contact,
        payments=found,
        invoices=invoices,
    )


@learner
@require_safe
def invoice(request, pk):
    """The invoice over a pass that they bought, to be kept."""
    mine = online.invoices_of(learning(request).contact).values()
    found = next((each for each in mine if each.pk == pk), None)
    if found is None:
        raise Http404
    said = documents.of_invoice(found, request.organisation)
    return documents.answer(said, request.organisation, at=request.now, file=f"{found.number}.pdf")
