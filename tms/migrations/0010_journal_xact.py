from django.db import migrations

# The transaction that wrote the row, for who follows the journal. A default that is the same for
# the whole statement is not written into the rows that are there, so this takes no time.
FORWARDS = """
ALTER TABLE journal ADD COLUMN xact xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX journal_xact ON journal (xact, id);
"""
BACKWARDS = "ALTER TABLE journal DROP COLUMN xact;"


class Migration(migrations.Migration):
    dependencies = [("tms", "0009_erasing")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
