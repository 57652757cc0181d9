"""Which messages does it set off, what somebody is about to do? Told before it is done.

Rules that write at once are asked what they would write about what was done at a moment, within the
transaction that did it; dialogs show the answer as consequences (settings.MESSAGES).
"""

import dataclasses
import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms.compiled import Question, Rows, Statement, fetched
from tms.consequences import Consequence
from tms.occasions import occasions

from .due import Span, once_each, select
from .forecast import options_of
from .models import Trigger
from .rules import Rule, rule_of, setting

NAMED = 10

WRITTEN = """
SELECT count(*) OVER (), coalesce(nullif(btrim(c.first_name || ' ' || c.last_name), ''),
    nullif(u.name, ''), due.email)
FROM ({due}) due
LEFT JOIN crm_contact c ON c.id = due.contact_id LEFT JOIN tms_user u ON u.id = due.user_id
WHERE due.reason = '' AND due.due_at <= %(at)s AND NOT EXISTS (
    SELECT FROM comms_message e WHERE e.trigger_id = %(trigger)s
    AND e.subject_id = due.subject_id AND e.occurrence = due.occurrence
    AND e.recipient = due.recipient)
ORDER BY 2, due.subject_id LIMIT %(named)s
"""
DONE = Statement("""
SELECT kind FROM unnest(%(kinds)s::text[]) AS asked(kind) WHERE EXISTS (
    SELECT FROM journal j
    WHERE j.kind = asked.kind AND j."on" >= %(first)s::date AND j.at >= %(at)s::timestamptz)
""")
# Passes that are about to be issued, in the place of the journal's rows.
PLANNED = """(
    SELECT row_number() OVER () AS id, * FROM unnest(%(types)s::bigint[], %(options)s::bigint[],
        %(accounts)s::bigint[], %(contacts)s::bigint[])
        AS x(pass_type_id, option_id, account_id, contact_id)
) p WHERE true"""


def possible() -> bool:
    """Does any rule write at once? One query."""
    return bool(SOME())


def by(at: datetime.datetime) -> list[Consequence]:
    """The messages that what was done at `at` sets off, rule by rule. One query without a rule,
    two where nothing was done that a rule is about; else five, and one for each rule about it.
    """
    triggers = _about_done(AT_ONCE(), at)
    if not triggers:
        return []
    options = _options(triggers)
    now, found = setting(at), []
    for trigger in triggers:
        rule = rule_of(trigger, options.get(trigger.pk, []))
        rule = dataclasses.replace(rule, since=at, due_since=None)
        statement, parameters = select(rule, now, Span(now.today))
        count, names = _written(rule, statement, parameters | {"at": at})
        if count:
            found.append(_told(trigger, count, names))
    return found


def _about_done(triggers: list[Trigger], at: datetime.datetime) -> list[Trigger]:
    """The rules whose moments are among what was done at `at`; one query, none without a rule."""
    of = {each.pk: occasions()[each.occasion].kinds for each in triggers}
    if not (kinds := sorted({kind for each in of.values() for kind in each})):
        return triggers
    # The day in any zone: what was done is looked for among what that day holds.
    first = (at - datetime.timedelta(days=1)).date()
    done = {kind for (kind,) in DONE(kinds=kinds, first=first, at=at)}
    return [each for each in triggers if not of[each.pk] or done.intersection(of[each.pk])]


def by_issuing(passes, at: datetime.datetime) -> list[Consequence]:
    """The messages that issuing passes sets off, before they are: each (type, option, account,
    contact) by ids, as `by` tells it.
    """
    triggers = _at_once().filter(occasion="pass.issued").select_related("template")
    now, found = setting(at), []
    columns = list(zip(*passes, strict=True)) or [(), (), (), ()]
    given = dict(zip(("types", "options", "accounts", "contacts"), map(list, columns), strict=True))
    for trigger in triggers.prefetch_related("options"):
        rule = _about_planned(rule_of(trigger, options_of(trigger)))
        statement, parameters = select(rule, now, Span())
        count, names = _written(rule, statement, parameters | given | {"at": at})
        if count:
            found.append(_told(trigger, count, names))
    return found


def _about_planned(rule: Rule) -> Rule:
    """The rule about passes that aren't there yet: for its template, its audience, its types."""
    occasion = dataclasses.replace(
        rule.occasion,
        source=PLANNED,
        subject="p.id",
        occurrence="'planned'",
        day="%(today)s::date",
        at="%(at)s::timestamptz",
        contact="p.contact_id",
        account="p.account_id",
        gone="",
        first_hand="",
        narrow={"pass_type": "p.pass_type_id", "options": "p.option_id"},
    )
    return dataclasses.replace(rule, occasion=occasion, since=None, due_since=None, pk=None)


def _at_once():
    keys = [each.key for each in occasions().values() if not each.ahead]
    rules = Trigger.objects.switched_on().filter(occasion__in=keys, offset=0)
    return rules.order_by("name_key", "pk")


SOME = Question(lambda: _at_once().values_list("pk")[:1])
AT_ONCE = Rows(lambda: _at_once().select_related("template"))
OPTIONS = Question(
    lambda triggers: (
        Trigger.options.through.objects.filter(trigger__in=triggers)
        .order_by("passoption")
        .values_list("trigger", "passoption")
    )
)


def _options(triggers: list[Trigger]) -> dict[int, list[int]]:
    """The ids of the options that rules are about, by rule. One query."""
    found: dict[int, list[int]] = {}
    for trigger, option in OPTIONS(triggers=[each.pk for each in triggers]):
        found.setdefault(trigger, []).append(option)
    return found


def _written(rule: Rule, statement: str, parameters: dict) -> tuple[int, list[str]]:
    # There are as many of these statements as ways to set up a rule, asked at each opening of a
    # dialog: planning one takes many times as long as answering it.
    statement = WRITTEN.format(due=once_each(rule, statement))
    rows = fetched(statement, parameters | {"trigger": rule.pk, "named": NAMED})
    return (rows[0][0] if rows else 0), [name for _count, name in rows]


def _told(trigger: Trigger, count: int, names: list[str]) -> Consequence:
    if count == 1:
        text = (
            _("“%(rule)s” goes to %(name)s")
            if trigger.automatic
            else _("“%(rule)s” to %(name)s is put up for approval")
        )
        return Consequence("sent", text % {"rule": trigger.name, "name": names[0]}, 1)
    if trigger.automatic:
        text = ngettext("“%(rule)s” goes to %(n)d", "“%(rule)s” goes to %(n)d people", count)
    else:
        text = ngettext(
            "“%(rule)s” to %(n)d is put up for approval",
            "“%(rule)s” to %(n)d people is put up for approval",
            count,
        )
    return Consequence("sent", text % {"rule": trigger.name, "n": count}, count, tuple(names))
