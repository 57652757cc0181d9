"""What becomes of a message that came back?"""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tms.refusals import Refusal

from . import notices
from .models import AddressTrouble, Message, MessageState

# What a mailbox can have had in hand.
LEFT = (MessageState.SENDING, MessageState.SENT, MessageState.UNCLEAR)

# What comes back so often within so long isn't written to any more, whatever the reason.
OFTEN, WITHIN = 3, datetime.timedelta(days=30)


def take(content: bytes, *, at: datetime.datetime, to: str = "") -> Message | None:
    """Note what a mail server's notice (RFC 3464) says, sent `to` a message's return address.

    The message that came back; None where it says nothing of the kind about one that left. Harmless
    twice.
    """
    notice = notices.read(content, to=to)
    if notice is None:
        return None
    try:
        return bounced(notice.number, why=notice.why, permanent=notice.permanent, at=at)
    except (Message.DoesNotExist, Refusal):
        return None


@transaction.atomic
def bounced(message_id: int, *, why: str, permanent: bool, at: datetime.datetime) -> Message:
    """Note that the message came back, because of `why`.

    `permanent`, or for the third time within 30 days to the same person: nothing more is sent to
    its address. Said twice, or first so and then for good, it is noted once. Locks the message.
    Refused for what never left. Raises Message.DoesNotExist.
    """
    message = Message.objects.select_for_update(of=("self",), no_key=True).get(pk=message_id)
    if message.state in LEFT:
        Message.objects.filter(pk=message.pk).update(
            state=MessageState.BOUNCED,
            reason="",
            trouble=why[:300],
            leased_until=None,
            version=F("version") + 1,
        )
    elif message.state != MessageState.BOUNCED:
        raise Refusal(
            _("This message never left, so it can’t have come back. It is: %(state)s.")
            % {"state": message.get_state_display()}
        )
    if "@" in message.to and (permanent or _often(message, at)):
        trouble = AddressTrouble(email=message.to.lower(), why=why[:300], at=at)
        AddressTrouble.objects.bulk_create([trouble], ignore_conflicts=True)
    message.refresh_from_db()
    return message


def _often(message: Message, at: datetime.datetime) -> bool:
    """Does mail to this person, at this address, keep coming back?"""
    if message.contact_id is None and message.user_id is None:
        return False
    same = Message.objects.filter(contact=message.contact_id, user=message.user_id)
    back = same.filter(
        state=MessageState.BOUNCED, to__iexact=message.to, due_at__gt=at - WITHIN
    ).order_by()
    return back[:OFTEN].count() == OFTEN
