"""What happened, to whom, when, by whom: one row a fact, never changed."""

from django.db import models


class JournalRow(models.Model):
    """A fact. Only ids, resolved when read; no names and no addresses, except in `reason`.

    `kind` is "<subject>.<happened>" ("pass.renewed"); `before` and `after` hold the values that
    changed, as JSON; `at` is the moment it happened and `on` that moment's day in the
    installation's zone; `by_id` is the user (None: the system), and `key_id` the API key by which
    their program came. Order within a subject is `id`, written under the subject's lock. The
    database refuses to change or delete a row.

    The table has one column more, which only `tms.programs.feed` reads: `xact`, the transaction
    that wrote the row, set by the database. Who follows the journal goes by (xact, id): by id
    alone, a row that is committed late would be passed over.
    """

    kind = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    account_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)
    other_contact_id = models.BigIntegerField(null=True)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    by_id = models.BigIntegerField(null=True)
    key_id = models.BigIntegerField(null=True)
    source = models.CharField(max_length=20, default="page")
    reason = models.TextField(blank=True)
    at = models.DateTimeField()
    on = models.DateField()
    operation = models.CharField(max_length=80, blank=True)

    class Meta:
        db_table = "journal"
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "id"], name="journal_subject"),
            models.Index(
                fields=["account_id", "id"],
                name="journal_account",
                condition=models.Q(account_id__isnull=False),
            ),
            models.Index(
                fields=["contact_id", "id"],
                name="journal_contact",
                condition=models.Q(contact_id__isnull=False),
            ),
            models.Index(
                fields=["other_contact_id", "id"],
                name="journal_other_contact",
                condition=models.Q(other_contact_id__isnull=False),
            ),
            models.Index(fields=["kind", "on", "id"], name="journal_kind_on"),
            models.Index(
                fields=["key_id", "id"],
                name="journal_key",
                condition=models.Q(key_id__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.subject_kind} {self.subject_id}"
