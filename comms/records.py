"""About which real record can a template be tried out? The newest of its target, by permission."""

import dataclasses
from collections.abc import Callable

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from crm.models import Account, Contact, Opportunity
from lms.models import Completion, Registration
from passes.models import Pass
from tms.text import Fold
from tms.ui.access import allowed
from tokens.models import TokenIssue

# Who is looked through for what was typed: enough of them, however many there are.
PEOPLE = 200
SEES_PEOPLE = "crm.view_people"


@dataclasses.dataclass(frozen=True)
class Records:
    """The records of a target: `kind` is that of its subjects, `named` what one is called.

    `contact` and `account` are the columns with whom it is about, "" for none.
    """

    kind: str
    permission: str
    rows: Callable[[], QuerySet]
    named: tuple
    contact: str = "contact_id"
    account: str = "account_id"
    called: tuple[str, ...] = ()


def _person(before: str = "contact__"):
    return (f"{before}first_name", Value(" "), f"{before}last_name")


RECORDS = {
    "pass": Records(
        "pass",
        "passes.view_passes",
        lambda: Pass.objects.all(),
        ("pass_type__name", Value(" · "), *_person(), Value(" · "), "account__name"),
        called=("pass_type__name",),
    ),
    "tokens": Records(
        "token_issue",
        "tokens.view_tokens",
        lambda: TokenIssue.objects.all(),
        ("token_type__unit__label", Value(" · "), "account__name"),
        contact="",
        called=("token_type__unit__label",),
    ),
    "registration": Records(
        "registration",
        "lms.view_registrations",
        lambda: Registration.objects.all(),
        ("event__course__title", "path__title", Value(" · "), *_person()),
        called=("event__course__title", "path__title"),
    ),
    "opportunity": Records(
        "opportunity",
        "crm.view_opportunities",
        lambda: Opportunity.objects.all(),
        ("name", Value(" · "), "account__name"),
        called=("name",),
    ),
    "content": Records(
        "completion",
        "lms.view_registrations",
        lambda: Completion.objects.all(),
        ("item__title", Value(" · "), *_person()),
        account="contact__account_id",
        called=("item__title",),
    ),
}


def of(target: str, user) -> QuerySet:
    """The records that `user` may see, newest first, each with its name as `choice_label`."""
    known = RECORDS.get(target)
    if known is None:
        return Pass.objects.none()
    rows = known.rows()
    if not allowed(user, (known.permission, SEES_PEOPLE)):
        return rows.none()
    number = Concat(Value("#"), Cast("pk", CharField()), Value(" "))
    return rows.annotate(choice_label=Concat(number, *known.named)).order_by("-pk")


def matching(rows: QuerySet, text: str) -> QuerySet:
    """Those whose person, account or title has every word."""
    known = next(each for each in RECORDS.values() if each.rows().model is rows.model)
    for word in text.replace("\x00", "").split()[:6]:
        found = Q(pk__in=[])
        for name in known.called:
            found |= Q(**{f"{name}__icontains": word})
        if known.contact:
            people = Contact.objects.filter(search_text__contains=Fold(Value(word)))
            found |= Q(contact__in=people.order_by("pk").values("pk")[:PEOPLE])
        if known.account == "account_id":
            accounts = Account.objects.filter(name_key__contains=Fold(Value(word)))
            found |= Q(account__in=accounts.order_by("pk").values("pk")[:PEOPLE])
        rows = rows.filter(found)
    return rows


def subject_of(target: str, row) -> tuple[str, int, int | None, int | None]:
    """Kind and id of a record, and the contact and the account that it is about."""
    known = RECORDS[target]
    contact = getattr(row, known.contact) if known.contact else None
    if known.account == "account_id":
        return known.kind, row.pk, contact, row.account_id
    account = Contact.objects.filter(pk=contact).values_list("account_id", flat=True).first()
    return known.kind, row.pk, contact, account
