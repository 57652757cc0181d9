"""What becomes of a message that came back?"""

import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from tms.refusals import Refusal

from .models import AddressTrouble, Message, MessageState

# What a mailbox can have had in hand.
LEFT = (MessageState.SENDING, MessageState.SENT, MessageState.UNCLEAR)


@transaction.atomic
def bounced(message_id: int, *, why: str, permanent: bool, at: datetime.datetime) -> Message:
    """Note that the message came back, because of `why`.

    `permanent`: nothing more is sent to its address. Said twice, or first so and then for good, it
    is noted once. Locks the message. Refused for what never left. Raises Message.DoesNotExist.
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
    if permanent and "@" in message.to:
        trouble = AddressTrouble(email=message.to.lower(), why=why[:300], at=at)
        AddressTrouble.objects.bulk_create([trouble], ignore_conflicts=True)
    message.refresh_from_db()
    return message
