"""Where does a mail go when no mail server is configured? Into a row that staff can read."""

from django.core.mail.backends.base import BaseEmailBackend

from . import clock
from .models import KeptMail


class KeepBackend(BaseEmailBackend):
    """Keep each mail as a `KeptMail`, in the caller's transaction: undone with it."""

    def send_messages(self, email_messages) -> int:
        at = clock.now()
        kept = [
            KeptMail(
                to=", ".join(message.recipients())[:500],
                subject=str(message.subject)[:500],
                text=message.body,
                html=html_of(message),
                files=files_of(message),
                at=at,
            )
            for message in email_messages
            if message.recipients()
        ]
        KeptMail.objects.bulk_create(kept)
        return len(kept)


def files_of(message) -> list[list[str]]:
    """What is attached as text: name, content, content type. Our letters attach nothing else."""
    return [
        [file.filename, file.content, file.mimetype]
        for file in message.attachments
        if isinstance(file.content, str)
    ]


def html_of(message) -> str:
    for alternative in getattr(message, "alternatives", None) or []:
        if alternative.mimetype == "text/html":
            return alternative.content
    return message.body if message.content_subtype == "html" else ""
