"""What may be done with one message, or with those ticked in a list? The dialogs of the log."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm import doubles
from crm.models import Account
from tms import preview
from tms.consequences import Consequence
from tms.refusals import Refusal
from tms.ui.dialogs import Dialog, Done
from tms.ui.sent import operation_of

from .. import answers, bulk, log
from ..bulk import AT_ONCE, MOST, Many
from ..models import Message
from .log import SEND, AccountMessages, AllMessages

NAMED = 20


class Answer(Dialog):
    """A question about one message. Its verb locks in an order of its own, so that nothing is
    locked here before: it gets the version that was seen.
    """

    what: Many
    changes = "messages"
    permission_required = SEND
    template_name = "programs/press.html"
    sentence = ""

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.row = get_object_or_404(log.messages(), pk=pk)
        self.version = self.row.version

    @property
    def subject(self):
        row = Message.objects.values(*log.RECIPIENT).get(pk=self.row.pk)
        return _("%(message)s, to %(name)s") % {
            "message": self.row.said,
            "name": log.recipient(row),
        }

    def call(self) -> answers.Answered:
        return bulk.VERBS[self.what](
            [self.row.pk],
            version=int(self.request.POST.get("version") or self.row.version),
            **who(self.request),
        )

    def perform(self):
        did = self.call()
        if did.voided:
            return Done(says=_("It doesn’t apply any more, and was voided."))
        return None

    def get_success_url(self):
        return self.back() or reverse("comms:message", args=[self.row.pk])


class Approve(Answer):
    what = Many.APPROVE
    title = gettext_lazy("Approve and send")
    submit = gettext_lazy("Send it")
    sentence = gettext_lazy(
        "It leaves within a minute, if it still applies. Otherwise it is voided."
    )


class Void(Answer):
    what = Many.VOID
    title = gettext_lazy("Void")
    submit = gettext_lazy("Never send it")
    danger = True
    sentence = gettext_lazy(
        "It is never sent about this happening. Messages about what happens later aren’t touched."
    )


class Settle(Answer):
    what = Many.SETTLE
    title = gettext_lazy("Mark as arrived")
    submit = gettext_lazy("It arrived")
    sentence = gettext_lazy(
        "It may have left when its worker died. Mark it only if somebody knows that it arrived."
    )


class Resend(Answer):
    what = Many.RESEND
    title = gettext_lazy("Send again")
    submit = gettext_lazy("Send it again")
    sentence = gettext_lazy(
        "A new message leaves within a minute, filled in with what is so by now. This one stays "
        "as it is."
    )

    def call(self):
        return answers.resend([self.row.pk], **who(self.request))


class AnswerMany(Dialog):
    """A question about the messages ticked in a list, or all that its filters match."""

    what: Many
    changes = "messages"
    permission_required = SEND
    previews = True
    template_name = "ui/dialog.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        if kwargs:
            doubles.lead_on(request, get_object_or_404(Account, pk=kwargs["account_id"]))

    @cached_property
    def chosen(self) -> list[int]:
        page = AccountMessages if self.kwargs else AllMessages
        rows = page.selected(self.request, **self.kwargs)
        ids = list(rows.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if not ids:
            raise Refusal(_("Tick the messages first."))
        if len(ids) > MOST:
            raise Refusal(bulk.too_many())
        return ids

    @property
    def subject(self):
        try:
            count = len(self.chosen)
        except Refusal:
            return ""
        return ngettext("%(count)d message", "%(count)d messages", count) % {"count": count}

    def do(self) -> list[Consequence]:
        did = bulk.VERBS[self.what](self.chosen, **who(self.request))
        first, *others = bulk.told(self.what, did) or [("stays", _("Nothing happens"), 0)]
        lines = named(did.done[:NAMED]) if did.done else ()
        return [Consequence(*first, lines), *(Consequence(*each) for each in others)]

    def perform(self):
        if len(self.chosen) <= AT_ONCE:
            return self.do()
        consequences = preview.run(self.do)
        job = bulk.in_background(
            self.what, self.chosen, back_to=self.get_success_url(), **who(self.request)
        )
        return Done(goes_to=reverse("job", args=[job.pk]), consequences=consequences)

    def preview(self):
        return preview.run(self.do)

    def get_success_url(self):
        if self.kwargs:
            return reverse("comms:of_account", kwargs=self.kwargs)
        return reverse("comms:messages")


class ApproveMany(AnswerMany):
    what = Many.APPROVE
    title = gettext_lazy("Approve and send")
    submit = gettext_lazy("Send them")


class VoidMany(AnswerMany):
    what = Many.VOID
    title = gettext_lazy("Void")
    submit = gettext_lazy("Never send them")
    danger = True


class SettleMany(AnswerMany):
    what = Many.SETTLE
    title = gettext_lazy("Mark as arrived")
    submit = gettext_lazy("They arrived")


class ResendMany(AnswerMany):
    what = Many.RESEND
    title = gettext_lazy("Send again")
    submit = gettext_lazy("Send them again")


def named(ids) -> tuple[str, ...]:
    """Your pass ends soon, to Ada Lindqvist"""
    rows = log.messages().filter(pk__in=ids).order_by("pk").values("said", *log.RECIPIENT)
    return tuple(
        _("%(message)s, to %(name)s") % {"message": row["said"], "name": log.recipient(row)}
        for row in rows
    )


def who(request) -> dict:
    return {
        "at": request.now,
        "on": request.today,
        "by": request.user,
        "operation": operation_of(request),
    }
