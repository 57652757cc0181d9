"""What do we write to people about their sign-in? Plain text, and the same as simple HTML."""

import email.utils
from functools import partial

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from tms import languages
from tms.models import Organisation

__all__ = ["address_of", "send"]


def address_of(name: str, *arguments) -> str:
    """The whole address of a page, from SITE_URL: never from a Host header."""
    return settings.SITE_URL + reverse(name, args=arguments)


def send(letter: str, to: str, context: dict, *, language: str = "", files=()) -> None:
    """Send `<letter>_subject.txt` and `<letter>_message.txt` to one address, after the commit.

    Both are rendered now, in `language`, or the installation's where the reader chose none; `files`
    are (name, text, content type). A mail server that refuses is logged; it doesn't undo what the
    letter tells of.
    """
    organisation = Organisation.objects.filter(pk=1).first() or Organisation()
    context = {**context, "organisation": organisation, "site_url": settings.SITE_URL}
    with translation.override(languages.of_recipient(language, organisation=organisation)):
        subject = " ".join(render_to_string(f"{letter}_subject.txt", context).split())
        text = render_to_string(f"{letter}_message.txt", context).strip() + "\n"
        html = render_to_string("people/mail/frame.html", {**context, "text": text})
    sender = email.utils.formataddr(
        (organisation.name, email.utils.parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
    )
    message = EmailMultiAlternatives(subject, text, sender, [to])
    message.attach_alternative(html, "text/html")
    for file in files:
        message.attach(*file)
    transaction.on_commit(partial(message.send), robust=True)
