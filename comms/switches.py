"""When do messages leave, is sending paused, and which addresses are not written to?"""

import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from tms import journal
from tms.refusals import Refusal, Stale

from .models import AddressTrouble, CommsSettings, Message, MessageState

SETTINGS = ("send_at", "catch_up_days", "unusual_from", "unusual_times", "keep_bodies_days")


@transaction.atomic
def change(*, version: int | None = None, at: datetime.datetime, on, by, **values) -> CommsSettings:
    """Change some of `SETTINGS`; nothing changed writes nothing. Locks the settings.

    Messages that are written down already keep the moment at which they were due.
    """
    found = locked()
    if version is not None and version != found.version:
        raise Stale(_("The settings were changed meanwhile. Nothing of yours was saved."))
    changed = {name: values[name] for name in SETTINGS if name in values}
    return _save(found, changed, at=at, on=on, by=by)


@transaction.atomic
def pause(*, at: datetime.datetime, on, by) -> None:
    """Nothing leaves from now on but what a worker has in hand; rules are followed all the same."""
    found = locked()
    if found.paused:
        raise Refusal(_("Sending is paused already."))
    _save(found, {"paused": True}, at=at, on=on, by=by)


@transaction.atomic
def resume(*, at: datetime.datetime, on, by) -> None:
    """What is queued leaves; what lay longer than is caught up is missed, for a person to see."""
    found = locked()
    if not found.paused:
        raise Refusal(_("Sending isn’t paused."))
    _save(found, {"paused": False}, at=at, on=on, by=by)


@transaction.atomic
def clear(trouble_id: int, *, at: datetime.datetime, on, by) -> None:
    """Write to an address again that mail came back from. Refused when it was cleared already."""
    found = AddressTrouble.objects.select_for_update().filter(pk=trouble_id).first()
    if found is None:
        raise Refusal(_("This address was cleared already, or is no trouble any more."))
    found.delete()
    # Nothing of whom: history keeps no addresses.
    journal.write("address_trouble.cleared", trouble_id, at=at, on=on, by=by)


def queued() -> int:
    return Message.objects.filter(state=MessageState.QUEUED).count()


def locked() -> CommsSettings:
    CommsSettings.objects.bulk_create([CommsSettings(pk=1)], ignore_conflicts=True)
    return CommsSettings.objects.select_for_update(no_key=True).get(pk=1)


def _save(found: CommsSettings, values: dict, *, at, on, by) -> CommsSettings:
    before = {name: getattr(found, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if not changed:
        return found
    for name, value in changed.items():
        setattr(found, name, value)
    found.version += 1
    found.save(update_fields=[*changed, "version"])
    journal.write(
        "comms_settings.changed",
        1,
        at=at,
        on=on,
        by=by,
        before=plain({name: before[name] for name in changed}),
        after=plain(changed),
    )
    return found


def plain(values: dict) -> dict:
    """Times as text, as the journal keeps them."""
    return {
        name: f"{value:%H:%M}" if isinstance(value, datetime.time) else value
        for name, value in values.items()
    }
