"""How is one thing done with many passes? All of it or none; above 200 in the background.

In the background the verb runs in the job's one transaction, as of the moment it was asked for:
killed, nothing was done; started again, all of it is.
"""

import datetime

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from crm.models import Account, Contact
from tms import jobs
from tms.models import Job, User

from . import lifecycle
from .models import PassOption

AT_ONCE = 200
MOST = 20_000


class Many(models.TextChoices):
    """What can be done with many; the label is the job's title."""

    ISSUE = "issue", gettext_lazy("Add Training Passes")
    ASSIGN = "assign", gettext_lazy("Assign Training Passes")
    EXTEND = "extend", gettext_lazy("Extend Training Passes")
    CANCEL = "cancel", gettext_lazy("Cancel Training Passes")


DONE = {
    Many.ISSUE: ngettext_lazy("%(count)d pass was added.", "%(count)d passes were added.", "count"),
    Many.ASSIGN: ngettext_lazy(
        "%(count)d pass was assigned.", "%(count)d passes were assigned.", "count"
    ),
    Many.EXTEND: ngettext_lazy(
        "%(count)d pass was extended.", "%(count)d passes were extended.", "count"
    ),
    Many.CANCEL: ngettext_lazy(
        "%(count)d pass was cancelled.", "%(count)d passes were cancelled.", "count"
    ),
}


def issue(*, option, account, contacts, **given) -> lifecycle.Change:
    """One pass for each contact (None: unassigned)."""
    return lifecycle.Change(
        lifecycle.issue_many(option=option, account=account, contacts=contacts, **given)
    )


def carry_out(what: Many, *, ids=(), pairs=(), expires_on=None, **given) -> lifecycle.Change:
    """Do it now. `ids` are passes; `pairs` are (pass id, contact); `issue` takes its own."""
    if what == Many.ISSUE:
        return issue(expires_on=expires_on, **given)
    if what == Many.ASSIGN:
        return lifecycle.assign_many(pairs, **given)
    if what == Many.EXTEND:
        return lifecycle.extend_many(ids, expires_on, **given)
    return lifecycle.cancel_many(ids, **given)


def in_background(what: Many, *, total: int, at, on, by, operation="", back_to="", **given) -> Job:
    """Ask for it as a job. One INSERT."""
    return jobs.start(
        verb="passes.bulk.run",
        title=str(what.label),
        arguments={"what": what.value, "on": on.isoformat(), **written(given)},
        by=by,
        at=at,
        total=total,
        operation=operation,
        back_to=back_to,
    )


def run(job: Job, *, at: datetime.datetime) -> dict:
    """The job's verb. What it did is dated by when it was asked for."""
    given = read(dict(job.arguments))
    what = Many(given.pop("what"))
    change = carry_out(
        what,
        at=job.asked_at,
        by=job.by and User.objects.get(pk=job.by_id),
        operation=job.operation,
        **given,
    )
    count = len(change.passes)
    jobs.report(job, count, count)
    sentences = [DONE[what] % {"count": count}]
    sentences += [f"{each.sentence}: {each.count}" for each in change.consequences]
    return {"sentences": [str(each) for each in sentences], "links": []}


def written(given: dict) -> dict:
    """The arguments as JSON keeps them."""
    plain = {}
    for name, value in given.items():
        if name == "pairs":
            value = [[pk, contact and contact.pk] for pk, contact in value]
        elif name == "contacts":
            value = [contact and contact.pk for contact in value]
        elif isinstance(value, datetime.date):
            value = value.isoformat()
        plain[name] = getattr(value, "pk", value)
    return plain


def read(plain: dict) -> dict:
    """The arguments as the verbs take them. One statement for each kind of row."""
    given = {name: value for name, value in plain.items() if value is not None}
    for name in {"on", "starts_on", "expires_on"} & set(given):
        given[name] = datetime.date.fromisoformat(given[name])
    ids = [pk for _pass, pk in given.get("pairs", ())] + list(given.get("contacts", ()))
    people = Contact.objects.in_bulk({pk for pk in ids if pk})
    if "pairs" in given:
        given["pairs"] = [(pk, people.get(contact)) for pk, contact in given["pairs"]]
    if "contacts" in given:
        given["contacts"] = [people.get(pk) for pk in given["contacts"]]
        given["account"] = Account.objects.filter(pk=given.get("account")).first()
        given["option"] = PassOption.objects.select_related("pass_type").get(pk=given["option"])
    return given


def too_many() -> str:
    return _("At most 20,000 passes at once. Narrow the list by its filters.")
