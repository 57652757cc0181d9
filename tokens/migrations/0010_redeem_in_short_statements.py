import importlib

from django.db import migrations

before = importlib.import_module("tokens.migrations.0006_books_in_one_statement").function

# As before, but each statement is short: to get one that does everything ready to run takes longer
# than running these. Only the issues that are spent from are locked; the account's lock keeps all
# others out anyway.
REDEEM = """
CREATE OR REPLACE FUNCTION tokens_redeem(
    the_account bigint, the_type bigint, wanted int, the_issue bigint, the_contact bigint,
    the_purpose text, the_purpose_id bigint, moment timestamptz, day date, the_user bigint,
    the_key bigint, the_source text, the_reason text, the_operation text,
    OUT move bigint, OUT available bigint, OUT archived boolean, OUT parts jsonb
) LANGUAGE plpgsql AS $$
DECLARE
    issue record;
    part int;
    issues bigint[] := '{}';
    quantities int[] := '{}';
BEGIN
    SELECT archived_at IS NOT NULL INTO archived
    FROM crm_account WHERE id = the_account FOR NO KEY UPDATE;
    available := 0;
    IF archived IS DISTINCT FROM false THEN RETURN; END IF;
    FOR issue IN
        SELECT id, remaining FROM tokens_tokenissue
        WHERE account_id = the_account AND token_type_id = the_type AND has_some
          AND (expires_on IS NULL OR expires_on >= day)
          AND (the_issue IS NULL OR id = the_issue)
        ORDER BY expires_on, issued_on, id
        FOR NO KEY UPDATE
    LOOP
        part := least(issue.remaining, wanted - available);
        issues := issues || issue.id;
        quantities := quantities || part;
        available := available + part;
        EXIT WHEN available = wanted;
    END LOOP;
    IF available < wanted THEN RETURN; END IF;
    move := nextval('tokens_move');
    parts := '[]';
    FOR n IN 1 .. cardinality(issues) LOOP
        parts := parts || jsonb_build_object('issue', issues[n], 'quantity', quantities[n]);
    END LOOP;
    INSERT INTO tokens_ledgerentry (
        issue_id, account_id, token_type_id, kind, quantity, move, contact_id,
        purpose_kind, purpose_id, at, "on", recorded_at, by_id, key_id, source, reason, by_choice)
    SELECT spent.issue, the_account, the_type, 'redeemed', -spent.quantity, move, the_contact,
           the_purpose, the_purpose_id, moment, day, moment, the_user, the_key, the_source,
           the_reason, the_issue IS NOT NULL
    FROM unnest(issues, quantities) AS spent(issue, quantity);
    INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after,
                         by_id, key_id, source, reason, at, "on", operation)
    VALUES ('tokens.redeemed', 'tokens', move, the_account, the_contact, '{}',
            jsonb_build_object('token_type', the_type, 'quantity', wanted, 'issues', parts,
                               'purpose', jsonb_build_array(the_purpose, the_purpose_id)),
            the_user, the_key, the_source, the_reason, moment, day, the_operation);
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("tokens", "0009_packs")]

    operations = [
        migrations.RunSQL(REDEEM, before("tokens_redeem").replace("remaining > 0", "has_some")),
    ]
