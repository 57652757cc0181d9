"""Programs at the same moment: the same key from eight threads does its work once."""

import pytest

from passes.models import Pass
from tests.factories import PassFactory
from tests.programs.calling import Program
from tests.races import meeting, race, rounds
from tms import operations
from tms.models import ApiKey, JournalRow, OperationKey
from tms.programs import keys
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db(transaction=True)
EIGHT = 8


@pytest.fixture
def calls(program, ada):
    """Eight calls with one key, each from a client of its own; and what they are about."""
    secret, pass_ = program().secret, PassFactory(contact=ada)
    body = {"option": pass_.option_id, "account": pass_.account_id, "unassigned": 1}

    def call():
        return Program(secret).post("/passes", body, key="one")

    return [call] * EIGHT


def test_one_key_from_eight_threads_has_one_effect(calls):
    for _round in range(rounds(5)):
        Pass.objects.filter(contact=None).delete()
        OperationKey.objects.all().delete()
        answers = race(*calls).answers
        told = {(answer.status_code, answer.content) for answer in answers}
        done = {each for each in told if each[0] == 201}
        assert len(done) == 1
        assert {status for status, _content in told} <= {201, 409}
        assert all(a["Retry-After"] == "1" for a in answers if a.status_code == 409)
        assert Pass.objects.filter(contact=None).count() == 1


def test_and_without_the_lock_it_would_not(calls, monkeypatch):
    """The twin: a key that is only looked up, and kept at the end, lets several through."""

    meet = meeting(EIGHT)

    def only_look(key, actor_id, digest):
        found = OperationKey.objects.filter(actor_id=actor_id, key=key).first()
        meet()
        return found

    monkeypatch.setattr(operations, "earlier", only_look)
    monkeypatch.setattr(operations, "keep", lambda *args, **kwargs: None)
    race(*calls)
    assert JournalRow.objects.filter(kind="pass.issued").count() == EIGHT


def test_of_two_who_revoke_a_key_one_is_told_that_it_was(program, office, clock):
    key = keys.whose(program().secret)
    who = {"by": office, "at": clock.at, "on": clock.on()}

    def revoke():
        try:
            return bool(keys.revoke(key.pk, **who))
        except Refusal:
            return False

    for _round in range(rounds(5)):
        ApiKey.objects.update(revoked_at=None)
        assert sorted(race(revoke, revoke).answers) == [False, True]
