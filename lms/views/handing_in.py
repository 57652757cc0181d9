"""What does the page of an assignment show? The form, and what was handed in."""

import uuid

from .. import assignments
from ..forms_assignment import HandInForm
from ..models import Assignment


def stand(contact_id: int, unit_id: int, form, read_only: bool) -> dict:
    """What one may hand in, and did; no form once it is passed. Two statements."""
    mine = assignments.of(contact_id, unit_id)
    passed = any(each.passed for each in mine)
    return {
        "assignment": Assignment.objects.get(pk=unit_id),
        "submissions": mine,
        "passed": passed,
        "waits": any(each.is_waiting for each in mine),
        "form": form or (None if passed or read_only else HandInForm()),
        "operation": uuid.uuid4().hex,
    }
