from django.db import migrations

# The one road on which a person is erased. Of history nothing else may ever change: in a
# transaction that says so, named columns may be set to the fixed word, or keep what they have.
FORWARDS = """
CREATE FUNCTION only_erased(old jsonb, new jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    -- The same keys, and under each the same value or the fixed word.
    SELECT NOT EXISTS (
        SELECT FROM jsonb_each(old) o FULL JOIN jsonb_each(new) n ON n.key = o.key
        WHERE o.key IS NULL OR n.key IS NULL
           OR n.value IS DISTINCT FROM o.value AND n.value <> '"[erased]"')
$$;

CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- `reason`, and the name of an instructor, who stands in a session by name.
    IF TG_OP = 'UPDATE' AND current_setting('lanyard.erasing', true) = 'on'
       AND NEW.reason IN (OLD.reason, '[erased]')
       AND to_jsonb(NEW) #- '{before,instructor}' #- '{after,instructor}' #- '{reason}'
           = to_jsonb(OLD) #- '{before,instructor}' #- '{after,instructor}' #- '{reason}'
       AND only_erased(OLD.before, NEW.before) AND only_erased(OLD.after, NEW.after) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is only added to: % of row % refused.', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('lanyard.erasing', true) = 'on'
       AND NEW.address IN (OLD.address, '[erased]')
       AND to_jsonb(NEW) - '{before,after,address}'::text[]
           = to_jsonb(OLD) - '{before,after,address}'::text[]
       AND only_erased(OLD.before, NEW.before) AND only_erased(OLD.after, NEW.after) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The audit trail is only added to: % of row % refused.', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE ON audit
    FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();

CREATE FUNCTION erased(given jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(jsonb_object_agg(key, '[erased]'), '{}') FROM jsonb_each(given)
$$;

CREATE FUNCTION names_one(given text, names text[]) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT EXISTS (SELECT FROM unnest(names) name WHERE strpos(lower(given), lower(name)) > 0)
$$;

-- The application's role may not change history; this function, which belongs to the owner, does
-- the one thing that is allowed, for one person: who they are as a contact and as a user, the
-- accounts that are theirs alone, those they belong to, and what they were called.
CREATE FUNCTION erase_history(
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
"""
BACKWARDS = """
DROP FUNCTION erase_history(bigint, bigint, bigint[], bigint[], text[]);
DROP FUNCTION names_one(text, text[]);
DROP FUNCTION erased(jsonb);
DROP TRIGGER audit_is_append_only ON audit;
DROP FUNCTION audit_is_append_only();
CREATE OR REPLACE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('lanyard.erasing', true) = 'on'
       AND NEW.reason = '[erased]'
       AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is only added to: % of row % refused.', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
DROP FUNCTION only_erased(jsonb, jsonb);
"""


class Migration(migrations.Migration):
    dependencies = [("tms", "0008_audit")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
