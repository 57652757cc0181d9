"""What did I reach? A learner's results, whether what they were reached in is open or closed."""

from django.views.decorators.http import require_GET

from tms.ui.access import learner

from .. import results
from .learning import _learner
from .profile import _page


@learner
@require_GET
def mine(request):
    """Scores, marks and certificates, course by course."""
    contact = _learner(request)
    found = results.of(contact.pk)
    return _page(request, "results", "lms:profile_results", contact=contact, items=found)
