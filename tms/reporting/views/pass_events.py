"""What happened to passes?"""

from ..view import View

VIEW = View(
    "Something that happened to a pass: one row each, never changed. In order of `id`.",
    {
        "id": ("j.id", "Number of the journal's row; grows within a pass"),
        "pass_id": ("j.subject_id", "The pass"),
        "kind": (
            "substr(j.kind, 6)",  # after "pass."
            "issued, assigned, unassigned, reassigned, renewed, extended, shortened, expired "
            "or cancelled",
        ),
        "before": ("j.before", "What changed, as it was: starts_on, expires_on, contact"),
        "after": ("j.after", "The same, as it was from then on"),
        "actor": ("j.by_id", "Number of the user who did it; empty: the system"),
        "at": ("j.at", "The moment it happened"),
        "on": ('j."on"', "That moment's day in the installation's time zone"),
        "account_id": ("j.account_id", "The account that owned the pass"),
        "contact_id": ("j.contact_id", "Who held it from then on"),
        "other_contact_id": ("j.other_contact_id", "Who held it before, if that changed"),
        "source": ("j.source", "The road it came by: page, api, import or system"),
        "op_key": ("nullif(j.operation, '')", "The operation key it was done under, if any"),
    },
    "journal j WHERE j.subject_kind = 'pass'",
)
