"""Control panel: Mail not sent."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from tms.models import KeptMail
from tms.ui.access import staff
from tms.ui.lists import Empty, ListPage

from ..tables import MailFilter, MailTable

RIGHT = "tms.change_settings"


class Mail(ListPage):
    title = _("Mail not sent")
    permission_required = RIGHT
    template_name = "people/mail.html"
    table, filterset, sort = MailTable, MailFilter, "-at"
    empty = Empty(
        _("No letter was kept"),
        _("While no mail server is configured, every letter is kept here instead of being sent."),
    )

    def queryset(self):
        return KeptMail.objects.all()

    def context(self, listing):
        return super().context(listing) | {"sends": sends()}


@staff(RIGHT)
def one(request, pk):
    """One letter as it would have arrived. Its links work: to set a password, for one."""
    kept = get_object_or_404(KeptMail, pk=pk)
    return render(request, "people/one_mail.html", {"mail": kept, "sends": sends()})


@staff(RIGHT)
def file(request, pk, number):
    """A file that came with a letter, to be downloaded."""
    kept = get_object_or_404(KeptMail, pk=pk)
    if number >= len(kept.files):
        raise Http404
    name, content, kind = kept.files[number]
    return HttpResponse(
        content,
        content_type=f"{kind}; charset=utf-8",
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )


def sends() -> bool:
    """Whether letters leave this installation."""
    return settings.MAILERS["default"]["BACKEND"] != "tms.mail.KeepBackend"
