"""Whatever people do to a pass, in whatever order: fair, and told truly by its history."""

import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passes import expiring, lifecycle
from passes.models import Pass, Status
from tests.factories import ContactFactory, PassOptionFactory
from tms.models import JournalRow
from tms.refusals import Refusal

START = datetime.date(2026, 11, 22)
NOON = datetime.time(12, tzinfo=datetime.UTC)

steps = st.lists(
    st.one_of(
        st.tuples(st.just("renew"), st.integers(1, 24)),
        st.tuples(st.just("renew_by_hand"), st.integers(-40, 800)),
        st.tuples(st.just("extend"), st.integers(-40, 800)),
        st.tuples(st.just("assign"), st.integers(0, 2)),
        st.tuples(st.just("cancel"), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 400)),
        st.tuples(st.just("night"), st.just(0)),
    ),
    max_size=25,
)


def replayed(rows):
    """The holder, the days and whether it was cancelled, as the history alone tells it."""
    state = {}
    for row in rows:
        state |= {key: row.after[key] for key in ("starts_on", "expires_on") if key in row.after}
        if "contact" in row.after:
            state["contact"] = row.after["contact"]
        if row.kind == "pass.cancelled":
            state["cancelled"] = True
    return state


@pytest.mark.django_db
# The fixtures are only the account and the user; each life makes its own pass.
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps)
def test_random_lives_are_fair_and_truly_told(kestrel, office, steps):
    people = [None, *ContactFactory.create_batch(2, account=kestrel)]
    months = {n: PassOptionFactory(name=f"{n} months", period=n) for n in (1, 6, 12, 24)}
    option = months[12]
    for other in months.values():
        other.pass_type = option.pass_type
        other.save()
    day = START
    who = {"at": datetime.datetime.combine(day, NOON), "on": day, "by": office}
    pass_ = lifecycle.issue(option=option, account=kestrel, contact=people[1], **who)

    for verb, much in steps:
        pass_.refresh_from_db()
        before, was = pass_.expires_on, pass_.status_on(day)
        who = {"at": datetime.datetime.combine(day, NOON), "on": day, "by": office}
        ask = {"pass_id": pass_.pk, "version": pass_.version, **who}
        target = day + datetime.timedelta(days=much)
        try:
            if verb == "renew":
                chosen = months[min(months, key=lambda n, much=much: abs(n - much))]
                lifecycle.renew(option=chosen, **ask)
            elif verb == "renew_by_hand":
                lifecycle.renew(expires_on=target, **ask)
            elif verb == "extend":
                lifecycle.extend(expires_on=target, **ask)
            elif verb == "assign":
                lifecycle.assign(contact=people[much], **ask)
            elif verb == "cancel":
                lifecycle.cancel(**ask)
            elif verb == "wait":
                day += datetime.timedelta(days=much)
            else:
                expiring.record_expired(on=day, at=who["at"])
        except Refusal:
            changed = Pass.objects.get(pk=pass_.pk)
            assert (changed.version, changed.expires_on) == (pass_.version, before)
            continue
        pass_.refresh_from_db()
        if verb in {"renew", "renew_by_hand"}:
            # FAIR-2: a renewal never shortens what somebody has, unless it was confirmed.
            assert pass_.expires_on > before
            assert pass_.status_on(day) == Status.ACTIVE
        if verb == "assign":
            assert pass_.expires_on == before
        if was == Status.CANCELLED:
            assert pass_.status_on(day) == Status.CANCELLED

    expiring.record_expired(on=day, at=who["at"])
    pass_.refresh_from_db()
    rows = list(JournalRow.objects.filter(subject_kind="pass", subject_id=pass_.pk).order_by("id"))
    assert replayed(rows) == {
        "starts_on": pass_.starts_on.isoformat(),
        "expires_on": pass_.expires_on.isoformat(),
        "contact": pass_.contact_id,
    } | ({"cancelled": True} if pass_.cancelled_at else {})
    kinds = [row.kind for row in rows]
    assert kinds.count("pass.issued") == 1
    assert kinds.count("pass.cancelled") <= 1
    if "pass.cancelled" in kinds:
        assert kinds[-1] == "pass.cancelled"
    expired = [row.on for row in rows if row.kind == "pass.expired"]
    assert len(expired) == len(set(expired))
    assert (pass_.status_on(day) == Status.EXPIRED) == (
        not pass_.cancelled_at and day > pass_.expires_on
    )
