"""What of contacts and accounts may other programs ask to be told of?"""

from django.utils.translation import gettext_lazy as _

from tms.ui.register import happenings

HAPPENINGS = [
    *happenings(
        _("Contacts"),
        {
            "contact.created": _("Contact created"),
            "contact.edited": _("Contact edited"),
            "contact.email_changed": _("Email address of a contact changed"),
            "contact.address_asked": _("New email address asked for"),
            "contact.account_changed": _("Contact moved to another account"),
            "contact.account_added": _("Contact linked to a further account"),
            "contact.account_removed": _("Contact unlinked from an account"),
            "contact.external_id_added": _("External ID added to a contact"),
            "contact.external_id_removed": _("External ID removed from a contact"),
            "contact.archived": _("Contact archived"),
            "contact.restored": _("Contact restored"),
            "contact.erased": _("Person erased"),
            "contact.taken_out": _("Data about a person taken out"),
            "contact.invited": _("Contact invited to the LMS"),
            "contact.linked": _("Contact tied to a sign-in"),
            "contact.viewing_started": _("LMS viewed as a contact"),
            "contact.viewing_ended": _("Viewing as a contact ended"),
        },
        30,
    ),
    *happenings(
        _("Accounts"),
        {
            "account.created": _("Account created"),
            "account.edited": _("Account edited"),
            "account.contact_left": _("Contact left an account"),
            "account.external_id_added": _("External ID added to an account"),
            "account.external_id_removed": _("External ID removed from an account"),
            "account.archived": _("Account archived"),
            "account.restored": _("Account restored"),
        },
        40,
    ),
    *happenings(
        _("Custom fields"),
        {
            "custom_field.created": _("Custom field created"),
            "custom_field.edited": _("Custom field edited"),
            "custom_field.moved": _("Custom field moved"),
            "custom_field.archived": _("Custom field archived"),
            "custom_field.restored": _("Custom field restored"),
        },
        110,
    ),
    *happenings(
        _("Opportunities"),
        {
            "opportunity.created": _("Opportunity opened"),
            "opportunity.edited": _("Opportunity edited"),
            "opportunity.moved": _("Opportunity moved to another stage"),
            "opportunity.interest_added": _("Interest added to an opportunity"),
            "opportunity.interest_changed": _("Interest of an opportunity changed"),
            "opportunity.interest_removed": _("Interest removed from an opportunity"),
            "opportunity.quoted": _("Quote made for an opportunity"),
            "opportunity.won": _("Opportunity won"),
            "opportunity.lost": _("Opportunity lost"),
            "opportunity.reopened": _("Opportunity reopened"),
            "opportunity.external_id_added": _("External ID added to an opportunity"),
            "opportunity.external_id_removed": _("External ID removed from an opportunity"),
        },
        50,
    ),
    *happenings(
        _("Opportunity stages"),
        {
            "stage.created": _("Opportunity stage created"),
            "stage.edited": _("Opportunity stage edited"),
            "stage.moved": _("Opportunity stage moved"),
            "stage.archived": _("Opportunity stage archived"),
            "stage.restored": _("Opportunity stage restored"),
        },
        112,
    ),
    *happenings(
        _("Invoices"),
        {
            "invoice.drafted": _("Invoice drafted"),
            "invoice.issued": _("Invoice issued"),
            "invoice.discarded": _("Draft of an invoice discarded"),
            "invoice.paid": _("Invoice paid"),
            "invoice.unpaid": _("Invoice not paid after all"),
            "invoice.credited": _("Invoice credited, wholly or in part"),
            "credit_note.issued": _("Credit note issued"),
        },
        55,
    ),
]
