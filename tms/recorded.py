"""Which tables does the audit trail record, and which of their columns?

What people edit, wholly. Of passes and registrations the columns that verbs change: caches and
marks (what the night noted, seats taken, a version) are nobody's change. Never a password or the
secret of a key. A model that is new here is recorded from the next `migrate` on.
"""

from .recording import record

WHOLE = """
    auth.Group auth.Group_permissions tms.User_groups tms.User_user_permissions tms.Organisation
    catalog.Category catalog.Item catalog.Item_categories catalog.Step
    catalog.Price catalog.TaxLevel catalog.Region catalog.Region_currencies catalog.Unit
    crm.Account crm.Contact crm.Membership crm.ExternalId crm.CustomField
    crm.Stage crm.Interest crm.InterestContact crm.Invoice crm.Teaching crm.AccountManager
    passes.PassType passes.PassOption passes.Inclusion passes.PassInterest
    tokens.TokenInterest tokens.TokenPackInterest tokens.TokenType tokens.TokenPack
    tokens.TokenSettings
    tokens.Spending tokens.Spender
    lms.Section lms.ContentUnit lms.Quiz lms.QuizQuestion lms.Assignment
    lms.ScormPackage lms.Request lms.PlaceInterest lms.CertificateTerms lms.Completion
    comms.Template comms.TemplateFile comms.SendingAddress comms.Trigger_options
"""

WITHOUT = {
    "tms.User": ("password", "last_login"),
    "tms.ApiKey": ("digest", "last_used_on"),
    # Where the telling has got to, and how it goes, is not what people set.
    "tms.WebhookEndpoint": (
        "secret",
        "previous_secret",
        "mark_xact",
        "mark_id",
        "floor_id",
        "failures",
        "not_before",
        "leased_until",
    ),
    # What people write stands in crm.Change, where it can be erased.
    "crm.Task": ("title", "details"),
    "crm.Note": ("text",),
    # It may say who bought, and stays with the invoice (docs/decisions/0074).
    "crm.InvoiceLine": ("note",),
    # What was written of somebody, and who it was, goes with them.
    "crm.Quote": ("content",),
    "lms.Certificate": ("name", "title", "text", "issuer", "cause"),
    "lms.ExtraAttempt": ("reason",),
    # The sum follows from the interests.
    "crm.Opportunity": ("worth",),
    # How far a rule was followed is nobody's change.
    "comms.Trigger": ("fired_until",),
    "comms.CommsSettings": ("ran_at", "ladder_made_at"),
    # The names follow from whom was chosen: crm.Teaching.
    "catalog.Session": ("instructors", "taught_by"),
    # Seats are counted by bookings; days and moments follow from the sessions.
    "catalog.Event": ("taken", "first_on", "last_on", "starts_at", "ends_at"),
}

ONLY = {
    "passes.Pass": (
        "pass_type_id",
        "option_id",
        "account_id",
        "contact_id",
        "starts_on",
        "expires_on",
        "cancelled_at",
        "external_ids",
        "opportunity_id",
    ),
    "tokens.TokenIssue": (
        "account_id",
        "token_type_id",
        "issued",
        "expires_on",
    ),
    "lms.Attempt": (
        "contact_id",
        "unit_id",
        "number",
        "pass_mark",
        "points",
        "submitted_at",
        "withdrawn_at",
        "score",
        "passed",
    ),
    "lms.Submission": (
        "contact_id",
        "unit_id",
        "number",
        "submitted_at",
        "replaced_at",
        "passed",
        "score",
        "marked_at",
        "marked_by_id",
    ),
    "lms.HeldPlace": (
        "account_id",
        "item_id",
        "event_id",
        "contact_id",
        "paid_by",
        "unit_id",
        "amount",
        "token_move",
        "filled_by_id",
        "released_at",
    ),
    "lms.Payment": (
        "contact_id",
        "account_id",
        "event_id",
        "path_id",
        "option_id",
        "pack_id",
        "unit_id",
        "net",
        "tax",
        "provider",
        "reference",
        "given_up_at",
        "failed_at",
        "paid_at",
        "received",
        "settled_at",
        "registration_id",
        "issued_id",
        "token_issue_id",
        "invoice_id",
        "refund_asked_at",
        "refunded_at",
    ),
    "lms.PaymentRefund": ("payment_id", "amount", "asked_at", "refunded_at", "reference"),
    "lms.Waiting": ("contact_id", "event_id", "offered_until", "outcome", "registration_id"),
    "lms.Registration": (
        "contact_id",
        "event_id",
        "path_id",
        "path_registration_id",
        "account_id",
        "paid_by",
        "used_pass_id",
        "unit_id",
        "amount",
        "token_move",
        "content_until",
        "kept_for",
        "choose_until",
        "attended",
        "completed_at",
        "cancelled_at",
    ),
}


def declare() -> None:
    """Tell `tms.recording` all of it; called once, when every app is loaded."""
    for label in WHOLE.split():
        record(label)
    for label, columns in WITHOUT.items():
        record(label, without=columns)
    for label, columns in ONLY.items():
        record(label, only=columns)
