"""Which row is meant by the id that a program sent?"""

from django.utils.translation import gettext as _

from tms.refusals import Refusal, Stale

from .problems import Problem


def at_address(rows, pk: int):
    """The row of the queryset that the address is about. Raises Problem (404) without one."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise nothing(rows, pk)
    return found


def held(rows, pk: int, version: int | None = None):
    """The same, locked, and as the program saw it: for verbs that ask no version themselves.

    Raises Problem (404), and Stale where it has another version by now.
    """
    found = at_address(rows.select_for_update(of=("self",)), pk)
    if version is not None and found.version != version:
        raise Stale(_("It was changed meanwhile. Nothing of yours was saved."), field="version")
    return found


def values_at(rows, pk: int, names) -> dict:
    """The same as a dict of `names`, in one statement."""
    found = rows.filter(pk=pk).values("pk", *names).first()
    if found is None:
        raise nothing(rows, pk)
    return found


def nothing(rows, pk: int) -> Problem:
    noun = rows.model._meta.verbose_name
    return Problem("not-found", _("There is no %(noun)s %(pk)s.") % {"noun": noun, "pk": pk})


def named(rows, pk: int | None, field: str):
    """The row that a field of the body names, None for null. Raises Refusal without one."""
    return None if pk is None else several(rows, [pk], field)[0]


def several(rows, ids, field: str) -> list:
    """The rows with these ids, in their order. One statement. Raises Refusal for any missing."""
    if not ids:
        return []
    found = {row.pk: row for row in rows.filter(pk__in=ids)}
    missing = [str(pk) for pk in ids if pk not in found]
    if missing:
        noun = rows.model._meta.verbose_name
        raise Refusal(
            _("There is no %(noun)s %(ids)s.") % {"noun": noun, "ids": ", ".join(missing[:5])},
            field=field,
        )
    return [found[pk] for pk in ids]
