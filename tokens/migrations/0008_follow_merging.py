from django.db import migrations

# What is written for a contact or an account that was merged is written for the one kept.
FORWARDS = """
SELECT follow_merging('tokens_spender', 'contact');
SELECT follow_merging('tokens_spender', 'account');
"""
BACKWARDS = """
DROP TRIGGER IF EXISTS follow_merged_contact_in ON tokens_spender;
DROP TRIGGER IF EXISTS follow_merged_contact ON tokens_spender;
DROP TRIGGER IF EXISTS follow_merged_account_in ON tokens_spender;
DROP TRIGGER IF EXISTS follow_merged_account ON tokens_spender;
"""


class Migration(migrations.Migration):
    dependencies = [("tokens", "0007_fewer_indexes"), ("crm", "0012_merged_into")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
