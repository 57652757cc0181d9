"""What the ledger could still be told by hand: a number that an entry names, changed under it;
tokens spent after their last day, or expired before it; a price that is no number.

An issue and a user that entries name kept their numbers by foreign keys, until these went.
"""

import importlib

from django.db import migrations

BEFORE = importlib.import_module("tokens.migrations.0011_redeem_lightly")

# The days are looked at by the statements that change the issue anyway: one that isn't found is
# refused.
KEEP_BOOKS = """
CREATE OR REPLACE FUNCTION tokens_keep_books() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE one record; wrong text; strange boolean; spends boolean; returns boolean;
BEGIN
    SELECT id, issue_id, account_id, token_type_id, kind, quantity, move, of_id, by_id, "on",
           (SELECT count(*) FROM added) AS among
    INTO one FROM added LIMIT 1;
    IF one.among = 1 AND one.kind = 'redeemed' AND one.quantity < 0 AND one.of_id IS NULL THEN
        UPDATE tokens_tokenissue
        SET remaining = remaining + one.quantity, redeemed = redeemed - one.quantity
        WHERE id = one.issue_id AND account_id = one.account_id
          AND token_type_id = one.token_type_id
          AND (expires_on IS NULL OR expires_on >= one."on")
          AND (one.by_id IS NULL OR EXISTS (SELECT FROM tms_user u WHERE u.id = one.by_id))
          AND NOT EXISTS (
              SELECT FROM tokens_ledgerentry e WHERE e.move = one.move AND e.id <> one.id);
        IF FOUND THEN RETURN NULL; END IF;
    END IF;
    WITH moved AS (
        SELECT issue_id, account_id, token_type_id, sum(quantity) AS remaining,
               coalesce(-sum(quantity) FILTER (WHERE kind IN ('redeemed', 'refunded')), 0)
                   AS redeemed,
               coalesce(-sum(quantity) FILTER (WHERE kind = 'expired'), 0) AS expired,
               max("on") FILTER (WHERE kind NOT IN ('refunded', 'expired')) AS moves,
               min("on") FILTER (WHERE kind = 'expired') AS ends
        FROM added GROUP BY issue_id, account_id, token_type_id
    ), changed AS (
        UPDATE tokens_tokenissue i
        SET remaining = i.remaining + m.remaining,
            redeemed = i.redeemed + m.redeemed,
            expired = i.expired + m.expired
        FROM moved m
        WHERE i.id = m.issue_id AND i.account_id = m.account_id
          AND i.token_type_id = m.token_type_id
          AND (m.moves IS NULL OR i.expires_on IS NULL OR i.expires_on >= m.moves)
          AND (m.ends IS NULL OR i.expires_on < m.ends)
        RETURNING i.id
    )
    SELECT (SELECT count(*) FROM changed) <> (SELECT count(*) FROM moved),
           bool_or(kind IN ('redeemed', 'transferred')), bool_or(kind = 'refunded'),
           min(CASE
               WHEN (kind IN ('issued', 'refunded') AND quantity > 0
                     OR kind IN ('redeemed', 'expired') AND quantity < 0
                     OR kind IN ('adjusted', 'transferred') AND quantity <> 0) IS NOT TRUE
                   THEN 'ledger_entry_sign'
               WHEN kind = 'adjusted' AND reason = '' THEN 'ledger_entry_adjusted_says_why'
               WHEN (kind = 'refunded' OR kind = 'transferred' AND quantity > 0)
                    <> (of_id IS NOT NULL) THEN 'ledger_entry_of'
           END)
    INTO strange, spends, returns, wrong
    FROM added;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'A ledger entry is what its kind says: %', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = wrong;
    END IF;
    IF strange THEN
        RAISE EXCEPTION
            'A ledger entry is of its issue''s account and type, and within its days.'
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM added a
        WHERE a.by_id IS NOT NULL AND NOT EXISTS (SELECT FROM tms_user u WHERE u.id = a.by_id)
    ) THEN
        RAISE EXCEPTION 'A ledger entry is by nobody, or by somebody who is there.'
            USING ERRCODE = 'foreign_key_violation';
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
ISSUE_IS_RIGHT = """
CREATE OR REPLACE FUNCTION tokens_issue_is_right() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wrong text := CASE
    WHEN NEW.issued NOT BETWEEN 1 AND 1000000 THEN 'token_issue_in_range'
    WHEN NEW.expires_on < NEW.issued_on THEN 'token_issue_ends_after_it_begins'
    WHEN NEW.expires_on > '2100-12-31' THEN 'token_issue_ends_some_day'
    WHEN (NEW.currency_id IS NULL) <> (NEW.unit_price IS NULL)
         OR NEW.unit_price < 0 OR NEW.unit_price = 'NaN'
        THEN 'token_issue_price_has_currency'
END;
BEGIN
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'A token issue is what it says: %', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = wrong;
    END IF;
    RETURN NEW;
END
$$;
"""
NUMBERS = """
CREATE TRIGGER tokens_issue_keeps_its_number BEFORE UPDATE OF id ON tokens_tokenissue
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION tokens_issue_is_kept();
CREATE FUNCTION tokens_user_keeps_the_number() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger of tokens names users by their number, which stays.'
        USING ERRCODE = 'foreign_key_violation';
END
$$;
CREATE TRIGGER tokens_user_keeps_the_number BEFORE UPDATE OF id ON tms_user
    FOR EACH ROW WHEN (OLD.id <> NEW.id) EXECUTE FUNCTION tokens_user_keeps_the_number();
"""
ANY_NUMBER = """
DROP TRIGGER tokens_user_keeps_the_number ON tms_user;
DROP FUNCTION tokens_user_keeps_the_number;
DROP TRIGGER tokens_issue_keeps_its_number ON tokens_tokenissue;
"""
ISSUE_WAS_RIGHT = ISSUE_IS_RIGHT.replace(" OR NEW.unit_price = 'NaN'", "")


class Migration(migrations.Migration):
    dependencies = [("tokens", "0012_packs_are_sold_on_opportunities")]

    operations = [
        migrations.RunSQL(KEEP_BOOKS, BEFORE.KEEP_BOOKS),
        migrations.RunSQL(ISSUE_IS_RIGHT, ISSUE_WAS_RIGHT),
        migrations.RunSQL(NUMBERS, ANY_NUMBER),
    ]
