"""Which columns can say something about a person, and what becomes of them when one is erased?

Every column of text, JSON, addresses or files stands in one of two tables: PERSONAL, with the
function that erases it, or NOT_PERSONAL, with the reason. test_erasure.py walks the models, so
that a new column has to be put into one of them.
"""

PEOPLE, CRM, HISTORY = "tms.people.personal.erase", "crm.personal.erase", "tms.personal.erase"
SALES, TASKS = "crm.personal_sales.erase", "crm.personal_tasks.erase"

# {model: (erased by, columns)}
PERSONAL = {
    "account.EmailAddress": (PEOPLE, "email"),
    "account.EmailConfirmation": (PEOPLE, "key"),
    "mfa.Authenticator": (PEOPLE, "data"),
    "sessions.Session": (PEOPLE, "session_key session_data"),
    "usersessions.UserSession": (PEOPLE, "ip session_key user_agent data"),
    "socialaccount.SocialAccount": (PEOPLE, "uid extra_data"),
    "socialaccount.SocialToken": (PEOPLE, "token token_secret"),
    "tms.User": (PEOPLE, "password email name language"),
    "tms.OperationKey": (PEOPLE, "answer"),
    "tms.Job": (PEOPLE, "title arguments upload result file back_to"),
    "tms.KeptMail": (PEOPLE, "to subject text html files"),
    "tms.JournalRow": (HISTORY, "before after reason"),
    "tms.AuditRow": (HISTORY, "before after address"),
    "catalog.Session": ("catalog.personal.erase", "instructor instructors taught_by"),
    "crm.Account": (
        CRM,
        "name legal_name street postcode city tax_number notes custom name_key",
    ),
    "crm.Change": (CRM, "before after"),
    "crm.Contact": (
        CRM,
        "first_name last_name email phone job_title time_zone language notes custom name_key "
        "search_text",
    ),
    "crm.ExternalId": (CRM, "system value"),
    "crm.Task": (TASKS, "title details title_key"),
    "crm.Note": (TASKS, "text"),
    "crm.Opportunity": (SALES, "name source notes lost_because name_key"),
    "crm.Invoice": (SALES, "bill_to reason"),
    "crm.InvoiceLine": (SALES, "note"),
    "crm.Quote": (SALES, "content"),
    "comms.Message": (
        "comms.personal.erase",
        "title text html to trouble recipient search_text",
    ),
    "comms.AddressTrouble": ("comms.personal.erase", "email why"),
    "lms.Request": ("lms.personal.erase", "note answer"),
    "lms.AttemptAnswer": ("lms.personal.erase", "given"),
    "lms.ExtraAttempt": ("lms.personal.erase", "reason"),
    "lms.Submission": ("lms.personal.erase", "file name comment feedback"),
    "lms.Certificate": ("lms.personal.erase", "name"),
    "lms.ScormState": ("lms.personal.erase", "values"),
    "lms.ScormLaunch": ("lms.personal.erase", "session_key agent"),
    "lms.ScormEntry": ("lms.personal.erase", "changes"),
    "tokens.LedgerEntry": ("tokens.personal.erase", "reason"),
    "tokens.TokenIssue": ("tokens.personal.erase", "note"),
}

# {model: (because, columns)}
NOT_PERSONAL = {
    "comms.Message": (
        "kinds, happenings by number, and the organisation's own address",
        "subject_kind occurrence sender",
    ),
    "comms.Template": (
        "what the organisation writes to anybody",
        "name target subject body name_key",
    ),
    "comms.TemplateFile": ("goes with every message of a template", "file name"),
    "comms.SendingAddress": ("the organisation's own", "name email"),
    "crm.Stage": ("a step of the pipeline", "name"),
    "crm.Interest": (
        "what is sold, in the words of the catalogue",
        "offer title detail token_moves",
    ),
    "crm.Invoice": (
        "a number of our own, and who it came from: the organisation",
        "number bill_from",
    ),
    "crm.Quote": ("a number of our own", "number"),
    "crm.Fulfilment": ("kinds of things", "kind"),
    "crm.NumberSeries": ("a series of numbers", "kind"),
    "crm.InvoiceLine": (
        "what was sold, in the words of the catalogue",
        "source_kind title detail tax_name",
    ),
    "auth.Permission": ("a right of the product", "name codename"),
    "auth.Group": ("a role", "name"),
    "contenttypes.ContentType": ("a model of the product", "app_label model"),
    "socialaccount.SocialApp": (
        "how the installation speaks to a provider",
        "provider provider_id name client_id secret key settings",
    ),
    "socialaccount.SocialAccount": ("the name of the provider", "provider"),
    "pghistory.Context": ("the library's table; stays empty here", "id metadata"),
    "tms.AuditRow": ("names of models, ids, and pages without particulars", "model request path"),
    "tms.JournalRow": (
        "kinds of facts and random keys",
        "kind subject_kind source operation",
    ),
    "tms.ApiKey": (
        "a program's, and its owner works here: whoever works here is not erased",
        "name prefix digest scopes",
    ),
    "tms.WebhookEndpoint": (
        "another system, set up by who works here",
        "name address kinds secret previous_secret",
    ),
    "tms.WebhookDelivery": (
        "what is posted names nobody, so an answer can't either",
        "kind subject_kind answer trouble",
    ),
    "tms.Organisation": (
        "the organisation's own",
        "name logo time_zone language contact_email postal_address tax_number bank_details "
        "payment_note document_footer",
    ),
    "tms.Pulse": ("a part of the machinery", "part facts"),
    "tms.InvariantRun": ("numbers of rows", "found"),
    "tms.OperationKey": ("a random key and a hash", "key digest"),
    "tms.NightRun": ("what the night counted", "done"),
    "tms.Job": ("names of functions and random keys", "verb operation request_id language"),
    "catalog.Category": ("how the catalogue is arranged", "name slug"),
    "catalog.Event": ("when and where training is", "code place search_text"),
    "catalog.Session": ("when and where training is", "time_zone place link"),
    "catalog.Item": (
        "what is taught",
        "title code slug summary description objectives prerequisites duration image tags "
        "title_key search_text",
    ),
    "catalog.TaxLevel": ("a tax", "name"),
    "catalog.Region": ("a market", "name countries"),
    "catalog.Unit": ("a currency or token", "code label"),
    "crm.Account": ("a country says too little, and prices and taxes need it", "country"),
    "crm.CustomField": ("what is asked, not what was answered", "label key choices help_text"),
    "passes.Pass": ("numbers of the pass in other systems", "external_ids"),
    "passes.PassType": ("what is sold", "name code slug description name_key search_text"),
    "passes.PassOption": ("what is sold", "name"),
    "passes.Inclusion": ("what a pass opens", "event_types"),
    "tokens.TokenType": ("what is sold", "description"),
    "tokens.TokenPack": ("what is sold", "name"),
    "tokens.TokenIssue": ("kinds, and numbers of other systems", "source_kind external_id"),
    "tokens.LedgerEntry": ("kinds", "purpose_kind source"),
    "comms.Trigger": (
        "a rule, and addresses that the office writes to by it",
        "name abbreviation occasion audience addresses name_key",
    ),
    "lms.Payment": (
        "what was paid for, and what a provider calls it",
        "title tax_name provider reference charge address received_currency trouble "
        "refund_reference",
    ),
    "lms.PaymentRefund": ("what a provider calls it, and why not yet", "reference trouble"),
    "lms.PaymentNews": (
        "what a provider calls it, by number",
        "provider key kind reference currency why",
    ),
    "lms.Certificate": (
        "what was proven, by whom, and numbers that stay valid",
        "number cause title text issuer",
    ),
    "lms.CertificateTerms": ("what certificates of a course say", "text"),
    "lms.Section": ("what is taught", "title"),
    "lms.ContentUnit": ("what is taught", "title body url file"),
    "lms.QuizQuestion": (
        "what is taught",
        "text answers feedback feedback_right feedback_wrong",
    ),
    "lms.Assignment": ("kinds of files", "kinds"),
    "lms.Submission": ("a key of a form", "operation"),
    "lms.Attempt": ("what was asked, and the name of a page", "asked page"),
    "lms.ScormPackage": ("what is taught", "title standard contents folder digest"),
    "lms.ScormState": ("which part of what is taught", "item"),
    "lms.ScormLaunch": ("which part of what is taught", "item"),
}
