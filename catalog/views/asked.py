"""Who asks, and when? What every verb of the catalogue is told beside its answers."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from tms.ui.dialogs import Dialog
from tms.ui.forms import Form

LOOK = "catalog.view_catalogue"
CHANGE = "catalog.change_catalogue"
PRICES = "catalog.change_prices"
SETTINGS = "tms.change_settings"


def who(request) -> dict:
    """`**who(request)`: the moment, the day and the person of a request."""
    return {"at": request.now, "on": request.today, "by": request.user}


class Of(Dialog):
    """A dialog about the one row of `rows` that the address names. `row` is it."""

    rows = None

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(self.rows.all(), pk=kwargs["pk"])

    @property
    def subject(self):
        return str(self.row)

    def who(self) -> dict:
        return who(self.request)


class Press(Of):
    """A dialog that asks nothing: it says what will happen, and does it."""

    form_class = Form
    template_name = "catalog/press.html"
    sentence = ""

    never_mind = _("Never mind")
