"""Which columns has the list of certificates, and what is in its menu?"""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tms.ui import tables
from tms.ui.address import page_of
from tms.ui.lists import Action

from .models.certificate import HELD_UNTIL
from .tables import MANAGE, Learner


class CertificateTable(tables.Table):
    contact = Learner(main=True, verbose_name=gettext_lazy("Contact"))
    title = tables.Column(verbose_name=gettext_lazy("Training"))
    number = tables.Column(css="code", verbose_name=gettext_lazy("Number"))
    completed_on = tables.Day(sort="completed_on", verbose_name=gettext_lazy("Completed on"))
    valid_until = tables.Day(sort=HELD_UNTIL, verbose_name=gettext_lazy("Valid until"))
    withdrawn_at = tables.Moment(verbose_name=gettext_lazy("Withdrawn"))
    name = tables.Column(hidden=True, verbose_name=gettext_lazy("Name on it"))
    issued_at = tables.Moment(hidden=True, sort="pk", verbose_name=gettext_lazy("Issued"))


def entries(row):
    """Its file; to withdraw it, and to issue a right one then."""
    address = page_of("lms:certificate_file", row["pk"])
    yield Action(_("Download"), address, "download", dialog=False)
    if row["withdrawn_at"]:
        again = page_of("lms:replace_certificate", row["pk"])
        yield Action(_("Issue a new certificate"), again, "award", permission=MANAGE)
    else:
        gone = page_of("lms:withdraw_certificate", row["pk"])
        yield Action(_("Withdraw"), gone, "ban", permission=MANAGE, danger=True)
