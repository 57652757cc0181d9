from django.db import migrations

# TRUNCATE is not stopped here but by privilege (tms/grants.py): tests flush by it, as the owner.
FORWARDS = """
CREATE FUNCTION journal_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The one road on which a person is erased: in a transaction that says so, `reason` alone
    -- may be set to the fixed word.
    IF TG_OP = 'UPDATE' AND current_setting('lanyard.erasing', true) = 'on'
       AND NEW.reason = '[erased]'
       AND to_jsonb(NEW) - 'reason' = to_jsonb(OLD) - 'reason' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The journal is only added to: % of row % refused.', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER journal_is_append_only BEFORE UPDATE OR DELETE ON journal
    FOR EACH ROW EXECUTE FUNCTION journal_is_append_only();
"""
BACKWARDS = """
DROP TRIGGER journal_is_append_only ON journal;
DROP FUNCTION journal_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("tms", "0001_initial")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
