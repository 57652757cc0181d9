import importlib

from django.db import migrations, models

before = importlib.import_module("tokens.migrations.0003_books").FORWARDS


def function(name: str) -> str:
    """One of the functions as they were made before."""
    start = before.index(f"CREATE FUNCTION {name}(")
    end = before.index("$$;", start) + 3
    return before[start:end].replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


# What remains is changed and looked at by one statement: that each entry is of its issue's account
# and type is what joins it to the issue.
KEEP_BOOKS = """
CREATE OR REPLACE FUNCTION tokens_keep_books() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE strange boolean; spends boolean; returns boolean;
BEGIN
    WITH moved AS (
        SELECT issue_id, account_id, token_type_id, sum(quantity) AS remaining,
               coalesce(-sum(quantity) FILTER (WHERE kind IN ('redeemed', 'refunded')), 0)
                   AS redeemed,
               coalesce(-sum(quantity) FILTER (WHERE kind = 'expired'), 0) AS expired
        FROM added GROUP BY issue_id, account_id, token_type_id
    ), changed AS (
        UPDATE tokens_tokenissue i
        SET remaining = i.remaining + m.remaining,
            redeemed = i.redeemed + m.redeemed,
            expired = i.expired + m.expired
        FROM moved m
        WHERE i.id = m.issue_id AND i.account_id = m.account_id
          AND i.token_type_id = m.token_type_id
        RETURNING i.id
    )
    SELECT (SELECT count(*) FROM changed) <> (SELECT count(*) FROM moved),
           bool_or(kind IN ('redeemed', 'transferred')), bool_or(kind = 'refunded')
    INTO strange, spends, returns
    FROM added;
    IF strange THEN
        RAISE EXCEPTION 'A ledger entry is of its issue''s account and type.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF spends AND EXISTS (
        SELECT FROM tokens_ledgerentry e
        WHERE e.move IN (SELECT move FROM added WHERE kind IN ('redeemed', 'transferred'))
        GROUP BY e.move
        HAVING min(e.token_type_id) <> max(e.token_type_id)
            OR min(e.account_id) <> max(e.account_id) AND bool_or(e.kind = 'redeemed')
            OR sum(e.quantity) > 0 AND bool_or(e.kind = 'transferred')
    ) THEN
        RAISE EXCEPTION 'One move spends tokens of one type and one account.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF returns AND EXISTS (
        SELECT FROM tokens_ledgerentry t
        JOIN tokens_ledgerentry r ON r.of_id = t.id
        WHERE t.id IN (SELECT of_id FROM added WHERE kind = 'refunded')
        GROUP BY t.id
        HAVING t.kind <> 'redeemed' OR sum(r.quantity) > -t.quantity
            OR bool_or(r.issue_id <> t.issue_id)
    ) THEN
        RAISE EXCEPTION 'No more comes back than was taken, and to the issue that it came from.'
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
$$;
"""
# Room on each page for the next version of a row, which then needs no new entry in any index.
ROOM = "ALTER TABLE tokens_tokenissue SET (fillfactor = 80);"


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_sort_events"),
        ("crm", "0007_sender_of_invoices"),
        ("tokens", "0005_interests"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="tokenissue",
            name="token_issue_to_spend",
        ),
        migrations.RemoveIndex(
            model_name="tokenissue",
            name="token_issue_to_write_off",
        ),
        migrations.AddField(
            model_name="tokenissue",
            name="has_some",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Q(("remaining__gt", 0)),
                output_field=models.BooleanField(),
            ),
        ),
        migrations.AddIndex(
            model_name="tokenissue",
            index=models.Index(
                condition=models.Q(("has_some", True)),
                fields=["account", "token_type", "expires_on", "issued_on", "id"],
                name="token_issue_to_spend",
            ),
        ),
        migrations.AddIndex(
            model_name="tokenissue",
            index=models.Index(
                condition=models.Q(("expires_on__isnull", False), ("has_some", True)),
                fields=["expires_on", "id"],
                name="token_issue_to_write_off",
            ),
        ),
        migrations.RunSQL(
            KEEP_BOOKS + function("tokens_redeem").replace("remaining > 0", "has_some") + ROOM,
            function("tokens_keep_books")
            + function("tokens_redeem")
            + "ALTER TABLE tokens_tokenissue RESET (fillfactor);",
        ),
    ]
