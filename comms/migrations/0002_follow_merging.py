from django.db import migrations

# What is written for a contact or an account that was merged is written for the one kept.
FORWARDS = """
SELECT follow_merging('comms_message', 'contact');
SELECT follow_merging('comms_message', 'account');
"""
BACKWARDS = """
DROP TRIGGER IF EXISTS follow_merged_contact_in ON comms_message;
DROP TRIGGER IF EXISTS follow_merged_contact ON comms_message;
DROP TRIGGER IF EXISTS follow_merged_account_in ON comms_message;
DROP TRIGGER IF EXISTS follow_merged_account ON comms_message;
"""


class Migration(migrations.Migration):
    dependencies = [("comms", "0001_initial"), ("crm", "0012_merged_into")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
