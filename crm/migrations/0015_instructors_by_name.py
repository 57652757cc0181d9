from django.db import migrations

# A session that names the one instructor of that name is theirs; its words stay as they were. What
# is written for somebody who was merged is written for the one kept.
FORWARDS = """
SELECT follow_merging('crm_teaching', 'contact');
SELECT follow_merging('crm_accountmanager', 'contact');
SELECT follow_merging('crm_accountmanager', 'account');
INSERT INTO crm_teaching (session_id, contact_id)
SELECT s.id, c.id
FROM catalog_session s
JOIN (
    SELECT lower(btrim(first_name || ' ' || last_name)) AS name, min(id) AS id
    FROM crm_contact
    WHERE is_instructor AND archived_at IS NULL AND btrim(first_name || ' ' || last_name) <> ''
    GROUP BY 1 HAVING count(*) = 1
) c ON c.name = lower(s.instructor)
WHERE s.instructor <> '';
UPDATE catalog_session s SET instructors = btrim(c.first_name || ' ' || c.last_name)
FROM crm_teaching t JOIN crm_contact c ON c.id = t.contact_id
WHERE t.session_id = s.id;
"""
BACKWARDS = """
DROP TRIGGER IF EXISTS follow_merged_contact_in ON crm_teaching;
DROP TRIGGER IF EXISTS follow_merged_contact ON crm_teaching;
DROP TRIGGER IF EXISTS follow_merged_contact_in ON crm_accountmanager;
DROP TRIGGER IF EXISTS follow_merged_contact ON crm_accountmanager;
DROP TRIGGER IF EXISTS follow_merged_account_in ON crm_accountmanager;
DROP TRIGGER IF EXISTS follow_merged_account ON crm_accountmanager;
UPDATE catalog_session SET instructors = '';
DELETE FROM crm_teaching
"""


class Migration(migrations.Migration):
    dependencies = [("crm", "0014_instructors_and_account_managers")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
