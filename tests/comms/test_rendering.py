"""A message is filled in for its recipient, with what is true of its subject, and with no more."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from comms import plain, rendering, wishes
from comms.letter import Incomplete, Letter
from comms.models import Message, Reason, SendingAddress
from tests.factories import LearnerFactory

pytestmark = pytest.mark.django_db

DEAR = "<p>Dear {{ recipient.first_name }},</p>"


@pytest.fixture
def written(now):
    """`written()`: the letters of all messages, in the order of their ids."""

    def all_of():
        messages = list(Message.objects.order_by("pk"))
        found = rendering.letters(messages, now=now())
        assert set(found) == {message.pk for message in messages}
        return [found[message.pk] for message in messages]

    return all_of


@pytest.fixture
def issued(trigger, letter, issue, fire):
    """`issued(body, subject=..., contact=...)`: passes are issued, and this is to be said of it."""

    def about(body, *, contacts=(), kind="service", subject="Your {{ pass.type }}", **rule):
        trigger(
            "pass.issued", template=letter("pass", body=body, subject=subject, kind=kind), **rule
        )
        for contact in contacts:
            issue(contact=contact)
        fire()

    return about


def test_a_letter_says_what_is_true_now_from_the_default_address(issued, written, ada):
    issued(f"{DEAR}<p>{{{{ pass.type }}}}, until {{{{ pass.expires_on }}}}.</p>", contacts=[ada])
    (letter,) = written()
    assert (letter.to, letter.to_name) == ("ada@kestrelrail.example", "Ada Lindqvist")
    assert (letter.sender, letter.sender_name) == ("training@northlight.example", "Northlight")
    assert letter.title == "Your Leadership Library"
    link = wishes.manage_link(ada.pk)
    assert letter.text == (
        "Dear Ada,\n\nLeadership Library, until 22 November 2027.\n\n-- \nHarbour Training\n"
        f"http://localhost:8000\nChoose what you receive from us: {link}\n"
    )
    assert "Dear Ada,</p>" in letter.html
    assert f'href="{link}"' in letter.html
    assert "Harbour Training" in letter.html
    assert "<style" not in letter.html
    assert 'style="' in letter.html
    assert letter.unsubscribe == ""
    assert letter.kind == "service"


def test_what_one_can_ask_not_to_get_says_how(issued, written, ada):
    issued(DEAR, contacts=[ada], kind="reminder")
    (letter,) = written()
    assert letter.unsubscribe == wishes.unsubscribe_link(ada.pk, "reminder")


def test_a_template_that_was_edited_is_filled_in_as_it_stands(issued, written, ada):
    issued(DEAR, contacts=[ada])
    Message.objects.get().trigger.template.__class__.objects.update(subject="Now this")
    assert written()[0].title == "Now this"


def test_nobody_is_greeted_without_a_name(issued, written, ada):
    nameless = LearnerFactory(
        first_name="", last_name="", email="x@example.com", account=ada.account
    )
    issued(DEAR, contacts=[nameless])
    assert written() == [Incomplete("“First name of the recipient” is empty here.")]


def test_a_word_can_stand_in_for_what_is_empty(issued, written, ada):
    nameless = LearnerFactory(
        first_name="", last_name="", email="x@example.com", account=ada.account
    )
    issued("<p>Dear {{ recipient.first_name | default: 'learner' }},</p>", contacts=[nameless])
    assert written()[0].text.startswith("Dear learner,")


def test_a_field_that_is_gone_is_named(issued, written, ada):
    issued("<p>{{ pass.colour }}</p>", contacts=[ada])
    assert written() == [
        Incomplete("There is no field “pass.colour” any more. Take it out of the template.")
    ]


def test_nothing_leaves_from_an_address_that_nobody_confirmed(issued, written, ada):
    issued(DEAR, contacts=[ada])
    SendingAddress.objects.update(confirmed_at=None, is_default=False)
    (letter,) = written()
    assert isinstance(letter, Incomplete)
    assert letter.reason == Reason.NO_SENDER


def test_a_trigger_has_an_address_of_its_own(issued, written, ada, clock, northlight):
    other = SendingAddress.objects.create(
        name="Sales", email="sales@northlight.example", confirmed_at=clock.at
    )
    issued(DEAR, contacts=[ada], sender=other)
    assert written()[0].sender == "sales@northlight.example"
    SendingAddress.objects.filter(pk=other.pk).update(confirmed_at=None)
    assert written()[0].reason == Reason.NO_SENDER
    SendingAddress.objects.filter(pk=other.pk).update(removed_at=clock.at)
    assert isinstance(written()[0], Incomplete)


def test_others_are_told_of_the_learner(issued, written, ada, kestrel, office):
    boss = LearnerFactory(first_name="Bo", account=kestrel)
    kestrel.main_contact, kestrel.owner = boss, office
    kestrel.save()
    issued(
        f"{DEAR}<p>{{{{ learner.name }}}} at {{{{ account.name }}}}</p>",
        contacts=[ada],
        audience=["learner", "main_contact", "owner"],
    )
    letters = sorted(written(), key=lambda letter: letter.to)
    assert [(each.to, each.text.split("--")[0]) for each in letters] == [
        (ada.email, "Dear Ada,\n\nAda Lindqvist at Kestrel Rail Group\n\n"),
        (office.email, "Dear Olive,\n\nAda Lindqvist at Kestrel Rail Group\n\n"),
        (boss.email, "Dear Bo,\n\nAda Lindqvist at Kestrel Rail Group\n\n"),
    ]
    # Who works here has no preferences, and isn't led to a learner's.
    assert "email-preferences" not in letters[1].text


def test_each_reads_it_in_their_language(issued, written, ada):
    american = LearnerFactory(language="en-us", account=ada.account)
    klingon = LearnerFactory(language="tlh", account=ada.account)
    issued("<p>{{ pass.expires_on }}</p>", contacts=[american, klingon])
    assert [letter.text.split("\n")[0] for letter in written()] == [
        "November 22, 2027",
        "22 November 2027",
    ]


NASTY = [
    "<b>Bold</b>",
    "{{7*7}}",
    "{% for x in y %}",
    "{{ organisation.name }}",
    "<script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    '"><a href="javascript:alert(1)">x</a>',
    "=cmd|' /C calc'!A0",
    "&lt;i&gt;",
    "👩‍🚀" * 100,
]


@pytest.mark.parametrize("name", NASTY, ids=lambda name: name[:12])
def test_names_are_text_in_html_text_and_subject(written, issued, ada, name):
    person = LearnerFactory(first_name=name[:100], last_name="", account=ada.account)
    issued(DEAR, contacts=[person], subject="For {{ recipient.first_name }}")
    (letter,) = written()
    assert letter.title == f"For {name[:100]}"
    assert letter.text.startswith(f"Dear {name[:100]},\n")
    begun = letter.html.index("Dear ")
    said = letter.html[begun : letter.html.index("</p>", begun)]
    assert "<" not in said
    assert plain.text_of(said) == f"Dear {name[:100]},"


def test_a_name_with_line_breaks_makes_no_second_header(issued, written, ada):
    type(ada).objects.update(first_name="Ada\r\nBcc: all@example.com\x07")
    issued(DEAR, contacts=[ada], subject="For {{ recipient.first_name }}")
    (letter,) = written()
    assert letter.title == "For Ada Bcc: all@example.com"
    assert letter.to_name == "Ada Bcc: all@example.com Lindqvist"


def test_nobody_reads_of_anybody_else(issued, written, ada):
    def canary(number):
        return f"canary{number:03}"

    people = [
        LearnerFactory(first_name=canary(number), email=f"{canary(number)}@example.com")
        for number in range(100)
    ]
    everything = "".join(
        f"<p>{{{{ {name} | default: '-' }}}}</p>"
        for name in (
            "recipient.name",
            "learner.name",
            "learner.email",
            "pass.number",
            "account.name",
        )
    )
    issued(everything, contacts=people)
    letters = written()
    assert len(letters) == 100
    for number, letter in enumerate(letters):
        whole = f"{letter.to} {letter.title} {letter.text} {letter.html}"
        assert canary(number) in whole
        assert not [n for n in range(100) if n != number and canary(n) in whole]


def test_the_number_of_queries_is_that_of_one_letter(issued, now, ada):
    people = [LearnerFactory(account=ada.account) for _number in range(100)]
    issued(f"{DEAR}<p>{{{{ pass.type }}}}</p>", contacts=people)
    messages = list(Message.objects.order_by("pk"))
    assert len(messages) == 100
    counts = []
    for number in (1, 3, 100):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            letters = rendering.letters(messages[:number], now=now())
        assert all(isinstance(letter, Letter) for letter in letters.values())
        # Two of them are `now()`'s own.
        counts.append(len(queries) - 2)
    assert counts == [7, 7, 7]


def test_a_letter_reads_well_as_text():
    html = (
        "<h3>Your pass</h3><p>Dear Ada &amp; &lt;b&gt;,<br>see "
        '<a href="https://x.example/a">the catalogue</a>.</p>'
        "<ul><li><p>One</p></li><li>Two<ul><li>deep</li></ul></li></ul>"
        '<ol start="3"><li>three</li><li><p>four</p></li></ol>'
        '<blockquote><p>Said</p></blockquote><p><a href="mailto:a@b.example">a@b.example</a></p>'
    )
    assert plain.text_of(html) == (
        "Your pass\n=========\n\nDear Ada & <b>,\nsee the catalogue (https://x.example/a).\n\n"
        "- One\n- Two\n  - deep\n\n3. three\n4. four\n\n> Said\n\na@b.example"
    )
