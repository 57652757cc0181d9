"""How does a quote leave? As the PDF of what was written down when it was made."""

from django.shortcuts import get_object_or_404
from django.utils import translation

from tms.ui.access import staff

from .. import documents, quotes
from ..models import Quote
from .opportunities import SEE


@staff(SEE)
def quote(request, pk):
    """The document, in the language that it was made in; the same for ever."""
    found = get_object_or_404(Quote, pk=pk)
    with translation.override(found.content["language"]):
        return documents.answer(
            quotes.document(found),
            quotes.logo_of(found),
            at=found.at,
            file=f"{found.number}.pdf",
        )
