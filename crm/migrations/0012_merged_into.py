import django.db.models.deletion
from django.db import migrations, models

# An invoice that was issued stays as it is, but whose it is: accounts that are merged are one.
# Whatever is written for a double that was merged meanwhile is written for the one kept: the lock
# waits for a merging that is on its way. The ledger of tokens needs none of it: its verbs hold the
# account.
FORWARDS = """
CREATE OR REPLACE FUNCTION invoice_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.issued_on IS NULL THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE'
       AND to_jsonb(NEW) - '{paid_on,voided_on,version}'::text[]
           = to_jsonb(OLD) - '{paid_on,voided_on,version}'::text[] THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('lanyard.merging', true) = 'on'
       AND to_jsonb(NEW) - 'account_id' = to_jsonb(OLD) - 'account_id' THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND current_setting('lanyard.erasing', true) = 'on'
       AND NEW.reason IN (OLD.reason, '[erased]') AND only_erased(OLD.bill_to, NEW.bill_to)
       AND to_jsonb(NEW) - '{bill_to,reason}'::text[] = to_jsonb(OLD) - '{bill_to,reason}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Invoice % was issued, and stays as it is: % refused.', OLD.number, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;

CREATE FUNCTION follow_merged_contact() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept bigint;
BEGIN
    SELECT merged_into_id INTO kept FROM crm_contact WHERE id = NEW.contact_id FOR KEY SHARE;
    NEW.contact_id := coalesce(kept, NEW.contact_id);
    RETURN NEW;
END
$$;
CREATE FUNCTION follow_merged_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE kept bigint;
BEGIN
    SELECT merged_into_id INTO kept FROM crm_account WHERE id = NEW.account_id FOR KEY SHARE;
    NEW.account_id := coalesce(kept, NEW.account_id);
    RETURN NEW;
END
$$;

-- Rows of the table follow a merged contact or account: follow_merging('passes_pass', 'contact').
CREATE FUNCTION follow_merging(of_table regclass, noun text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TRIGGER follow_merged_%1$s_in BEFORE INSERT ON %2$s FOR EACH ROW
         WHEN (NEW.%1$s_id IS NOT NULL) EXECUTE FUNCTION follow_merged_%1$s()', noun, of_table);
    EXECUTE format(
        'CREATE TRIGGER follow_merged_%1$s BEFORE UPDATE OF %1$s_id ON %2$s FOR EACH ROW
         WHEN (NEW.%1$s_id <> OLD.%1$s_id OR OLD.%1$s_id IS NULL AND NEW.%1$s_id IS NOT NULL)
         EXECUTE FUNCTION follow_merged_%1$s()', noun, of_table);
END
$$;
SELECT follow_merging(t::regclass, 'contact')
FROM unnest('{crm_opportunity,crm_interestcontact,crm_task,crm_note,crm_membership}'::text[]) t;
SELECT follow_merging(t::regclass, 'account')
FROM unnest('{crm_contact,crm_opportunity,crm_task,crm_note,crm_membership,crm_invoice}'::text[]) t;
"""
BACKWARDS = """
DROP FUNCTION follow_merging(regclass, text);
DROP FUNCTION follow_merged_account() CASCADE;
DROP FUNCTION follow_merged_contact() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0011_tasks_and_notes")]

    operations = [
        migrations.AddField(
            model_name="account",
            name="merged_into",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="crm.account",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="merged_into",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="merged",
                to="crm.contact",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None), ("archived_at__isnull", False), _connector="OR"
                ),
                name="account_merged_is_archived",
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("merged_into", None), ("archived_at__isnull", False), _connector="OR"
                ),
                name="contact_merged_is_archived",
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
