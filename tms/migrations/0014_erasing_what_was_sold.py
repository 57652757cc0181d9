from django.db import migrations

# Erasing a person reaches the words of opportunities and invoices in the trail, too.
FORWARDS = """
CREATE FUNCTION erased_words(given jsonb, words text[]) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(
        key, CASE WHEN key = ANY(words) THEN '"[erased]"' ELSE value END), '{}')
    FROM jsonb_each(given)
$$;

-- The application's role may not change history; this function, which belongs to the owner, does
-- the one thing that is allowed, for one person: who they are as a contact and as a user, the
-- accounts that are theirs alone, those they belong to, and what they were called.
CREATE OR REPLACE FUNCTION erase_history(
    the_contact bigint, the_user bigint, own_accounts bigint[], accounts bigint[], names text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('lanyard.erasing', 'on', true);
    UPDATE journal SET reason = '[erased]'
    WHERE reason NOT IN ('', '[erased]')
      AND (contact_id = the_contact OR other_contact_id = the_contact
           OR subject_kind = 'user' AND subject_id = the_user
           OR account_id = ANY(own_accounts)
           OR (account_id = ANY(accounts) OR subject_kind IN ('opportunity', 'invoice'))
              AND names_one(reason, names));
    -- What was said of them stands in the same words beside others of the same deed.
    UPDATE journal SET
        before = CASE WHEN before->>'instructor' = ANY(names)
                      THEN jsonb_set(before, '{instructor}', '"[erased]"') ELSE before END,
        after = CASE WHEN after->>'instructor' = ANY(names)
                     THEN jsonb_set(after, '{instructor}', '"[erased]"') ELSE after END
    WHERE kind IN ('event.session_added', 'event.session_changed', 'event.session_removed')
      AND (before->>'instructor' = ANY(names) OR after->>'instructor' = ANY(names));
    UPDATE audit SET before = erased(before), after = erased(after)
    WHERE model = 'crm.contact' AND record = the_contact
       OR model = 'tms.user' AND record = the_user
       OR model = 'crm.account' AND record = ANY(own_accounts)
       OR contact_id = the_contact AND model IN ('crm.externalid', 'lms.request')
       OR account_id = ANY(own_accounts) AND model = 'crm.externalid';
    UPDATE audit SET before = erased(before), after = erased(after)
    WHERE model = 'crm.account' AND record = ANY(accounts)
      AND (names_one(before::text, names) OR names_one(after::text, names))
       OR model = 'catalog.session'
      AND (before->>'instructor' = ANY(names) OR after->>'instructor' = ANY(names));
    -- Of what is sold only the words: stages, sums and days stay.
    UPDATE audit SET before = erased_words(before, words), after = erased_words(after, words)
    FROM (VALUES ('crm.opportunity', '{name,source,notes,lost_because}'::text[]),
                 ('crm.invoice', '{bill_to,reason}')) sold(of_model, words)
    WHERE model = of_model
      AND (account_id = ANY(own_accounts)
           OR contact_id = the_contact
           OR names_one(before::text, names) OR names_one(after::text, names));
    UPDATE audit SET before = erased(before), after = erased(after)
    WHERE model = 'crm.externalid'
      AND coalesce(before->>'opportunity_id', after->>'opportunity_id')::bigint IN (
          SELECT record FROM audit
          WHERE model = 'crm.opportunity' AND account_id = ANY(own_accounts));
    -- From where they came, signed in or by a link in a letter.
    UPDATE audit SET address = '[erased]'
    WHERE address NOT IN ('', '[erased]')
      AND (user_id = the_user
           OR user_id IS NULL AND source = 'page'
           AND (contact_id = the_contact OR model = 'tms.user' AND record = the_user));
    PERFORM set_config('lanyard.erasing', '', true);
END
$$;
"""
BACKWARDS = """
-- The application's role may not change history; this function, which belongs to the owner, does
-- the one thing that is allowed, for one person: who they are as a contact and as a user, the
-- accounts that are theirs alone, those they belong to, and what they were called.
CREATE OR REPLACE FUNCTION erase_history(
    the_contact bigint, the_user bigint, own_accounts bigint[], accounts bigint[], names text[]
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('lanyard.erasing', 'on', true);
    UPDATE journal SET reason = '[erased]'
    WHERE reason NOT IN ('', '[erased]')
      AND (contact_id = the_contact OR other_contact_id = the_contact
           OR subject_kind = 'user' AND subject_id = the_user
           OR account_id = ANY(own_accounts)
           OR account_id = ANY(accounts) AND names_one(reason, names));
    -- What was said of them stands in the same words beside others of the same deed.
    UPDATE journal SET
        before = CASE WHEN before->>'instructor' = ANY(names)
                      THEN jsonb_set(before, '{instructor}', '"[erased]"') ELSE before END,
        after = CASE WHEN after->>'instructor' = ANY(names)
                     THEN jsonb_set(after, '{instructor}', '"[erased]"') ELSE after END
    WHERE kind IN ('event.session_added', 'event.session_changed', 'event.session_removed')
      AND (before->>'instructor' = ANY(names) OR after->>'instructor' = ANY(names));
    UPDATE audit SET before = erased(before), after = erased(after)
    WHERE model = 'crm.contact' AND record = the_contact
       OR model = 'tms.user' AND record = the_user
       OR model = 'crm.account' AND record = ANY(own_accounts)
       OR contact_id = the_contact AND model IN ('crm.externalid', 'lms.request')
       OR account_id = ANY(own_accounts) AND model = 'crm.externalid';
    UPDATE audit SET before = erased(before), after = erased(after)
    WHERE model = 'crm.account' AND record = ANY(accounts)
      AND (names_one(before::text, names) OR names_one(after::text, names))
       OR model = 'catalog.session'
      AND (before->>'instructor' = ANY(names) OR after->>'instructor' = ANY(names));
    -- From where they came, signed in or by a link in a letter.
    UPDATE audit SET address = '[erased]'
    WHERE address NOT IN ('', '[erased]')
      AND (user_id = the_user
           OR user_id IS NULL AND source = 'page'
           AND (contact_id = the_contact OR model = 'tms.user' AND record = the_user));
    PERFORM set_config('lanyard.erasing', '', true);
END
$$;
DROP FUNCTION erased_words(jsonb, text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("tms", "0013_learners_cancel")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
