"""What do sessions and accounts hold about a person who teaches, or looks after an account?"""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.consequences import Consequence
from tms.personal import Part, Person, part

from . import teaching
from .models import AccountManager, Teaching


def held(person: Person) -> list[Part]:
    taught = Teaching.objects.filter(contact__in=person.contacts)
    return [
        part("teaches", _("Chosen to teach"), taught, "session_id", "session__starts_at"),
        part(
            "manages",
            _("Looks after the training of"),
            AccountManager.objects.filter(contact__in=person.contacts),
            "account_id",
            "account__name",
        ),
    ]


def erase(person: Person, *, at, on, by) -> list[Consequence]:
    """Sessions to come want another instructor; those that were held say that it was somebody.

    Called when the contact is called nothing any more.
    """
    AccountManager.objects.filter(contact__in=person.contacts).delete()
    mine = Teaching.objects.filter(contact__in=person.contacts)
    ids = list(mine.values_list("session_id", flat=True))
    count, _what = mine.filter(session__starts_at__gt=at).delete()
    teaching.keep_names(ids)
    if not count:
        return []
    sentence = ngettext(
        "%(count)s session to come isn't theirs to teach any more.",
        "%(count)s sessions to come aren't theirs to teach any more.",
        count,
    )
    return [Consequence("closes", sentence % {"count": count}, count)]
