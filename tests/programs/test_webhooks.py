"""Control panel, Webhooks: made, changed, paused, looked into, and written down."""

import datetime
import re

import pytest
from django.urls import reverse

from tms import journal
from tms.models import JournalRow, WebhookDelivery, WebhookEndpoint
from tms.programs import sending, watched, webhooks
from tms.refusals import Refusal
from tms.ui import timeline

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "dialog"}
HERE = "https://hooks.example.com/lanyard?token=sesame"
ANSWERS = {"name": "Payroll", "address": HERE, "kinds_0": ["pass.issued", "pass.renewed"]}


@pytest.fixture
def client(browse, office):
    return browse(office)


@pytest.fixture
def who(clock, office):
    return {"at": clock.at, "on": clock.on(), "by": office}


@pytest.fixture
def asked(monkeypatch):
    """The webhooks that workers were asked to see to."""
    numbers = []
    monkeypatch.setattr(sending, "ask", numbers.append)
    return numbers


def url(name, *args):
    return reverse(f"programs:{name}", args=args)


def kinds_written():
    rows = JournalRow.objects.filter(subject_kind="webhook").order_by("id")
    return list(rows.values_list("kind", flat=True))


def test_a_webhook_is_added_and_its_secret_shown_once(client, office, clock):
    answers = ANSWERS | {"operation": "first press"}
    answer = client.post(url("add_webhook"), answers, **HTMX)
    assert (answer.status_code, answer["HX-Trigger"]) == (200, '{"webhooks:changed": {}}')
    assert "no-store" in answer["Cache-Control"]
    (secret,) = re.findall(r"whsec_[\w-]{43}", answer.content.decode())
    row = WebhookEndpoint.objects.get()
    assert (row.name, row.address, row.kinds) == ("Payroll", HERE, ANSWERS["kinds_0"])
    assert (row.state, row.made_by, row.made_at) == ("active", office, clock.at)
    for page in (url("webhooks"), url("webhook", row.pk), url("change_webhook", row.pk)):
        assert secret not in client.get(page).content.decode()
    again = client.post(url("add_webhook"), answers, **HTMX)
    assert (again.status_code, again["HX-Redirect"]) == (204, url("webhook", row.pk))
    assert secret not in again.content.decode()
    assert WebhookEndpoint.objects.count() == 1


def test_without_htmx_it_is_a_page_with_the_secret(client):
    answer = client.post(url("add_webhook"), ANSWERS)
    assert (answer.status_code, answer.content.decode().count("whsec_")) == (200, 1)


def test_the_journal_tells_of_it_without_its_address(client, office, who, asked):
    client.post(url("add_webhook"), ANSWERS)
    row = WebhookEndpoint.objects.get()
    webhooks.change(row.pk, name="Payroll", address=HERE + "2", kinds=["pass.issued"], **who)
    webhooks.rotate_secret(row.pk, **who)
    webhooks.send_test(row.pk, **who)
    webhooks.pause(row.pk, **who)
    webhooks.resume(row.pk, skip=False, **who)
    webhooks.remove(row.pk, **who)
    assert kinds_written() == [
        "webhook.added",
        "webhook.changed",
        "webhook.secret_rotated",
        "webhook.tested",
        "webhook.paused",
        "webhook.resumed",
        "webhook.removed",
    ]
    assert not JournalRow.objects.filter(after__icontains="sesame").exists()
    changed = JournalRow.objects.get(kind="webhook.changed")
    assert changed.after == {
        "name": "Payroll",
        "host": "hooks.example.com",
        "kinds": ["pass.issued"],
        "address_changed": True,
    }


@pytest.mark.parametrize(
    ("answers", "field", "sentence"),
    [
        ({"name": ""}, "name", "This needs an answer."),
        ({"name": "payroll "}, "name", "There is a webhook with this name already."),
        ({"address": "https://127.0.0.1/"}, "address", "inside a private network"),
        ({"address": "http://hooks.example.com/"}, "address", "Use https"),
        ({"kinds_0": []}, "__all__", "Choose what to send"),
        ({"kinds_0": ["pass.eaten"]}, "kinds_0", "Select a valid choice"),
    ],
)
def test_what_isn_t_a_webhook_is_refused_at_its_field(client, who, answers, field, sentence):
    webhooks.add(name="Payroll", address=HERE, kinds=["pass.issued"], **who)
    given = ANSWERS | {"name": "Wages"} | answers
    answer = client.post(url("add_webhook"), given, **HTMX)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert sentence in answer.content.decode()
    assert WebhookEndpoint.objects.count() == 1


def test_a_stale_form_is_refused(client, who):
    row, _secret = webhooks.add(name="Payroll", address=HERE, kinds=["pass.issued"], **who)
    webhooks.change(row.pk, name="Wages", address=HERE, kinds=["pass.issued"], **who)
    answer = client.post(url("change_webhook", row.pk), ANSWERS | {"version": "1"}, **HTMX)
    assert answer.status_code == 422
    assert "This was changed meanwhile." in answer.content.decode()


def test_a_removed_webhook_says_what_is_not_sent_and_is_gone(client, hook, queue, who):
    row, _secret = hook(HERE)
    queue(row)
    opened = client.get(url("remove_webhook", row.pk), **HTMX)
    assert "1 happening that waits is not sent" in opened.content.decode()
    digest = opened.context["digest"]
    answer = client.post(url("remove_webhook", row.pk), {"digest": digest}, **HTMX)
    assert (answer.status_code, answer["HX-Redirect"]) == (204, url("webhooks"))
    assert client.get(url("webhook", row.pk)).status_code == 404
    with pytest.raises(Refusal, match="was removed"):
        webhooks.pause(row.pk, **who)


def test_a_test_is_posted_and_stands_in_the_log(client, hook, receiver, clock, asked):
    row, _secret = hook(receiver)
    receiver.says = [(404, {}, b"<script>alert(1)</script>")]
    assert client.post(url("test_webhook", row.pk), **HTMX).status_code == 204
    sending.send(row.pk, at=clock.at)
    delivery = row.deliveries.get()
    assert receiver.received == [(delivery.event_id, 1, "webhook.tested")]
    log = client.get(url("webhook", row.pk)).content.decode()
    assert ("Test" in log, "404" in log, "Waiting" in log) == (True, True, True)
    page = client.get(url("delivery", delivery.pk)).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "&quot;kind&quot;: &quot;webhook.tested&quot;" in page
    assert f"POST /hook\nHost: 127.0.0.1:{receiver.port}" in page


def test_one_or_all_that_is_parked_is_sent_again(
    client, hook, receiver, queue, clock, asked, django_capture_on_commit_callbacks
):
    row, _secret = hook(receiver)
    one, two, held = queue(row), queue(row, subject_id=2), queue(row)
    WebhookDelivery.objects.filter(pk__in=[one.pk, two.pk]).update(state="parked")
    log = client.get(url("webhook", row.pk)).content.decode()
    assert "2 happenings didn't arrive within 48 hours" in log
    assert "after an earlier one" in log
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url("resend", one.pk), **HTMX).status_code == 204
        answer = client.post(url("resend_parked", row.pk), **HTMX)
    assert "1 happening is sent again." in answer["HX-Trigger"]
    assert asked == [row.pk, row.pk]
    sending.send(row.pk, at=clock.at)
    assert {event for event, *_more in receiver.received} == {
        one.event_id,
        two.event_id,
        held.event_id,
    }
    again = client.post(url("resend_parked", row.pk), **HTMX)
    assert (again.status_code, "Nothing is parked here." in again.content.decode()) == (422, True)


def silent(row, at):
    """Its receiver hasn't answered five times in a row."""
    later = at + datetime.timedelta(minutes=15)
    WebhookEndpoint.objects.filter(pk=row.pk).update(failures=5, not_before=later)


def silence(row):
    row.refresh_from_db()
    return row.failures, row.not_before is not None


def test_an_earlier_silence_ends_with_its_address_and_when_a_person_says_so(
    hook, queue, who, asked
):
    row, _secret = hook(HERE)
    delivery = queue(row)
    terms = {"kinds": ["pass.issued"], **who}
    silent(row, who["at"])
    webhooks.change(row.pk, name="Wages", address=HERE, **terms)
    assert silence(row) == (5, True)
    webhooks.change(row.pk, name="Wages", address=HERE + "2", **terms)
    assert silence(row) == (0, False)
    silent(row, who["at"])
    webhooks.pause(row.pk, **who)
    webhooks.resume(row.pk, skip=False, **who)
    assert silence(row) == (0, False)
    silent(row, who["at"])
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state="parked")
    webhooks.resend(delivery.pk, **who)
    assert silence(row) == (5, False)


def test_nothing_of_a_removed_webhook_could_be_signed(hook, who):
    row, _secret = hook(HERE)
    webhooks.rotate_secret(row.pk, **who)
    webhooks.remove(row.pk, **who)
    row.refresh_from_db()
    assert (row.secret, row.previous_secret) == ("", "")


def test_each_webhook_has_its_own_that_are_parked(hook, queue, who, asked):
    (row, _s), (other, _s) = hook(HERE), hook(HERE + "2", name="Wages")
    for each in (queue(row), queue(other)):
        WebhookDelivery.objects.filter(pk=each.pk).update(state="parked")
    assert webhooks.resend_parked(row.pk, **who) == 1
    assert [other.deliveries.get().state, row.deliveries.get().state] == ["parked", "waiting"]


def test_what_can_not_be_done_with_a_delivery_is_said(hook, queue, who, asked):
    row, _secret = hook(HERE)
    delivery = queue(row)
    with pytest.raises(Refusal, match="waiting to be sent already"):
        webhooks.resend(delivery.pk, **who)
    for state in ("delivered", "skipped"):
        WebhookDelivery.objects.filter(pk=delivery.pk).update(state=state)
        with pytest.raises(Refusal, match="not waiting for anything"):
            webhooks.skip(delivery.pk, **who)


def test_a_kind_that_nothing_is_of_is_refused_by_the_verb_too(who):
    for kinds in (["pass.issued", "pass.eaten"], []):
        with pytest.raises(Refusal) as no:
            webhooks.add(name="Payroll", address=HERE, kinds=kinds, **who)
        assert no.value.field == "kinds"


def test_what_arrived_is_sent_again_without_holding_up_what_follows(hook, receiver, queue, who):
    row, _secret = hook(receiver)
    first = queue(row)
    sending.send(row.pk, at=who["at"])
    second = queue(row)
    webhooks.resend(first.pk, **who)
    receiver.says = [400]
    sending.send(row.pk, at=who["at"])
    assert [event for event, *_more in receiver.received] == [
        first.event_id,
        first.event_id,
        second.event_id,
    ]


def test_the_log_is_filtered_by_state(client, hook, queue):
    row, _secret = hook(HERE)
    queue(row)
    parked = queue(row, subject_id=2)
    WebhookDelivery.objects.filter(pk=parked.pk).update(state="parked")
    page = client.get(url("webhook", row.pk) + "?state=parked")
    assert [each["pk"] for each in page.context["listing"].slice.rows] == [parked.pk]


def test_an_empty_control_panel_says_what_a_webhook_is(client):
    assert "No webhook yet" in client.get(url("webhooks")).content.decode()


def test_a_webhook_that_sent_nothing_says_so(client, hook):
    row, _secret = hook(HERE)
    assert "Nothing was sent yet" in client.get(url("webhook", row.pk)).content.decode()


def test_a_silent_receiver_is_told_on_its_page(client, hook, clock):
    row, _secret = hook(HERE)
    WebhookEndpoint.objects.update(failures=3, not_before=clock.at)
    assert "The receiver doesn't answer." in client.get(url("webhook", row.pk)).content.decode()
    assert "No answer" in client.get(url("webhooks")).content.decode()


def test_it_is_found_in_the_control_panel_by_who_may(client, browse, ada):
    assert url("webhooks") in client.get(reverse("control_panel")).content.decode()
    assert browse(ada.user).get(url("webhooks")).status_code == 403


@pytest.mark.parametrize("number", [1, 3, 60])
def test_the_lists_cost_the_same_however_long(client, hook, queue, count_queries, number):
    row, _secret = hook(HERE)
    for each in range(number):
        queue(row, subject_id=each)
        if each:
            hook(HERE, name=f"Hook {each}")
    assert count_queries(lambda: client.get(url("webhooks"))) == 4
    assert count_queries(lambda: client.get(url("webhook", row.pk))) == 5


def test_histories_tell_of_webhooks(hook, office):
    row, _secret = hook(HERE)
    (entry,) = timeline.entries(list(journal.about("webhook", row.pk)), office)
    assert str(entry.told.title) == "Webhook added"


def test_the_operations_page_says_whether_they_arrive(hook, queue, clock):
    row, _secret = hook(HERE)
    delivery = queue(row)

    def seen():
        found = watched.webhooks(at=clock.at)
        return found.tone, found.value, found.reason

    assert seen() == ("good", "1 waiting, 0 parked", "")
    WebhookEndpoint.objects.update(failures=3)
    assert seen() == ("warn", "1 waiting, 0 parked", "Payroll: no answer.")
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state="parked")
    assert seen()[:2] == ("bad", "0 waiting, 1 parked")
    assert watched.webhooks(at=clock.at).figures == {"webhooks_waiting": 0, "webhooks_parked": 1}
