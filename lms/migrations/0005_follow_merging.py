from django.db import migrations

# What is written for a contact or an account that was merged is written for the one kept.
FORWARDS = """
SELECT follow_merging('lms_registration', 'contact');
SELECT follow_merging('lms_heldplace', 'contact');
SELECT follow_merging('lms_request', 'contact');
SELECT follow_merging('lms_progress', 'contact');
SELECT follow_merging('lms_completion', 'contact');
SELECT follow_merging('lms_registration', 'account');
SELECT follow_merging('lms_heldplace', 'account');
"""
BACKWARDS = """
DROP TRIGGER IF EXISTS follow_merged_contact_in ON lms_registration;
DROP TRIGGER IF EXISTS follow_merged_contact ON lms_registration;
DROP TRIGGER IF EXISTS follow_merged_contact_in ON lms_heldplace;
DROP TRIGGER IF EXISTS follow_merged_contact ON lms_heldplace;
DROP TRIGGER IF EXISTS follow_merged_contact_in ON lms_request;
DROP TRIGGER IF EXISTS follow_merged_contact ON lms_request;
DROP TRIGGER IF EXISTS follow_merged_contact_in ON lms_progress;
DROP TRIGGER IF EXISTS follow_merged_contact ON lms_progress;
DROP TRIGGER IF EXISTS follow_merged_contact_in ON lms_completion;
DROP TRIGGER IF EXISTS follow_merged_contact ON lms_completion;
DROP TRIGGER IF EXISTS follow_merged_account_in ON lms_registration;
DROP TRIGGER IF EXISTS follow_merged_account ON lms_registration;
DROP TRIGGER IF EXISTS follow_merged_account_in ON lms_heldplace;
DROP TRIGGER IF EXISTS follow_merged_account ON lms_heldplace;
"""


class Migration(migrations.Migration):
    dependencies = [("lms", "0004_places_are_sold"), ("crm", "0012_merged_into")]

    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
