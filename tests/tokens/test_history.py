"""What happened to an account's tokens, in words, on its History tab."""

import re

import pytest

from tests.factories import AccountFactory
from tms.ui import timeline
from tokens import expiring, issuing, ledger, spending
from tokens.told import FACTS

pytestmark = pytest.mark.django_db


def plain(text) -> str:
    return re.sub(r"<[^>]+>", "", str(text))


def told(sources, user) -> list[str]:
    """Each fact on a line: what (details; changes), who: why."""
    lines = []
    for entry in timeline.entries(timeline.newest(sources, 50), user):
        more = [plain(entry.told.details)] if entry.told.details else []
        more += [f"{label}: {plain(a)} → {plain(b)}" for label, a, b in entry.told.changes]
        line = plain(entry.told.title) + (f" ({'; '.join(more)})" if more else "")
        lines.append(f"{line}, {plain(entry.by)}" + (f": {entry.reason}" if entry.reason else ""))
    return lines


def test_every_kind_of_fact_is_told(give, gold, kestrel, ada, office, now, clock):
    forum = AccountFactory(name="Nordic Rail Forum")
    issue = give(10, "2026-11-30", note="Framework")
    spending.set_rule(kestrel, who="chosen", contacts=[ada], yearly_limit=12, **now)
    taken = ledger.redeem(kestrel.pk, gold, 4, contact_id=ada.pk, reason="Workshop", **now)
    ledger.adjust(issue.pk, 3, version=None, reason="Forgotten", **now)
    ledger.transfer(issue.pk, 2, to=forum, version=None, reason="Shared", **now)
    clock.set("2026-12-01 09:00")
    later = {"at": clock.at, "on": clock.on()}
    expiring.write_off(**later)
    ledger.refund({taken.move: 1}, reason="Ill", **later, by=office)
    gold_1 = f"Gold #{issue.pk}"
    assert told(timeline.of_account(kestrel.pk), office) == [
        "1 Gold given back (Ada Lindqvist; 1 of them written off again: their issue has expired), "
        "Olive Office: Ill",
        f"7 Gold of {gold_1} expired unused, The system",
        f"2 Gold of {gold_1} transferred to Nordic Rail Forum, Olive Office: Shared",
        f"3 Gold added to {gold_1} (Remaining: 6 → 9), Olive Office: Forgotten",
        "4 Gold redeemed (Ada Lindqvist), Olive Office: Workshop",
        "Who may spend its tokens changed (Tokens per learner and year:  → 12; "
        "Contact:  → Ada Lindqvist), Olive Office",
        f"10 Gold issued as {gold_1} (until 30 November 2026), Olive Office: Framework",
    ]
    arrived = forum.token_issues.get()
    assert told(timeline.of_account(forum.pk), office)[-1:] == [
        f"2 Gold issued as Gold #{arrived.pk} "
        "(until 30 November 2026; transferred from Kestrel Rail Group), Olive Office: Shared"
    ]


def test_an_expiry_that_was_moved_is_told_with_both_days(give, kestrel, office, now):
    issue = give(5)
    end = now["on"].replace(day=30)
    issuing.change_expiry(issue.pk, expires_on=end, version=None, reason="Agreed", **now)
    assert told(timeline.of_account(kestrel.pk), office)[0] == (
        f"Expiry of Gold #{issue.pk} changed (Expires on: never → 30 November 2026), "
        "Olive Office: Agreed"
    )


def test_who_may_not_see_tokens_gets_no_links_to_them(give, kestrel, office, ada):
    issue = give(5)
    rows = timeline.newest(timeline.of_account(kestrel.pk), 5)
    link = f'<a href="/tokens/issues/{issue.pk}/"><bdi>Gold #{issue.pk}</bdi></a>'
    assert link in timeline.entries(rows, office)[0].told.title
    assert "<a" not in timeline.entries(rows, ada.user)[0].told.title


def test_all_that_tokens_write_into_the_journal_is_told():
    told_of = {fact.kind for fact in FACTS}
    assert told_of == {
        *(f"token_issue.{what}" for what in ("issued", "adjusted", "transferred", "expired")),
        "token_issue.expiry_changed",
        "tokens.redeemed",
        "tokens.refunded",
        "token_spending.changed",
        "token_settings.changed",
        *(f"token_pack.{what}" for what in ("created", "edited", "archived", "restored")),
    }
