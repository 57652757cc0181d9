"""How does a demonstration become an installation of one's own? Everything in it is cleared."""

from django.contrib.auth.models import Group
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from catalog.models import Item
from crm import stages
from crm.models import Account, Contact
from passes.models import Pass
from tms.consequences import Consequence
from tms.models import Organisation, User
from tms.people import roles
from tms.refusals import Refusal

FOLDERS = ("content", "items", "jobs/in", "jobs/out", "letters", "logo", "submissions")


@transaction.atomic
def clear() -> list[Consequence]:
    """Take everything out, so that the first page asks for an organisation of one's own.

    Returns what it took. Raises Refusal where there is no demonstration: real data is never
    cleared, and the database itself refuses to.
    """
    if not Organisation.objects.filter(pk=1, demonstration=True).exists():
        raise Refusal(_("There is no demonstration data here, and real data is never cleared."))
    taken = _counted()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT clear_demonstration()")
    Organisation.objects.create(pk=1)
    Group.objects.exclude(name__in=roles.ROLES).delete()
    roles.sync()
    stages.make_defaults()
    transaction.on_commit(_forget)
    return taken


def _counted() -> list[Consequence]:
    contacts, accounts = Contact.objects.count(), Account.objects.count()
    passes, items, users = Pass.objects.count(), Item.objects.count(), User.objects.count()
    lines = (
        ngettext("%(n)d account", "%(n)d accounts", accounts) % {"n": accounts},
        ngettext("%(n)d contact", "%(n)d contacts", contacts) % {"n": contacts},
        ngettext("%(n)d training pass", "%(n)d training passes", passes) % {"n": passes},
        ngettext("%(n)d course or path", "%(n)d courses and paths", items) % {"n": items},
        ngettext("%(n)d sign-in, yours too", "%(n)d sign-ins, yours too", users) % {"n": users},
    )
    return [Consequence("closes", _("Everything here is deleted"), len(lines), lines)]


def _forget() -> None:
    """Take the files away too, and whatever the cache remembers (sessions among it)."""
    cache.clear()
    for folder in FOLDERS:
        if default_storage.exists(folder):
            for name in default_storage.listdir(folder)[1]:
                default_storage.delete(f"{folder}/{name}")
