"""Stripe is asked for exactly the sum, and believed only with its signature."""

import hashlib
import hmac
import http.server
import json
import threading
import urllib.parse
from decimal import Decimal

import pytest

from lms.models import Payment, PaymentNews, Registration
from lms.payments import asking, refunding, starting
from lms.payments.provider import NoAnswer
from lms.payments.stripe import Stripe, in_parts
from tests.factories import CurrencyFactory, EventFactory, PriceFactory
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db
SECRET = "whsec_of_the_tests"


@pytest.fixture
def asked(settings):
    """What a Stripe of our own was asked: (target, fields, headers). First, what it answers."""
    kept, answers = [], []

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kept.append((self.path, dict(urllib.parse.parse_qsl(body)), self.headers))
            status, said = answers.pop(0) if answers else (200, ANSWER)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        def do_GET(self):
            kept.append((self.path, {}, self.headers))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(answers.pop(0)).encode())

        def log_message(self, *_words):
            return

    server = http.server.HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    settings.PAYMENT_PROVIDER = "stripe"
    settings.STRIPE_API = f"http://127.0.0.1:{server.server_port}"
    settings.STRIPE_SECRET_KEY = "sk_of_the_tests"
    settings.STRIPE_WEBHOOK_SECRET = f"whsec_new, {SECRET}"
    kept.append(answers)
    yield kept
    server.shutdown()
    server.server_close()


ANSWER = {"id": "cs_1", "url": "https://checkout.stripe.example/cs_1"}


@pytest.fixture
def room(europe):
    event = EventFactory(course__title="Coaching", course__slug="coaching", capacity=2)
    PriceFactory(of=event.course, amount=Decimal("490.50"))
    return event


@pytest.fixture
def begin(asked, ada, europe, room, who):
    def begun():
        price = {"unit": CurrencyFactory(), "amount": Decimal("490.50"), "region": europe}
        return starting.start(ada, event=room, **price, **who)

    return begun


@pytest.fixture
def tell(client, clock):
    """`tell("checkout.session.completed", ...)`: the answer to what Stripe tells."""

    def told(kind, *, key="evt_1", secret=SECRET, late=0, signed=None, scheme="v1", **about):
        session = {
            "id": "cs_1",
            "payment_intent": "pi_1",
            "payment_status": "paid",
            "amount_total": 58860,
            "currency": "eur",
        } | about
        body = json.dumps({"id": key, "type": kind, "data": {"object": session}}).encode()
        when = int(clock.at.timestamp()) - late
        mark = hmac.new(secret.encode(), f"{when}.".encode() + (signed or body), hashlib.sha256)
        return client.post(
            "/payments/news/stripe/",
            body,
            "application/json",
            headers={"Stripe-Signature": f"t={when},v0=no,{scheme}={mark.hexdigest()}"},
        )

    return told


def said(answer):
    return answer.status_code, answer.content.decode()


DONE = "checkout.session.completed"


def test_it_is_asked_for_exactly_the_sum_and_once(begin, asked):
    made = begin()
    begin()
    (target, fields, headers), *others = asked[1:]
    assert (target, others) == ("/v1/checkout/sessions", [])
    assert fields["line_items[0][price_data][unit_amount]"] == "58860"
    assert fields["line_items[0][price_data][currency]"] == "eur"
    assert fields["client_reference_id"] == str(made.pk)
    assert int(fields["expires_at"]) == int(made.started_at.timestamp()) + 31 * 60
    assert headers["Authorization"] == "Bearer sk_of_the_tests"
    assert headers["Idempotency-Key"].startswith(f"payment-{made.pk}-")
    assert (made.reference, made.address) == (ANSWER["id"], ANSWER["url"])


def test_where_it_says_no_or_is_away_the_seat_is_free_again(begin, asked, room, settings):
    asked[0].append((402, {"error": {"message": "No such currency"}}))
    with pytest.raises(Refusal, match="Nothing was taken"):
        begin()
    settings.STRIPE_API = "http://127.0.0.1:9"
    with pytest.raises(Refusal, match="can't be reached right now"):
        begin()
    room.refresh_from_db()
    assert (room.taken, Payment.objects.filter(failed_at=None).count()) == (0, 0)


def test_its_word_books_the_place_once(begin, tell):
    begin()
    assert [said(tell(DONE)) for _twice in range(2)] == [(200, "done"), (200, "known")]
    assert said(tell("checkout.session.async_payment_succeeded", key="evt_2")) == (200, "known")
    assert said(tell("checkout.session.expired", key="evt_3")) == (200, "known")
    assert Registration.objects.get().paid_by == "card"
    assert Payment.objects.get().charge == "pi_1"


def test_what_is_forged_changed_or_old_is_not_believed(begin, tell, client):
    begin()
    refused = (400, "No valid signature.")
    assert said(tell(DONE, secret="whsec_other")) == refused
    assert said(tell(DONE, signed=b"{}")) == refused
    assert said(tell(DONE, scheme="v0")) == refused
    assert said(tell(DONE, late=301)) == refused
    assert said(tell(DONE, late=-301)) == refused
    assert said(client.post("/payments/news/stripe/", b"{}", "application/json")) == refused
    assert not PaymentNews.objects.exists()
    assert said(tell(DONE, late=299)) == (200, "done")


def test_another_sum_or_an_unknown_session_books_nothing(begin, tell):
    begin()
    assert said(tell(DONE, id="cs_other", payment_intent="pi_2")) == (202, "unknown")
    assert said(tell(DONE, key="evt_2", amount_total=100)) == (200, "mismatch")
    assert not Registration.objects.exists()


def test_a_session_that_isnt_this_payments_is_not_believed_by_our_number(begin, tell):
    made = begin()
    other = {"id": "cs_other", "payment_intent": "pi_2", "client_reference_id": str(made.pk)}
    assert said(tell(DONE, **other)) == (202, "unknown")
    assert "another session" in PaymentNews.objects.get().why
    made.refresh_from_db()
    assert made.paid_at is None


def test_what_was_begun_at_another_provider_is_none_of_its_payments(begin, tell):
    made = begin()
    Payment.objects.update(provider="trial")
    assert said(tell(DONE, client_reference_id=str(made.pk))) == (202, "unknown")
    made.refresh_from_db()
    assert made.paid_at is None


def test_what_runs_at_another_provider_is_begun_here_anew(begin):
    made = begin()
    Payment.objects.update(provider="trial")
    assert begin() != made


def test_what_takes_days_waits_for_the_money(begin, tell):
    begin()
    assert said(tell(DONE, payment_status="unpaid")) == (200, "Not needed.")
    assert said(tell("customer.created", key="evt_2")) == (200, "Not needed.")
    assert said(tell("checkout.session.async_payment_failed", key="evt_3")) == (200, "done")
    assert not Registration.objects.exists()


def test_what_took_days_and_came_gives_the_place(begin, tell):
    begin()
    tell(DONE, payment_status="unpaid")
    came = tell("checkout.session.async_payment_succeeded", key="evt_2", payment_status="paid")
    assert said(came) == (200, "done")
    assert Registration.objects.live().count() == 1


def test_what_comes_before_its_name_is_known_is_found_by_ours(begin, tell):
    made = begin()
    Payment.objects.update(reference="", address="")
    assert said(tell(DONE, client_reference_id=str(made.pk))) == (200, "done")
    assert Payment.objects.get().reference == "cs_1"


def test_given_up_it_is_stopped_there(begin, asked, ada, who):
    starting.give_up(begin().pk, ada, **who)
    assert asked[-1][0] == "/v1/checkout/sessions/cs_1/expire"


SESSION = {"id": "cs_1", "payment_intent": "pi_1", "amount_total": 58860, "currency": "eur"}


def asked_at(clock, when):
    clock.set(f"2026-11-22 {when}")
    return asking.ask(at=clock.at, on=clock.on())


def test_where_no_news_came_it_is_asked_when_the_time_is_over(begin, asked, clock, tell):
    made = begin()
    said = [
        {**SESSION, "status": "open", "payment_status": "unpaid"},
        # It is through with it, and the money takes days.
        {**SESSION, "status": "complete", "payment_status": "unpaid"},
        {**SESSION, "status": "complete", "payment_status": "paid"},
    ]
    asked[0].extend(said)
    times = ("09:30", "09:34", "09:40", "10:35", "11:36")
    assert [asked_at(clock, when) for when in times] == [0, 0, 0, 0, 1]
    gets = [each[0] for each in asked[2:]]
    assert gets == ["/v1/checkout/sessions/cs_1"] * 3
    made.refresh_from_db()
    assert (made.paid_at, made.registration is not None) == (clock.at, True)
    assert tell("checkout.session.completed").content == b"known"
    assert asked_at(clock, "12:00") == 0


def test_what_is_complete_there_and_not_paid_yet_is_not_paid_here(begin, asked, clock):
    made = begin()
    asked[0].append({**SESSION, "status": "complete", "payment_status": "unpaid"})
    assert asked_at(clock, "10:35") == 0
    made.refresh_from_db()
    assert (made.paid_at, made.registration) == (None, None)


def test_what_is_over_there_is_over_here_and_who_is_away_is_asked_later(
    begin, asked, clock, settings
):
    made = begin()
    there, settings.STRIPE_API = settings.STRIPE_API, "http://127.0.0.1:9"
    assert asked_at(clock, "09:34") == 0
    settings.STRIPE_API = there
    asked[0].append({**SESSION, "status": "expired", "payment_status": "unpaid"})
    assert asked_at(clock, "10:35") == 1
    made.refresh_from_db()
    assert made.state_at(clock.at) == "failed"


def test_a_refund_is_asked_for_until_it_goes_through(
    begin, asked, tell, ada, who, django_capture_on_commit_callbacks
):
    made = begin()
    starting.give_up(made.pk, ada, **who)
    assert said(tell(DONE)) == (200, "needs_action")
    asked[0].append((402, {"error": {"message": "No balance"}}))
    with django_capture_on_commit_callbacks(execute=True):
        refunding.refund(made.pk, **who)
    made.refresh_from_db()
    assert (made.refunded_at, made.trouble) == (
        None,
        "The refund didn't go through yet: No balance",
    )
    refused = {"id": "re_0", "status": "failed", "failure_reason": "expired_or_canceled_card"}
    asked[0].append((200, refused))
    with pytest.raises(Refusal, match="expired_or_canceled_card"):
        refunding.again(made.pk, at=who["at"], on=who["on"])
    made.refresh_from_db()
    assert made.refunded_at is None
    asked[0].append((200, {"id": "re_1", "status": "succeeded"}))
    refunding.again(made.pk, at=who["at"], on=who["on"])
    target, fields, headers = asked[-1]
    assert (target, fields) == ("/v1/refunds", {"payment_intent": "pi_1", "amount": "58860"})
    assert headers["Idempotency-Key"] == f"refund-{made.pk}-pi_1"
    made.refresh_from_db()
    assert made.refund_reference == "re_1"


def test_what_was_given_back_at_stripe_is_known_here(begin, tell):
    made = begin()
    tell(DONE)
    assert said(tell("charge.refunded", key="evt_2", amount_refunded=58860)) == (200, "done")
    made.refresh_from_db()
    assert made.refunded_at


@pytest.mark.parametrize(
    ("amount", "currency", "parts"),
    [("588.60", "EUR", 58860), ("1200", "JPY", 1200), ("1.230", "KWD", 1230), ("7", "ISK", 700)],
)
def test_parts_of_a_currency(amount, currency, parts):
    assert in_parts(Decimal(amount), currency) == parts
    with pytest.raises(NoAnswer):
        in_parts(Decimal("0.0001"), currency)
    assert Stripe.trial is False


def test_the_last_of_three_digits_has_to_be_a_nought():
    with pytest.raises(NoAnswer):
        in_parts(Decimal("1.234"), "KWD")
