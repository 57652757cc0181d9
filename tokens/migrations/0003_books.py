from django.db import migrations

# What the database itself sees to, under every rule of the verbs: entries are only added; what
# remains of an issue is the sum of its entries, changed in the statement that adds one, and never
# below zero; a redemption spends one type of one account; nothing comes back that wasn't taken.
FORWARDS = """
CREATE SEQUENCE tokens_move;

CREATE FUNCTION tokens_keep_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tokens_tokenissue i
    SET remaining = i.remaining + d.remaining,
        redeemed = i.redeemed + d.redeemed,
        expired = i.expired + d.expired
    FROM (
        SELECT issue_id, sum(quantity) AS remaining,
               coalesce(-sum(quantity) FILTER (WHERE kind IN ('redeemed', 'refunded')), 0)
                   AS redeemed,
               coalesce(-sum(quantity) FILTER (WHERE kind = 'expired'), 0) AS expired
        FROM added GROUP BY issue_id
    ) d
    WHERE i.id = d.issue_id;
    IF EXISTS (
        SELECT FROM added a JOIN tokens_tokenissue i ON i.id = a.issue_id
        WHERE (a.account_id, a.token_type_id) <> (i.account_id, i.token_type_id)
    ) THEN
        RAISE EXCEPTION 'A ledger entry is of its issue''s account and type.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF NOT EXISTS (SELECT FROM added WHERE kind NOT IN ('issued', 'expired', 'adjusted')) THEN
        RETURN NULL;
    END IF;
    IF EXISTS (
        SELECT FROM tokens_ledgerentry e
        WHERE e.move IN (SELECT move FROM added WHERE kind IN ('redeemed', 'transferred'))
        GROUP BY e.move
        HAVING count(DISTINCT e.token_type_id) > 1
            OR count(DISTINCT e.account_id) > 1 AND bool_or(e.kind = 'redeemed')
            OR sum(e.quantity) > 0 AND bool_or(e.kind = 'transferred')
    ) THEN
        RAISE EXCEPTION 'One move spends tokens of one type and one account.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
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
CREATE TRIGGER tokens_keep_books AFTER INSERT ON tokens_ledgerentry
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tokens_keep_books();

CREATE FUNCTION tokens_ledger_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('lanyard.erasing', true) = 'on'
       AND NEW.reason IN (OLD.reason, '[erased]')
       AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The ledger of tokens is only added to: % of entry % refused.', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER tokens_ledger_is_append_only BEFORE UPDATE OR DELETE ON tokens_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION tokens_ledger_is_append_only();

CREATE FUNCTION tokens_issue_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A token issue begins empty, changes by ledger entries, and stays: % refused.',
        TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER tokens_issue_begins_empty BEFORE INSERT ON tokens_tokenissue
    FOR EACH ROW WHEN ((NEW.remaining, NEW.redeemed, NEW.expired) <> (0, 0, 0))
    EXECUTE FUNCTION tokens_issue_is_kept();
CREATE TRIGGER tokens_issue_changes_by_entries BEFORE UPDATE ON tokens_tokenissue
    FOR EACH ROW WHEN (
        (OLD.account_id, OLD.token_type_id, OLD.issued, OLD.issued_on)
            IS DISTINCT FROM (NEW.account_id, NEW.token_type_id, NEW.issued, NEW.issued_on)
        OR pg_trigger_depth() = 0 AND (OLD.remaining, OLD.redeemed, OLD.expired)
            IS DISTINCT FROM (NEW.remaining, NEW.redeemed, NEW.expired))
    EXECUTE FUNCTION tokens_issue_is_kept();
CREATE TRIGGER tokens_issue_stays BEFORE DELETE ON tokens_tokenissue
    FOR EACH ROW EXECUTE FUNCTION tokens_issue_is_kept();

-- The application's role may not change the ledger; this function, which belongs to the owner, does
-- the one thing that is allowed, for one person who is erased: reasons, to the fixed word.
CREATE FUNCTION tokens_erase_history(
    the_contact bigint, own_accounts bigint[], accounts bigint[], names text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('lanyard.erasing', 'on', true);
    UPDATE tokens_ledgerentry SET reason = '[erased]'
    WHERE reason NOT IN ('', '[erased]')
      AND (contact_id = the_contact OR account_id = ANY(own_accounts)
           OR account_id = ANY(accounts) AND names_one(reason, names));
    PERFORM set_config('lanyard.erasing', '', true);
END
$$;

-- Redeeming in one statement, as it is what many do at once: the account's lock, its open issues
-- in spend order, an entry for each issue's part, the journal row. Without enough: no move, and
-- what there is.
CREATE FUNCTION tokens_redeem(
    the_account bigint, the_type bigint, wanted int, the_issue bigint, the_contact bigint,
    the_purpose text, the_purpose_id bigint, moment timestamptz, day date, the_user bigint,
    the_key bigint, the_source text, the_reason text, the_operation text,
    OUT move bigint, OUT available bigint, OUT archived boolean, OUT parts jsonb
) LANGUAGE plpgsql AS $$
DECLARE number bigint;
BEGIN
    SELECT archived_at IS NOT NULL INTO archived
    FROM crm_account WHERE id = the_account FOR NO KEY UPDATE;
    available := 0;
    IF archived IS DISTINCT FROM false THEN RETURN; END IF;
    number := nextval('tokens_move');
    WITH open AS MATERIALIZED (
        SELECT id, remaining, expires_on, issued_on FROM tokens_tokenissue
        WHERE account_id = the_account AND token_type_id = the_type AND remaining > 0
          AND (expires_on IS NULL OR expires_on >= day)
          AND (the_issue IS NULL OR id = the_issue)
        ORDER BY expires_on, issued_on, id
        FOR NO KEY UPDATE
    ), queue AS (
        SELECT id, remaining, row_number() OVER spending AS place,
               sum(remaining) OVER spending - remaining AS before
        FROM open
        WINDOW spending AS (ORDER BY expires_on, issued_on, id)
    ), part AS MATERIALIZED (
        SELECT id, place, least(remaining, wanted - before)::int AS quantity
        FROM queue WHERE before < wanted
    ), total AS MATERIALIZED (
        SELECT coalesce(sum(quantity), 0) AS quantity,
               jsonb_agg(jsonb_build_object('issue', id, 'quantity', quantity) ORDER BY place)
                   AS parts
        FROM part
    ), written AS (
        INSERT INTO tokens_ledgerentry (
            issue_id, account_id, token_type_id, kind, quantity, move, contact_id,
            purpose_kind, purpose_id, at, "on", recorded_at, by_id, key_id, source, reason,
            by_choice)
        SELECT id, the_account, the_type, 'redeemed', -part.quantity, number, the_contact,
               the_purpose, the_purpose_id, moment, day, moment, the_user, the_key, the_source,
               the_reason, the_issue IS NOT NULL
        FROM part, total WHERE total.quantity = wanted ORDER BY place
    )
    SELECT total.quantity, total.parts INTO available, parts FROM total;
    IF available < wanted THEN
        parts := NULL;
        RETURN;
    END IF;
    move := number;
    INSERT INTO journal (kind, subject_kind, subject_id, account_id, contact_id, before, after,
                         by_id, key_id, source, reason, at, "on", operation)
    VALUES ('tokens.redeemed', 'tokens', number, the_account, the_contact, '{}',
            jsonb_build_object('token_type', the_type, 'quantity', wanted, 'issues', parts,
                               'purpose', jsonb_build_array(the_purpose, the_purpose_id)),
            the_user, the_key, the_source, the_reason, moment, day, the_operation);
END
$$;
"""
BACKWARDS = """
DROP FUNCTION tokens_redeem;
DROP FUNCTION tokens_erase_history;
DROP TRIGGER tokens_issue_stays ON tokens_tokenissue;
DROP TRIGGER tokens_issue_changes_by_entries ON tokens_tokenissue;
DROP TRIGGER tokens_issue_begins_empty ON tokens_tokenissue;
DROP FUNCTION tokens_issue_is_kept;
DROP TRIGGER tokens_ledger_is_append_only ON tokens_ledgerentry;
DROP FUNCTION tokens_ledger_is_append_only;
DROP TRIGGER tokens_keep_books ON tokens_ledgerentry;
DROP FUNCTION tokens_keep_books;
DROP SEQUENCE tokens_move;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("tokens", "0002_ledger"),
        ("tms", "0011_webhooks"),
    ]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
