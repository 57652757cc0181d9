from django.db import migrations

# What was issued stays as it was: only that it was paid, and that all of it was credited, is noted
# on it. What a win gave is written once. Erasing a person may put the fixed word in their place.
FORWARDS = """
CREATE FUNCTION invoice_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER invoice_is_kept BEFORE UPDATE OR DELETE ON crm_invoice
    FOR EACH ROW EXECUTE FUNCTION invoice_is_kept();

CREATE FUNCTION invoice_lines_are_kept() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER invoice_lines_are_kept BEFORE INSERT OR UPDATE OR DELETE ON crm_invoiceline
    FOR EACH ROW EXECUTE FUNCTION invoice_lines_are_kept();

CREATE FUNCTION fulfilment_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.reversed >= OLD.reversed
       AND to_jsonb(NEW) - 'reversed' = to_jsonb(OLD) - 'reversed' THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'What a win gave is written once: % of row % refused.', TG_OP, OLD.id
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER fulfilment_is_kept BEFORE UPDATE OR DELETE ON crm_fulfilment
    FOR EACH ROW EXECUTE FUNCTION fulfilment_is_kept();

-- What was won stays won, and its interests stay as they were sold.
CREATE FUNCTION opportunity_stays_won() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.won AND NEW.won IS DISTINCT FROM true THEN
        RAISE EXCEPTION 'Opportunity % was won, and stays won.', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER opportunity_stays_won BEFORE UPDATE ON crm_opportunity
    FOR EACH ROW EXECUTE FUNCTION opportunity_stays_won();

CREATE FUNCTION interest_stays_as_sold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT won FROM crm_opportunity WHERE id = OLD.opportunity_id) THEN
        RAISE EXCEPTION 'Interest % was sold, and stays as it is: % refused.', OLD.id, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER interest_stays_as_sold BEFORE UPDATE OR DELETE ON crm_interest
    FOR EACH ROW EXECUTE FUNCTION interest_stays_as_sold();
"""
BACKWARDS = """
DROP TRIGGER interest_stays_as_sold ON crm_interest;
DROP FUNCTION interest_stays_as_sold();
DROP TRIGGER opportunity_stays_won ON crm_opportunity;
DROP FUNCTION opportunity_stays_won();
DROP TRIGGER fulfilment_is_kept ON crm_fulfilment;
DROP FUNCTION fulfilment_is_kept();
DROP TRIGGER invoice_lines_are_kept ON crm_invoiceline;
DROP FUNCTION invoice_lines_are_kept();
DROP TRIGGER invoice_is_kept ON crm_invoice;
DROP FUNCTION invoice_is_kept();
"""


class Migration(migrations.Migration):
    # only_erased() is made by the kernel's migration.
    dependencies = [("crm", "0005_selling"), ("tms", "0009_erasing")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
