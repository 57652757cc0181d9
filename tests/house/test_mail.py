"""With no mail server, mails are kept where staff can read them, and undone with their cause."""

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.db import transaction

from tms.environment import mailer_from
from tms.models import KeptMail


@pytest.fixture(autouse=True)
def no_mail_server(db, settings):
    settings.MAILERS = {"default": mailer_from("")}


def test_a_mail_is_kept(clock):
    mail = EmailMultiAlternatives(
        "Your pass", "It starts today.", "office@example.com", ["ada@example.com"], bcc=["b@x.org"]
    )
    mail.attach_alternative("<p>It starts today.</p>", "text/html")
    assert mail.send() == 1
    kept = KeptMail.objects.get()
    assert (kept.to, kept.subject, kept.text, kept.html, kept.at) == (
        "ada@example.com, b@x.org",
        "Your pass",
        "It starts today.",
        "<p>It starts today.</p>",
        clock.at,
    )


def test_a_mail_to_nobody_is_not_kept():
    assert send_mail("Your pass", "It starts today.", None, []) == 0
    assert not KeptMail.objects.exists()


def test_a_mail_is_undone_with_what_it_told():
    with transaction.atomic():
        send_mail("Your pass", "It starts today.", None, ["ada@example.com"])
        transaction.set_rollback(True)
    assert not KeptMail.objects.exists()
