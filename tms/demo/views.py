"""Clear the demonstration data: one confirmed action."""

from django.forms import Form
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tms.ui.dialogs import Dialog
from tms.ui.outcomes import Done

from . import clearing


class Clear(Dialog):
    """Says what is deleted, deletes it, and leads to the first page."""

    title = _("Clear the demonstration data")
    subject = _("To begin with an organisation of your own")
    submit = _("Delete the demonstration data")
    danger = previews = True
    permission_required = ("tms.change_settings", "tms.manage_users")
    form_class = Form

    def perform(self):
        return Done(goes_to=reverse("people:first"), consequences=clearing.clear())

    def finished(self, outcome):
        # The session went with everything else: without this it would be saved again.
        self.request.session.flush()
        return super().finished(outcome)
