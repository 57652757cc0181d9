"""Against which moments in the life of training tokens can a message be timed?"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tms.days import day_text
from tms.occasions import TOLD, Field, Occasion, Target
from tms.people.letters import address_of

from .models import LedgerEntry, TokenIssue

FIELDS = (
    Field("tokens.type", _("Token type"), "Gold"),
    Field("tokens.number", _("How many tokens it is about"), "10"),
    Field("tokens.remaining", _("How many of them are left"), "7"),
    Field("tokens.issued_on", _("Issued on"), "23 November 2026"),
    Field("tokens.expires_on", _("Expiry date"), "22 November 2027"),
    Field("tokens.profile", _("Link to the tokens in the profile"), "https://…/profile/tokens/"),
)


def facts(kind: str, ids: list[int]) -> dict[int, dict]:
    """What messages about tokens say of an issue, or of what was redeemed at once. One query."""
    return _moves(ids) if kind == "tokens" else _issues(ids)


def _issues(ids):
    values = TokenIssue.objects.filter(pk__in=ids).values_list(
        "pk", "token_type__unit__label", "issued", "remaining", "issued_on", "expires_on"
    )
    return {
        pk: _said(label, issued, remaining, issued_on, expires_on)
        for pk, label, issued, remaining, issued_on, expires_on in values
    }


def _moves(ids):
    """A redemption can take from several issues: their sum, and the expiry of the first."""
    values = (
        LedgerEntry.objects.filter(move__in=ids, kind="redeemed")
        .order_by("move", "id")
        .values_list(
            "move",
            "token_type__unit__label",
            "quantity",
            "issue__remaining",
            "issue__issued_on",
            "issue__expires_on",
        )
    )
    found: dict[int, list] = {}
    for move, *values_of in values:
        row = found.setdefault(move, [values_of[0], 0, 0, *values_of[3:]])
        row[1] -= values_of[1]
        row[2] += values_of[2]
    return {move: _said(*row) for move, row in found.items()}


def _said(label, number, remaining, issued_on, expires_on) -> dict:
    return {
        "tokens": {
            "type": label,
            "number": str(number),
            "remaining": str(remaining),
            "issued_on": day_text(issued_on),
            "expires_on": day_text(expires_on),
            "profile": address_of("lms:profile_tokens"),
        }
    }


def page(kind: str, pk: int) -> str:
    return reverse("tokens:issue", args=[pk]) if kind == "token_issue" else ""


TARGET = Target("tokens", _("Training Tokens"), FIELDS, facts, adds=("token_type",), page=page)

ROLES = ("main_contact", "owner", "addresses")
REDEEMED = f"""journal j
JOIN LATERAL (
    SELECT e.token_type_id FROM tokens_ledgerentry e
    WHERE e.move = j.subject_id AND e.kind = 'redeemed' LIMIT 1
) e ON true
LEFT JOIN crm_contact was ON was.id = j.contact_id
WHERE {TOLD} AND j.kind = 'tokens.redeemed'"""

OCCASIONS = [
    Occasion(
        "tokens.issued",
        "tokens",
        pgettext_lazy("tokens", "Issued"),
        "token_issue",
        subject="t.id",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=f"""journal j JOIN tokens_tokenissue t ON t.id = j.subject_id
            WHERE {TOLD} AND j.kind = 'token_issue.issued'""",
        kinds=("token_issue.issued",),
        account="t.account_id",
        roles=ROLES,
        narrow={"token_type": "t.token_type_id"},
    ),
    Occasion(
        "tokens.redeemed",
        "tokens",
        _("Redeemed"),
        "tokens",
        subject="j.subject_id",
        occurrence="'j:' || j.id",
        day='j."on"',
        at="j.at",
        source=REDEEMED,
        kinds=("tokens.redeemed",),
        contact="coalesce(was.merged_into_id, j.contact_id)",
        account="j.account_id",
        roles=("learner", *ROLES),
        narrow={"token_type": "e.token_type_id"},
        quiet_without=True,
    ),
    Occasion(
        "tokens.expired",
        "tokens",
        _("Expired"),
        "token_issue",
        subject="t.id",
        occurrence="'tokens:' || t.expires_on",
        day="t.expires_on",
        # What was used up has nothing left to lose.
        source="tokens_tokenissue t WHERE (t.has_some OR t.expired > 0)",
        account="t.account_id",
        set_on="""(SELECT j."on" FROM journal j
            WHERE j.subject_kind = 'token_issue' AND j.subject_id = t.id
            AND j.kind IN ('token_issue.issued', 'token_issue.expiry_changed')
            ORDER BY j.id DESC LIMIT 1)""",
        roles=ROLES,
        narrow={"token_type": "t.token_type_id"},
        ahead=True,
        ends=True,
        reset=("token_issue.issued", "token_issue.expiry_changed"),
    ),
]
