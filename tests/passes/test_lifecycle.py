"""What happens to a pass, who may hold it, and what the history keeps of it."""

import datetime

import pytest
from django.db import IntegrityError, connection, transaction

from passes import lasting, lifecycle
from passes.models import OptionStatus, Pass, Status, TypeStatus
from tests.factories import ContactFactory, PassFactory, PassOptionFactory
from tms.models import JournalRow
from tms.refusals import Refusal, Stale

day = datetime.date.fromisoformat
TODAY = day("2026-11-22")

pytestmark = pytest.mark.django_db


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": TODAY, "by": office}


@pytest.fixture
def annual(europe):
    return PassOptionFactory()


@pytest.fixture
def issued(annual, ada, who):
    return lifecycle.issue(option=annual, account=ada.account, contact=ada, **who)


def history(pass_):
    rows = JournalRow.objects.filter(subject_kind="pass", subject_id=pass_.pk).order_by("id")
    return [row.kind for row in rows]


# Issuing


def test_annual_from_22_november_2026_ends_on_22_november_2027(issued):
    assert (issued.starts_on, issued.expires_on) == (TODAY, day("2027-11-22"))


def test_an_issued_pass_is_written_down_with_who_and_when(issued, ada, office, clock):
    row = JournalRow.objects.get(kind="pass.issued")
    assert (row.subject_id, row.account_id, row.contact_id, row.by_id, row.at, row.on) == (
        issued.pk,
        ada.account_id,
        ada.pk,
        office.pk,
        clock.at,
        TODAY,
    )
    assert row.after == {
        "starts_on": "2026-11-22",
        "expires_on": "2027-11-22",
        "contact": ada.pk,
        "option": issued.option_id,
        "source": "hand",
    }


def test_an_expiry_by_hand_wins_and_becomes_the_anchor(annual, ada, who):
    issued = lifecycle.issue(
        option=annual, account=ada.account, contact=ada, expires_on=day("2027-01-31"), **who
    )
    assert (issued.expires_on, issued.anchor_day) == (day("2027-01-31"), 31)


def test_today_is_a_possible_expiry_and_yesterday_is_not(annual, ada, who):
    give = {"option": annual, "account": ada.account, "contact": ada, **who}
    assert lifecycle.issue(expires_on=TODAY, **give).status_on(TODAY) == Status.ACTIVE
    with pytest.raises(Refusal, match=r"^This day is in the past. Choose today or later.$"):
        lifecycle.issue(expires_on=day("2026-11-21"), **give)


def test_only_active_types_and_published_options_are_given(annual, ada, who):
    give = {"option": annual, "account": ada.account, "contact": ada, **who}
    annual.status = OptionStatus.DRAFT
    annual.save()
    with pytest.raises(Refusal, match=r"^The option Annual is not on sale"):
        lifecycle.issue(**give)
    for status in (TypeStatus.DRAFT, TypeStatus.ARCHIVED):
        annual.pass_type.status = status
        annual.pass_type.save()
        with pytest.raises(Refusal, match=r"is not on offer. Choose an active pass type.$"):
            lifecycle.issue(**give)
    assert Pass.objects.count() == 0


def test_a_start_ahead_is_for_api_and_import_only(annual, ada, who):
    give = {"option": annual, "account": ada.account, "contact": ada, **who}
    with pytest.raises(Refusal, match=r"^A pass given by hand starts today.$"):
        lifecycle.issue(starts_on=day("2026-12-01"), **give)
    ahead = lifecycle.issue(starts_on=day("2026-12-01"), source="api", **give)
    assert ahead.status_on(TODAY) == Status.NOT_STARTED
    assert ahead.expires_on == day("2027-12-01")


def test_several_passes_of_one_type_are_allowed(issued, annual, ada, who):
    lifecycle.issue(option=annual, account=ada.account, contact=ada, **who)
    assert Pass.objects.filter(contact=ada).count() == 2


def test_a_stranger_to_the_account_is_refused(annual, kestrel, who):
    stranger = ContactFactory(first_name="Otto", last_name="Other")
    with pytest.raises(Refusal, match=r"^Otto Other does not belong to this account"):
        lifecycle.issue(option=annual, account=kestrel, contact=stranger, **who)


def test_contact_of_a_further_account_may_hold_its_pass(annual, kestrel, who):
    guest = ContactFactory()
    guest.memberships.create(account=kestrel)
    assert lifecycle.issue(option=annual, account=kestrel, contact=guest, **who).account == kestrel


def test_three_contacts_are_given_passes_in_a_fixed_number_of_statements(
    annual, who, django_assert_num_queries
):
    contacts = [ContactFactory() for _ in range(3)]
    # savepoint, hold, insert, journal, release
    with django_assert_num_queries(5):
        passes = lifecycle.issue_many(option=annual, account=None, contacts=contacts, **who)
    assert [one.account_id for one in passes] == [one.account_id for one in contacts]


# Renewing


def test_renewing_an_active_pass_counts_from_its_expiry(issued, annual, who):
    changed = lifecycle.renew(issued.pk, version=0, option=annual, **who).changed
    assert (changed.starts_on, changed.expires_on) == (TODAY, day("2028-11-22"))


def test_renewing_an_expired_pass_starts_it_anew_from_today(annual, ada, who):
    old = PassFactory(
        option=annual,
        account=ada.account,
        contact=ada,
        starts_on=day("2025-01-31"),
        expires_on=day("2026-01-31"),
    )
    changed = lifecycle.renew(old.pk, version=0, option=annual, **who).changed
    assert (changed.starts_on, changed.expires_on) == (TODAY, day("2027-11-22"))
    assert history(old) == ["pass.expired", "pass.renewed"]
    expired = JournalRow.objects.get(kind="pass.expired")
    assert (expired.on, expired.at.isoformat()) == (
        day("2026-02-01"),
        "2026-02-01T00:00:00+00:00",
    )


def test_renewals_by_a_month_keep_the_31st(ada, who):
    month = PassOptionFactory(name="Monthly", period=1)
    pass_ = PassFactory(
        option=month,
        account=ada.account,
        contact=ada,
        starts_on=day("2026-10-31"),
        expires_on=day("2026-11-30"),
        anchor_day=31,
    )
    ends = [
        lifecycle.renew(pass_.pk, version=version, option=month, **who).changed.expires_on
        for version in range(4)
    ]
    assert ends == [day("2026-12-31"), day("2027-01-31"), day("2027-02-28"), day("2027-03-31")]


def test_renewing_by_hand_keeps_the_option_and_sets_the_anchor(issued, annual, who):
    changed = lifecycle.renew(issued.pk, version=0, expires_on=day("2028-01-31"), **who).changed
    assert (changed.option, changed.anchor_day) == (annual, 31)


def test_renewing_earlier_asks_for_confirmation(issued, who):
    renew = {"version": 0, "expires_on": day("2027-01-01"), **who}
    with pytest.raises(Refusal, match=r"^It expires on 22 November 2027 now, which is later."):
        lifecycle.renew(issued.pk, **renew)
    changed = lifecycle.renew(issued.pk, confirmed_shorter=True, **renew).changed
    assert changed.expires_on == day("2027-01-01")


def test_renewing_needs_an_option_or_a_day_and_not_one_in_the_past(issued, who):
    with pytest.raises(Refusal, match=r"^Choose an option, or a new expiry date.$"):
        lifecycle.renew(issued.pk, version=0, **who)
    with pytest.raises(Refusal, match=r"^This day is in the past"):
        lifecycle.renew(
            issued.pk, version=0, expires_on=day("2026-11-21"), confirmed_shorter=True, **who
        )
    with pytest.raises(Refusal, match=r"^It already expires on 22 November 2027"):
        lifecycle.renew(issued.pk, version=0, expires_on=day("2027-11-22"), **who)


@pytest.mark.parametrize("end", [None, "2027-11-23", "2027-11-21", "2031-01-31"])
@pytest.mark.parametrize("starts", ["2026-11-22", "2025-01-31"])
def test_what_is_said_of_a_renewal_beforehand_is_what_it_does(end, starts, annual, ada, who):
    until = day(starts).replace(year=day(starts).year + 1)
    pass_ = PassFactory(
        option=annual,
        account=ada.account,
        contact=ada,
        starts_on=day(starts),
        expires_on=until,
        anchor_day=until.day,
    )
    asked = {
        "option": None if end else annual,
        "expires_on": day(end) if end else None,
        "confirmed_shorter": True,
    }
    planned = lasting.renewal(pass_, **asked, on=TODAY)
    done = lifecycle.renew(pass_.pk, version=0, **asked, **who)
    assert (done.changed.expires_on, done.changed.anchor_day) == (
        planned.expires_on,
        planned.anchor_day,
    )
    assert planned.shorter is (done.changed.expires_on < until)
    assert planned.shorter or done.consequences == []


def test_a_foreign_option_is_refused(issued, who):
    with pytest.raises(Refusal, match=r"^Choose an option of the same pass type.$"):
        lifecycle.renew(issued.pk, version=0, option=PassOptionFactory(name="Other"), **who)


def test_an_archived_type_renews_by_date_and_not_by_option(issued, annual, who):
    annual.pass_type.status = TypeStatus.ARCHIVED
    annual.pass_type.save()
    with pytest.raises(Refusal, match=r"^Its pass type is archived. Renew it by date instead.$"):
        lifecycle.renew(issued.pk, version=0, option=annual, **who)
    lifecycle.renew(issued.pk, version=0, expires_on=day("2028-11-22"), **who)
    lifecycle.extend(issued.pk, version=1, expires_on=day("2028-12-22"), **who)
    lifecycle.assign(issued.pk, version=2, contact=None, **who)
    lifecycle.cancel(issued.pk, version=3, **who)


# Extending


def test_extending_writes_extended_and_never_renewed(issued, who):
    lifecycle.extend(issued.pk, version=0, expires_on=day("2028-01-31"), **who)
    assert history(issued) == ["pass.issued", "pass.extended"]


def test_extending_to_an_earlier_day_writes_shortened(issued, who):
    changed = lifecycle.extend(issued.pk, version=0, expires_on=TODAY, **who).changed
    assert changed.status_on(TODAY) == Status.ACTIVE
    assert history(issued) == ["pass.issued", "pass.shortened"]
    row = JournalRow.objects.get(kind="pass.shortened")
    assert (row.before["expires_on"], row.after["expires_on"]) == ("2027-11-22", "2026-11-22")


def test_extending_revives_an_expired_pass_from_today(annual, ada, who):
    old = PassFactory(
        option=annual,
        account=ada.account,
        contact=ada,
        starts_on=day("2025-11-01"),
        expires_on=day("2026-11-01"),
    )
    changed = lifecycle.extend(old.pk, version=0, expires_on=day("2026-12-01"), **who).changed
    assert (changed.starts_on, changed.expires_on) == (TODAY, day("2026-12-01"))
    assert history(old) == ["pass.expired", "pass.extended"]


def test_extending_to_yesterday_or_to_the_same_day_is_refused(issued, who):
    with pytest.raises(Refusal, match=r"^This day is in the past"):
        lifecycle.extend(issued.pk, version=0, expires_on=day("2026-11-21"), **who)
    with pytest.raises(Refusal, match=r"^It already expires on 22 November 2027"):
        lifecycle.extend(issued.pk, version=0, expires_on=day("2027-11-22"), **who)


# Cancelling


def test_a_cancelled_pass_stays_cancelled(issued, annual, ada, who):
    lifecycle.cancel(issued.pk, version=0, reason="Bought twice", **who)
    with pytest.raises(Refusal, match=r"^It is cancelled already.$"):
        lifecycle.cancel(issued.pk, version=1, **who)
    over = r"^It was cancelled. Add a new pass instead.$"
    with pytest.raises(Refusal, match=over):
        lifecycle.renew(issued.pk, version=1, option=annual, **who)
    with pytest.raises(Refusal, match=over):
        lifecycle.extend(issued.pk, version=1, expires_on=day("2028-01-01"), **who)
    with pytest.raises(Refusal, match=over):
        lifecycle.assign(issued.pk, version=1, contact=ada, **who)
    assert history(issued) == ["pass.issued", "pass.cancelled"]
    assert JournalRow.objects.get(kind="pass.cancelled").reason == "Bought twice"


def test_what_was_seen_before_somebody_else_changed_it_is_refused(issued, annual, who):
    lifecycle.extend(issued.pk, version=0, expires_on=day("2028-01-01"), **who)
    for verb in (
        lambda: lifecycle.renew(issued.pk, version=0, option=annual, **who),
        lambda: lifecycle.extend(issued.pk, version=0, expires_on=day("2029-01-01"), **who),
        lambda: lifecycle.cancel(issued.pk, version=0, **who),
        lambda: lifecycle.assign(issued.pk, version=0, contact=None, **who),
    ):
        with pytest.raises(Stale, match=r"^Somebody changed this pass meanwhile"):
            verb()
    assert history(issued) == ["pass.issued", "pass.extended"]


# Who holds it


def test_reassigning_there_and_back_never_moves_the_expiry(issued, ada, who):
    bea = ContactFactory(account=ada.account)
    lifecycle.assign(issued.pk, version=0, contact=bea, **who)
    changed = lifecycle.assign(issued.pk, version=1, contact=ada, **who).changed
    assert (changed.starts_on, changed.expires_on) == (TODAY, day("2027-11-22"))
    rows = JournalRow.objects.filter(kind="pass.reassigned").order_by("id")
    assert [(row.contact_id, row.other_contact_id) for row in rows] == [
        (bea.pk, ada.pk),
        (ada.pk, bea.pk),
    ]


def test_to_nobody_and_to_somebody_again(issued, ada, who):
    lifecycle.assign(issued.pk, version=0, contact=None, **who)
    lifecycle.assign(issued.pk, version=1, contact=ada, **who)
    assert history(issued) == ["pass.issued", "pass.unassigned", "pass.assigned"]


def test_to_the_same_contact_is_no_event(issued, ada, who):
    lifecycle.assign(issued.pk, version=0, contact=ada, **who)
    issued.refresh_from_db()
    assert (issued.version, history(issued)) == (0, ["pass.issued"])


def test_a_pass_goes_only_to_contacts_of_its_account(issued, who):
    with pytest.raises(Refusal, match=r"does not belong to this account"):
        lifecycle.assign(issued.pk, version=0, contact=ContactFactory(), **who)


# Several at once


def test_several_are_extended_or_none(annual, kestrel, who):
    short, long = (
        PassFactory(option=annual, account=kestrel, expires_on=day(end))
        for end in ("2027-01-01", "2028-01-01")
    )
    with pytest.raises(Refusal, match=r"^1 of them last longer than 1 June 2027 already: "):
        lifecycle.extend_many([short.pk, long.pk], day("2027-06-01"), **who)
    assert set(Pass.objects.values_list("expires_on", flat=True)) == {
        day("2027-01-01"),
        day("2028-01-01"),
    }
    lifecycle.extend_many([short.pk, long.pk], day("2028-06-01"), **who)
    assert set(Pass.objects.values_list("expires_on", flat=True)) == {day("2028-06-01")}


def test_several_are_cancelled_or_none(annual, kestrel, who):
    one, two = (PassFactory(option=annual, account=kestrel) for _ in range(2))
    lifecycle.cancel(two.pk, version=0, **who)
    with pytest.raises(Refusal, match=rf"#{two.pk}: It is cancelled already.$"):
        lifecycle.cancel_many([one.pk, two.pk], **who)
    one.refresh_from_db()
    assert one.status_on(TODAY) == Status.ACTIVE


def test_several_are_assigned_or_none(annual, kestrel, who):
    passes = [PassFactory(option=annual, account=kestrel) for _ in range(2)]
    mine, foreign = ContactFactory(account=kestrel), ContactFactory()
    with pytest.raises(Refusal, match=r"does not belong to this account"):
        lifecycle.assign_many([(passes[0].pk, mine), (passes[1].pk, foreign)], **who)
    assert Pass.objects.exclude(contact=None).count() == 0
    other = ContactFactory(account=kestrel)
    lifecycle.assign_many([(passes[0].pk, mine), (passes[1].pk, other)], **who)
    assert set(Pass.objects.values_list("contact", flat=True)) == {mine.pk, other.pk}


def test_a_verb_takes_few_statements(issued, annual, who, django_assert_num_queries):
    # savepoint, lock who holds it, lock it, update, journal, release
    with django_assert_num_queries(6):
        lifecycle.renew(issued.pk, version=0, option=annual, **who)
    with django_assert_num_queries(6):
        lifecycle.extend(issued.pk, version=1, expires_on=day("2029-11-22"), **who)


# What the clock decides


@pytest.mark.parametrize(
    ("starts", "ends", "cancelled", "status"),
    [
        ("2026-11-22", "2026-11-22", False, Status.ACTIVE),
        ("2026-11-21", "2026-11-23", False, Status.ACTIVE),
        ("2026-11-20", "2026-11-21", False, Status.EXPIRED),
        ("2026-11-23", "2026-12-01", False, Status.NOT_STARTED),
        ("2026-11-21", "2026-11-23", True, Status.CANCELLED),
        ("2026-11-20", "2026-11-21", True, Status.CANCELLED),
        ("2026-11-23", "2026-12-01", True, Status.CANCELLED),
    ],
)
def test_a_row_and_a_queryset_say_the_same_status(starts, ends, cancelled, status, clock, kestrel):
    pass_ = PassFactory(
        account=kestrel,
        starts_on=day(starts),
        expires_on=day(ends),
        cancelled_at=clock.at if cancelled else None,
    )
    assert pass_.status_on(TODAY) == status
    assert Pass.objects.with_status(TODAY).get().status == status
    assert [one for one in Status if Pass.objects.in_status(one, TODAY).exists()] == [status]


def test_the_database_refuses_an_end_before_the_start(issued):
    with pytest.raises(IntegrityError, match=r"pass_ends_after_it_begins"), transaction.atomic():
        Pass.objects.filter(pk=issued.pk).update(expires_on=day("2026-11-21"))


def test_the_database_refuses_to_delete_what_was_issued(issued):
    def forget():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM passes_passtype WHERE id = %s", [issued.pass_type_id])
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        forget()
