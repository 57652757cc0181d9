"""Note which messages came back, by what mail servers sent to `BOUNCES_TO`."""

import contextlib
import mailbox
import sys
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from comms import bounces, notices
from tms import clock

TRY_AGAIN = 75  # EX_TEMPFAIL: the mail server keeps the notice and comes again


class Command(BaseCommand):
    help = (
        "Take the notice on standard input, as a mail server pipes it here, or all in the "
        "mailboxes that are named (mbox files, or Maildir folders with what is new in them). "
        "Notices that were taken are removed from an mbox file, and marked as read in a Maildir."
    )

    def add_arguments(self, parser):
        parser.add_argument("mailboxes", nargs="*", type=Path)
        parser.add_argument("--to", default="", help="to whom the notice was sent")

    def handle(self, *, mailboxes, to, **options):
        if not settings.BOUNCES_TO:
            raise CommandError("Set BOUNCES_TO first: without it no message has a return address.")
        try:
            self.taken = self.left = 0
            if not mailboxes:
                self.take(sys.stdin.buffer.read(notices.MOST), to)
            for path in mailboxes:
                if path.is_dir():
                    self.maildir(path)
                elif path.is_file():
                    self.mbox(path)
                else:
                    raise CommandError(f"There is no mailbox {path}.")
        except OperationalError as away:
            raise CommandError(f"The database is away: {away}", returncode=TRY_AGAIN) from away
        self.stdout.write(
            f"{self.taken} came back, {self.left} said nothing of the kind about a message of ours."
        )

    def take(self, content: bytes, to: str = "") -> bool:
        message = bounces.take(content, to=to, at=clock.now())
        if message is None:
            self.left += 1
            return False
        self.taken += 1
        self.stdout.write(f"Message {message.pk} came back: {message.trouble}")
        return True

    def mbox(self, path: Path) -> None:
        box = mailbox.mbox(path, create=False)
        box.lock()
        try:
            for key in list(box.iterkeys()):
                if self.take(box.get_bytes(key)):
                    box.discard(key)
            box.flush()
        finally:
            box.close()

    def maildir(self, path: Path) -> None:
        if not (path / "new").is_dir():
            raise CommandError(f"{path} is no Maildir.")
        # By hand: the library reads all of a mail into parts in order to move it.
        for mail in sorted((path / "new").glob("[!.]*")):
            with contextlib.suppress(FileNotFoundError):  # somebody else took it
                with mail.open("rb") as file:
                    self.take(file.read(notices.MOST))
                mail.rename(path / "cur" / f"{mail.name.partition(':')[0]}:2,S")
