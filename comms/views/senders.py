"""Control panel: Sending Addresses, and the page that the letter to a new one leads to."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from tms.refusals import Refusal
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import senders, tables_letters
from ..forms.senders import SenderForm
from ..models import SendingAddress

LOOK, MANAGE = "comms.view_communications", "comms.manage_templates"
PANEL = (gettext_lazy("Control panel"), reverse_lazy("control_panel"))


class Senders(ListPage):
    template_name = "comms/list.html"
    title = gettext_lazy("Sending Addresses")
    crumbs = (PANEL,)
    permission_required = LOOK
    table, sort = tables_letters.SenderTable, "pk"
    values = ("confirmed_at", "is_default")
    changes = "senders"
    empty = Empty(
        gettext_lazy("No sending address yet"),
        gettext_lazy(
            "Messages come from an address of yours. It is confirmed by a link that is sent to it."
        ),
        Action(gettext_lazy("Add"), reverse_lazy("comms:add_sender"), "plus", permission=MANAGE),
    )

    def queryset(self):
        return tables_letters.senders()

    def actions(self):
        return [Action(_("Add"), reverse("comms:add_sender"), "plus", permission=MANAGE)]

    def menu(self, row):
        def to(name):
            return reverse(f"comms:{name}", args=[row["pk"]])

        yield Action(_("Edit"), to("edit_sender"), "pencil", permission=MANAGE)
        if not row["confirmed_at"]:
            yield Action(_("Ask again"), to("ask_sender"), "send", permission=MANAGE)
        elif not row["is_default"]:
            yield Action(_("Make default"), to("default_sender"), "check", permission=MANAGE)
        yield LINE
        yield Action(_("Remove"), to("remove_sender"), "trash-2", danger=True, permission=MANAGE)


class SenderDialog(Dialog):
    permission_required = (LOOK, MANAGE)
    changes = "senders"
    done_url = "comms:senders"
    form_class = Form

    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}


class AddSender(SenderDialog):
    title = gettext_lazy("Add a sending address")
    submit = gettext_lazy("Add and send the link")
    form_class = SenderForm

    def perform(self, **answers):
        senders.add(**answers, **self.who())


class OfSender(SenderDialog):
    template_name = "comms/press.html"
    sentence = ""

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.row = get_object_or_404(SendingAddress.objects.living(), pk=pk)
        self.subject = str(self.row)


class EditSender(OfSender):
    title = gettext_lazy("Edit")
    form_class = SenderForm

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.versioned = self.row

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"confirmed": bool(self.row.confirmed_at)}

    def get_initial(self):
        return {"name": self.row.name, "email": self.row.email}

    def perform(self, **answers):
        senders.edit(self.row.pk, **answers, **self.who())


class AskSender(OfSender):
    title = gettext_lazy("Ask again")
    submit = gettext_lazy("Send the link again")
    sentence = gettext_lazy("The link in the letter before doesn't work any more then.")

    def perform(self):
        senders.ask_again(self.row.pk, **self.who())


class DefaultSender(OfSender):
    title = gettext_lazy("Make default")
    submit = gettext_lazy("Make it the default")
    sentence = gettext_lazy("Messages come from it whose trigger names no address of its own.")

    def perform(self):
        senders.make_default(self.row.pk, **self.who())


class RemoveSender(OfSender):
    title = gettext_lazy("Remove")
    submit = gettext_lazy("Remove the address")
    sentence = gettext_lazy("Nothing is sent from it any more. What was sent stays in the log.")
    danger = True

    def perform(self):
        senders.remove(self.row.pk, **self.who())


@never_cache
@require_http_methods(["GET", "POST"])
def confirm(request, token):
    """What the letter to a new address leads to. Following the link alone confirms nothing."""
    sender = senders.asked(token, at=request.now)
    context = {"sender": sender}
    if sender is None:
        return render(request, "comms/confirm_sender.html", context, status=404)
    if request.method == "POST":
        try:
            senders.confirm(token, at=request.now, on=request.today)
        except Refusal as no:
            context |= {"sender": None, "refused": str(no)}
            return render(request, "comms/confirm_sender.html", context, status=422)
        context["done"] = True
    return render(request, "comms/confirm_sender.html", context)
