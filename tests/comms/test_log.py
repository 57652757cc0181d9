"""The message log: what was written, to whom, about what, and what became of it."""

import csv
import io

import pytest

from comms import log
from comms.models import Message
from tests.comms.made import AT, message
from tests.factories import LearnerFactory, UserFactory, copies
from tms import jobs
from tms.models import Job
from tms.people import roles

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(browse, office):
    client = browse(office)
    return lambda address="/messages/", **asked: client.get(address, asked)


def subjects(answer):
    return [log.said(row) for row in answer.context["listing"].slice.rows]


def test_a_row_says_what_became_of_it_what_it_says_and_to_whom(page, trigger, issue, ada):
    pass_ = issue()
    rule = trigger(name="Pass ends in 30 days", template=None)
    message(
        rule,
        ada,
        "failed",
        title="Your pass ends soon",
        trouble="451 Try again later",
        attempts=3,
        late=True,
        subject_id=pass_.pk,
    )
    text = page().content.decode()
    for said in (
        '<span class="badge" data-status="failed">Failed</span>'
        "<small>Attempts: 3. 451 Try again later Late</small>",
        ">Your pass ends soon</a>",
        f'<a href="/contacts/{ada.pk}/">Ada Lindqvist</a><small>ada@kestrelrail.example</small>',
        f'<a href="/passes/{pass_.pk}/">Leadership Library #{pass_.pk}</a>',
        f'<a href="/triggers/{rule.pk}/">Pass ends in 30 days</a>',
        "22 Nov 2026, 08:00",
    ):
        assert said in text


def test_before_it_is_sent_its_template_says_what_it_will_be(page, trigger, letter, ada):
    message(trigger(template=letter("pass", name="Thank you for renewing")), ada)
    assert subjects(page()) == ["Thank you for renewing"]


# Session and person; rows, count, rules to choose from, what the rows are about.
QUERIES = 6


@pytest.mark.parametrize("number", [1, 3, 300])
def test_it_asks_as_much_for_many_as_for_one(
    page, trigger, issue, ada, number, django_assert_num_queries
):
    row = message(trigger(), ada, subject_id=issue().pk)
    copies(row, number - 1, occurrence=lambda n: f"j:{n + 100}")
    page()
    with django_assert_num_queries(QUERIES):
        page()


def test_it_is_narrowed(page, trigger, letter, ada, kestrel):
    greta = LearnerFactory(first_name="Greta", last_name="Hollis", account=kestrel)
    olive = UserFactory(name="Olive Owner")
    first, second = trigger("pass.expired"), trigger("opportunity.won", template=letter("x"))
    message(first, ada, "waiting", title="One", late=True)
    message(first, greta, "sent", title="Two")
    message(second, greta, "failed", title="Three", due_at=AT.replace(day=20))
    message(second, None, "unclear", title="Four", user=olive, due_at=AT.replace(day=19))
    found = {
        "": "One Two Three Four",
        "q=greta": "Two Three",
        "q=hollis+three": "",
        "q=thr": "Three",
        "q=kestrelrail": "One Two",
        "q=olive": "Four",
        "state=sent": "Two",
        f"trigger={second.pk}": "Three Four",
        "target=opportunity": "Three Four",
        "late=on": "One",
        "for_people=on": "One Three Four",
        "due_from=2026-11-20&due_to=2026-11-21": "Three",
        f"contact={greta.pk}": "Two Three",
    }
    for asked, titles in found.items():
        pairs = dict(pair.split("=") for pair in asked.replace("+", " ").split("&") if pair)
        assert sorted(subjects(page(**pairs))) == sorted(titles.split()), asked


def test_a_formula_in_an_export_is_harmless(page, trigger, ada):
    message(trigger(name="=cmd()"), ada, "sent", title="=1+1")
    lines = page(export="csv").getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(lines))
    assert (row["Subject"], row["Trigger"], row["Recipient"]) == (
        "'=1+1",
        "'=cmd()",
        "Ada Lindqvist",
    )
    assert page(export="xlsx").status_code == 200


def test_a_menu_offers_what_can_be_done(page, trigger, ada):
    offered = {
        "waiting": "Approve and send,Void",
        "missed": "Send after all,Let go",
        "queued": "Void",
        "sending": "",
        "sent": "Send again",
        "unclear": "Send again,Mark as arrived",
        "failed": "Send again,Let go",
    }
    rule = trigger()
    for state, words in offered.items():
        row = message(rule, ada, state, sent_at=AT)
        actions = page(f"/messages/{row.pk}/").context["actions"]
        assert [str(each.label) for each in actions] == [each for each in words.split(",") if each]


def test_a_message_is_read_as_it_was_sent_and_nothing_of_it_runs(page, trigger, ada):
    row = message(trigger(), ada, "sent")
    text = page(f"/messages/{row.pk}/").content.decode()
    assert f'src="/messages/{row.pk}/body/"' in text
    assert '<iframe class="letter-frame" sandbox=""' in text
    assert "It ends in 30 days." in text
    body = page(f"/messages/{row.pk}/body/")
    assert body.content.decode() == "<p>It ends in 30 days.</p>"
    assert set(body["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "img-src 'self' data:",
        "style-src 'unsafe-inline'",
        "frame-ancestors 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "sandbox",
    }
    assert body["X-Frame-Options"] == "SAMEORIGIN"


def test_before_it_leaves_it_is_shown_as_it_would_leave_now(page, trigger, letter, issue, ada):
    template = letter("pass", subject="Until {{ pass.expires_on }}", body="<p>Soon over.</p>")
    row = message(trigger(template=template), ada, subject_id=issue().pk)
    text = page(f"/messages/{row.pk}/").content.decode()
    assert "As it would leave now" in text
    assert "<strong>Until 22 November 2027</strong>" in text
    assert "Soon over." in page(f"/messages/{row.pk}/body/").content.decode()
    assert Message.objects.get().html == ""


def test_what_cannot_be_filled_in_says_why(page, trigger, letter, ada):
    row = message(trigger(template=letter("pass")), ada, subject_id=987)
    answer = page(f"/messages/{row.pk}/")
    assert "What it is about isn&#x27;t there any more." in answer.content.decode()
    assert page(f"/messages/{row.pk}/body/").status_code == 404


def test_what_was_never_sent_has_no_body(page, trigger, ada):
    row = message(trigger(), ada, "skipped", reason="no_address")
    assert "Nothing of it has left." in page(f"/messages/{row.pk}/").content.decode()
    assert page(f"/messages/{row.pk}/body/").status_code == 404


def test_what_was_sent_again_leads_there_and_back(browse, office, trigger, ada, clock):
    row, client = message(trigger(), ada, "sent"), browse(office)
    client.post(f"/messages/{row.pk}/resending/", {"operation": "k1"})
    client.post(f"/messages/{row.pk}/resending/", {"operation": "k1"})
    second = Message.objects.get(resend_of=row)
    assert f'href="/messages/{second.pk}/"' in client.get(f"/messages/{row.pk}/").content.decode()
    assert f'href="/messages/{row.pk}/"' in client.get(f"/messages/{second.pk}/").content.decode()


def test_a_page_that_was_overtaken_is_refused_and_shown_anew(browse, office, trigger, ada):
    row, client = message(trigger(), ada, "queued", version=2), browse(office)
    answer = client.post(f"/messages/{row.pk}/voiding/", {"version": 1})
    assert answer.status_code == 422
    assert "This was changed meanwhile." in answer.content.decode()
    assert Message.objects.get().state == "queued"


def test_all_that_match_are_voided_and_what_is_in_hand_is_left(browse, office, trigger, ada):
    rule, client = trigger(), browse(office)
    for state in ("waiting", "waiting", "sending", "sent"):
        message(rule, ada, state)
    shown = client.get("/messages/voiding/?all=1").content.decode()
    assert "2 messages are never sent" in shown
    assert "2 are left alone. This message is being sent right now." in shown
    assert Message.objects.filter(state="waiting").count() == 2
    digest = client.get("/messages/voiding/?all=1").context["digest"]
    client.post("/messages/voiding/?all=1", {"digest": digest})
    assert sorted(Message.objects.values_list("state", flat=True)) == [
        "sending",
        "sent",
        "skipped",
        "skipped",
    ]


def test_nothing_ticked_is_said(browse, office):
    assert "Tick the messages first." in browse(office).get("/messages/voiding/").content.decode()


def test_more_than_two_hundred_are_done_in_the_background(browse, office, trigger, ada, clock):
    row = message(trigger(), ada)
    copies(row, 200, occurrence=lambda n: f"j:{n + 100}")
    client = browse(office)
    digest = client.get("/messages/voiding/?all=1").context["digest"]
    client.post("/messages/voiding/?all=1", {"digest": digest})
    job = Job.objects.get()
    jobs.run(job.pk, at=clock.at)
    job.refresh_from_db()
    assert job.result["sentences"] == ["201 messages are never sent."]
    assert set(Message.objects.values_list("state", "reason")) == {("skipped", "voided")}


def test_who_may_only_look_is_offered_nothing_else(browse, organisation, trigger, ada):
    roles.sync()
    support = UserFactory(is_staff=True)
    support.groups.add(roles.Group.objects.get(name="Support"))
    row, client = message(trigger(), ada), browse(support)
    text = client.get("/messages/").content.decode()
    assert "Read" in text
    assert "Approve and send" not in text
    assert client.post(f"/messages/{row.pk}/approval/").status_code == 403


def test_every_list_says_that_mail_does_not_leave_where_it_does_not(page, settings):
    lists = (
        "/messages/",
        "/triggers/",
        "/templates/",
        "/sending-addresses/",
        "/control-panel/sending/",
    )
    settings.MAILERS = {"default": {"BACKEND": "tms.mail.KeepBackend"}}
    for address in lists:
        assert "No mail server is configured" in page(address).content.decode()
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    for address in lists:
        assert "No mail server is configured" not in page(address).content.decode()
