"""What docs/reporting.md says of each view, as the database knows it."""

from django.core.management.base import BaseCommand
from django.db import connection

COLUMNS = """
SELECT c.relname, obj_description(c.oid), a.attname, format_type(a.atttypid, NULL),
       col_description(c.oid, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = to_regnamespace('reporting') AND c.relkind = 'v'
ORDER BY c.relname, a.attnum
"""


class Command(BaseCommand):
    help = "Print the views of the schema reporting as the tables of docs/reporting.md."

    def handle(self, **options):
        with connection.cursor() as cursor:
            cursor.execute(COLUMNS)
            last = None
            for view, sentence, *column in cursor.fetchall():
                if view != last:
                    head = (
                        f"### `{view}`\n\n{sentence}\n\n| column | type | meaning |\n|---|---|---|"
                    )
                    self.stdout.write(f"\n{head}" if last else head)
                    last = view
                name, kind, meaning = column
                self.stdout.write(f"| `{name}` | {kind} | {meaning} |")
