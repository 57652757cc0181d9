from django.db import migrations

# What is written for a contact or an account that was merged is written for the one kept.
FORWARDS = """
SELECT follow_merging('passes_pass', 'contact');
SELECT follow_merging('passes_pass', 'account');
"""
BACKWARDS = """
DROP TRIGGER IF EXISTS follow_merged_contact_in ON passes_pass;
DROP TRIGGER IF EXISTS follow_merged_contact ON passes_pass;
DROP TRIGGER IF EXISTS follow_merged_account_in ON passes_pass;
DROP TRIGGER IF EXISTS follow_merged_account ON passes_pass;
"""


class Migration(migrations.Migration):
    dependencies = [("passes", "0005_fewer_indexes"), ("crm", "0012_merged_into")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
