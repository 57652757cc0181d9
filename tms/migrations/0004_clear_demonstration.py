from django.db import migrations

# The application's role can't take rows from the journal; this function, which belongs to the
# owner, can, and does so only while the installation says that it is a demonstration.
FORWARDS = """
CREATE FUNCTION clear_demonstration() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    everything text;
BEGIN
    IF NOT EXISTS (SELECT 1 FROM tms_organisation WHERE demonstration) THEN
        RAISE EXCEPTION 'This is no demonstration: nothing is cleared.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    SELECT string_agg(format('%I', tablename), ', ') INTO everything
    FROM pg_tables
    WHERE schemaname = 'public' AND tablename NOT IN (
        'django_migrations', 'django_content_type',
        'auth_permission', 'auth_group', 'auth_group_permissions');
    EXECUTE 'TRUNCATE ' || everything || ' RESTART IDENTITY';
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("tms", "0003_job_starts")]

    operations = [migrations.RunSQL(FORWARDS, "DROP FUNCTION clear_demonstration()")]
