from django.db import migrations

# What buyers call their orders stands in the note of a line that was issued. Erasing a person may
# put the fixed word there; every other line of the note, and all else, stays.
BEFORE = """
CREATE OR REPLACE FUNCTION invoice_lines_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM crm_invoice
               WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.invoice_id END,
                            CASE WHEN TG_OP <> 'DELETE' THEN NEW.invoice_id END)
                 AND issued_on IS NOT NULL) THEN
        RAISE EXCEPTION 'The lines of an issued invoice stay as they are: % refused.', TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END
$$;
"""
AFTER = BEFORE.replace(
    "    IF EXISTS",
    """    IF TG_OP = 'UPDATE' AND current_setting('lanyard.erasing', true) = 'on'
       AND to_jsonb(NEW) - 'note' = to_jsonb(OLD) - 'note'
       AND NOT EXISTS (SELECT FROM unnest(string_to_array(NEW.note, chr(10))) AS said
                       WHERE strpos(said, '[erased]') = 0
                         AND said <> ALL (string_to_array(OLD.note, chr(10)))) THEN
        RETURN NEW;
    END IF;
    IF EXISTS""",
    1,
)


class Migration(migrations.Migration):
    dependencies = [("crm", "0017_few_archived_few_paid")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
