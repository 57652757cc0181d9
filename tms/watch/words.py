"""How long ago is that, in words that fit in a table?"""

import datetime

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def ago(then: datetime.datetime, at: datetime.datetime) -> str:
    """12 seconds ago, 3 minutes ago, 2 days ago; the largest unit alone."""
    return _("%(time)s ago") % {"time": lasting(at - then)}


def lasting(time: datetime.timedelta) -> str:
    seconds = max(0, int(time.total_seconds()))
    if seconds < 120:
        return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
    if seconds < 2 * 3600:
        return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}
    if seconds < 2 * 86400:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // 3600) % {"n": seconds // 3600}
    return ngettext("%(n)d day", "%(n)d days", seconds // 86400) % {"n": seconds // 86400}


def seconds(then: datetime.datetime, at: datetime.datetime) -> float:
    return max(0.0, (at - then).total_seconds())


def age_of_installation(at: datetime.datetime) -> datetime.timedelta:
    """Since when there is a database here: a new one needs time for its first of everything."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT min(applied) FROM django_migrations")
        made = cursor.fetchone()[0]
    return at - made if made else datetime.timedelta(0)
