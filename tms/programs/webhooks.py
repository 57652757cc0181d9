"""What can happen to a webhook, and to what it delivers?"""

import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import journal, sealing
from tms.consequences import Consequence
from tms.models import WebhookDelivery, WebhookEndpoint
from tms.models.webhooks import UNFINISHED, DeliveryState, EndpointState
from tms.refusals import Refusal

from . import feed, happenings, sending, signing
from .outside import place_of

# How long the old secret signs beside the new one.
BOTH = datetime.timedelta(hours=24)


def locked(endpoint_id: int) -> WebhookEndpoint:
    """The endpoint, locked. Raises Refusal if it was removed."""
    rows = WebhookEndpoint.objects.select_for_update(no_key=True)
    row = rows.filter(pk=endpoint_id, removed_at=None).first()
    if row is None:
        raise Refusal(_("This webhook was removed."))
    return row


def told(row: WebhookEndpoint) -> dict:
    """What the journal keeps. Of the address only the host: the rest of it may be a secret."""
    host = place_of(row.address, private=True).host
    return {"name": row.name, "host": host, "kinds": row.kinds}


def _checked(name: str, address: str, kinds, pk: int | None = None) -> dict:
    """The particulars in order. Raises Refusal at the field."""
    name, address = " ".join(name.split()), address.strip()
    taken = WebhookEndpoint.objects.filter(name__iexact=name, removed_at=None)
    if taken.exclude(pk=pk).exists():
        raise Refusal(_("There is a webhook with this name already."), field="name")
    place_of(address, private=settings.WEBHOOKS_PRIVATE_ADDRESSES)
    kinds = sorted(set(kinds))
    if not kinds or not set(kinds) <= happenings.kinds():
        raise Refusal(_("Choose what to send: at least one kind of happening."), field="kinds")
    return {"name": name, "address": address, "kinds": kinds}


@transaction.atomic
def add(*, name: str, address: str, kinds, at, on, by) -> tuple[WebhookEndpoint, str]:
    """A new endpoint, told of what happens from now on. Answers it and its secret, once."""
    particulars = _checked(name, address, kinds)
    secret = signing.new_secret()
    row = WebhookEndpoint.objects.create(
        **particulars,
        secret=sealing.seal(signing.PURPOSE, secret),
        mark_xact=feed.now_mark(),
        made_at=at,
        made_by=by,
    )
    journal.write("webhook.added", row.pk, at=at, on=on, by=by, after=told(row))
    return row, secret


@transaction.atomic
def change(endpoint_id: int, *, name: str, address: str, kinds, at, on, by) -> None:
    """Change name, address and kinds. What waits goes to the new address."""
    row = locked(endpoint_id)
    before, old = told(row), row.address
    for field, value in _checked(name, address, kinds, row.pk).items():
        setattr(row, field, value)
    after = told(row)
    if before == after and old == row.address:
        return
    if old != row.address:  # the old one's silence is not the new one's
        row.failures, row.not_before = 0, None
    row.version += 1
    row.save(update_fields=["name", "address", "kinds", "failures", "not_before", "version"])
    after["address_changed"] = old != row.address
    journal.write("webhook.changed", row.pk, at=at, on=on, by=by, before=before, after=after)


@transaction.atomic
def pause(endpoint_id: int, *, at, on, by) -> None:
    """Stop sending. Nothing is lost: what happens meanwhile follows when it is resumed."""
    row = locked(endpoint_id)
    if row.state == EndpointState.PAUSED:
        raise Refusal(_("This webhook is paused already."))
    row.state = EndpointState.PAUSED
    row.save(update_fields=["state"])
    journal.write("webhook.paused", row.pk, at=at, on=on, by=by)


@transaction.atomic
def resume(endpoint_id: int, *, skip: bool, at, on, by) -> None:
    """Send again: what happened meanwhile too, or (`skip`) only what happens from now on."""
    row = locked(endpoint_id)
    if row.state == EndpointState.ACTIVE:
        raise Refusal(_("This webhook is active already."))
    row.state, row.failures, row.not_before = EndpointState.ACTIVE, 0, None
    if skip:
        row.mark_xact, row.mark_id = feed.now_mark(), 0
    row.save(update_fields=["state", "failures", "not_before", "mark_xact", "mark_id"])
    journal.write("webhook.resumed", row.pk, at=at, on=on, by=by, after={"skipped": skip})
    ask_after_commit(row.pk)


@transaction.atomic
def rotate_secret(endpoint_id: int, *, at, on, by) -> tuple[WebhookEndpoint, str]:
    """A new secret; the old one signs beside it for a day. Answers the new one, once."""
    row = locked(endpoint_id)
    secret = signing.new_secret()
    row.previous_secret, row.previous_until = row.secret, at + BOTH
    row.secret = sealing.seal(signing.PURPOSE, secret)
    row.save(update_fields=["secret", "previous_secret", "previous_until"])
    journal.write("webhook.secret_rotated", row.pk, at=at, on=on, by=by)
    return row, secret


@transaction.atomic
def remove(endpoint_id: int, *, at, on, by) -> list[Consequence]:
    """Stop for good. Answers what will never be sent. The log stays in the database."""
    row = locked(endpoint_id)
    left = row.deliveries.filter(state__in=UNFINISHED).count()
    row.removed_at, row.state = at, EndpointState.PAUSED
    row.secret = row.previous_secret = ""
    row.save(update_fields=["removed_at", "state", "secret", "previous_secret"])
    journal.write("webhook.removed", row.pk, at=at, on=on, by=by, before=told(row))
    if not left:
        return []
    sentence = ngettext(
        "%(n)d happening that waits is not sent", "%(n)d happenings that wait are not sent", left
    ) % {"n": left}
    return [Consequence("closes", sentence, left)]


@transaction.atomic
def send_test(endpoint_id: int, *, at, on, by) -> None:
    """Post a test, which is a happening like any other: "webhook.tested"."""
    row = locked(endpoint_id)
    if row.state == EndpointState.PAUSED:
        raise Refusal(_("This webhook is paused. Resume it, then send a test."))
    fact = journal.write("webhook.tested", row.pk, at=at, on=on, by=by)
    record = row.deliveries.filter(subject_kind=fact.subject_kind, subject_id=fact.subject_id)
    row.deliveries.create(
        event_id=fact.pk,
        kind=fact.kind,
        subject_kind=fact.subject_kind,
        subject_id=fact.subject_id,
        sequence=(record.aggregate(last=Max("sequence"))["last"] or 0) + 1,
        at=at,
        next_at=at,
    )
    row.not_before = None
    row.save(update_fields=["not_before"])
    ask_after_commit(row.pk)


AGAIN = {"state": DeliveryState.WAITING, "first_at": None}


@transaction.atomic
def resend(delivery_id: int, *, at, on, by) -> None:
    """Send one again: one that was parked or skipped, or one that had arrived."""
    row = _delivery(delivery_id)
    if row.state == DeliveryState.WAITING:
        raise Refusal(_("This is waiting to be sent already."))
    WebhookDelivery.objects.filter(pk=row.pk).update(next_at=at, **AGAIN)
    WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(not_before=None)
    after = {"event": row.event_id}
    journal.write("webhook.resent", row.endpoint_id, at=at, on=on, by=by, after=after)
    ask_after_commit(row.endpoint_id)


@transaction.atomic
def resend_parked(endpoint_id: int, *, at, on, by) -> int:
    """Send all that was parked again; what waits behind them follows. Answers how many."""
    row = locked(endpoint_id)
    count = row.deliveries.filter(state=DeliveryState.PARKED).update(next_at=at, **AGAIN)
    if not count:
        raise Refusal(_("Nothing is parked here."))
    row.not_before = None
    row.save(update_fields=["not_before"])
    journal.write("webhook.resent", row.pk, at=at, on=on, by=by, after={"number": count})
    ask_after_commit(row.pk)
    return count


@transaction.atomic
def skip(delivery_id: int, *, at, on, by) -> None:
    """Never send this one; what waits behind it goes on. The receiver sees a gap in `sequence`."""
    row = _delivery(delivery_id)
    if row.state not in UNFINISHED:
        raise Refusal(_("This is not waiting for anything."))
    WebhookDelivery.objects.filter(pk=row.pk).update(state=DeliveryState.SKIPPED, last_at=at)
    after = {"event": row.event_id}
    journal.write("webhook.skipped", row.endpoint_id, at=at, on=on, by=by, after=after)
    ask_after_commit(row.endpoint_id)


def _delivery(delivery_id: int) -> WebhookDelivery:
    """The delivery, with its endpoint locked."""
    row = WebhookDelivery.objects.filter(pk=delivery_id).first()
    if row is None:
        raise Refusal(_("This isn't in the log any more."))
    locked(row.endpoint_id)
    row.refresh_from_db()
    return row


def ask_after_commit(endpoint_id: int) -> None:
    transaction.on_commit(lambda: sending.ask(endpoint_id), robust=True)
