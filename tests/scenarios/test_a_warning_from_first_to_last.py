"""The story of a warning, through the real browser: written, ruled, foretold, approved, arrived."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from comms import delivery, postman
from comms.models import Message, SendingAddress, Trigger
from tests.comms.mailbox import Mailbox, serving
from tests.factories import LearnerFactory, PassFactory, PassOptionFactory, PassTypeFactory
from tms.environment import mailer_from


@pytest.fixture
def box(settings):
    found = Mailbox()
    with serving(found) as (host, port):
        settings.MAILERS = {"default": mailer_from(f"smtp://{host}:{port}")}
        yield found


@pytest.fixture
def passes(ada, clock):
    """Ada's annual pass ends in 31 days and Jonas's monthly one in eight, of one type."""
    SendingAddress.objects.create(
        name="Northlight",
        email="training@northlight.example",
        confirmed_at=clock.at,
        is_default=True,
    )
    library = PassTypeFactory(name="Leadership Library")
    jonas = LearnerFactory(first_name="Jonas", last_name="Berg", account=ada.account)
    for contact, name, days in ((ada, "Annual", 31), (jonas, "Monthly", 8)):
        option = PassOptionFactory(pass_type=library, name=name)
        ends = clock.on() + datetime.timedelta(days=days)
        PassFactory(option=option, contact=contact, expires_on=ends)
    return jonas


def write_the_template(page):
    page.goto("/templates/new/")
    page.get_by_label("Name", exact=True).fill("Your pass ends soon")
    page.get_by_label("Target").select_option("Training Pass")
    page.get_by_label("Kind").select_option("Reminder")
    expect(page.get_by_role("button", name="Expiry date")).to_be_visible()
    page.get_by_label("Subject", exact=True).fill("Your pass ends on ")
    page.get_by_label("Subject", exact=True).press("End")
    page.get_by_role("button", name="Expiry date").click()
    expect(page.get_by_label("Subject", exact=True)).to_have_value(
        "Your pass ends on {{ pass.expires_on }}"
    )
    editor = page.get_by_role("textbox", name="Text")
    editor.click()
    editor.press_sequentially("Hello, ")
    page.get_by_role("button", name="First name of the recipient").click()
    expect(editor).to_contain_text("Hello, {{ recipient.first_name }}")
    page.locator("main button[type=submit]", has_text=re.compile("^(Save|Add|Create)")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Your pass ends soon")


def set_the_rule(page, name, short, option, days, foretold):
    page.goto("/triggers/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_label("Abbreviation").fill(short)
    page.get_by_label("Target").select_option("Training Pass")
    expect(page.locator("[name=template] option", has_text="Your pass ends soon")).to_have_count(1)
    page.get_by_label("Template").select_option("Your pass ends soon")
    page.locator("[name=occasion]").select_option("Expired")
    expect(page.locator("[name=side] option", has_text="before")).to_have_count(1)
    page.locator("[name=pass_type]").select_option("Leadership Library")
    page.get_by_label(option, exact=True).check()
    page.locator("[name=offset]").fill(str(days))
    page.locator("[name=side]").select_option("before")
    follows = page.locator("#dialog-preview")
    expect(follows.locator("tbody tr")).to_have_count(1)
    expect(follows.locator("tbody tr")).to_contain_text(foretold)
    expect(follows.locator("tbody tr")).to_contain_text("23 Nov 2026")
    page.locator("main button.button--primary").click()
    expect(page).to_have_url(re.compile(r"/triggers/(\d+/)?$"))


def test_a_warning_from_first_to_last(open_page, office, ada, passes, clock, box):
    staff = open_page(office)
    write_the_template(staff)
    set_the_rule(staff, "Annual passes: 30 days", "A30", "Annual", 30, "Ada Lindqvist")
    set_the_rule(staff, "Monthly passes: 7 days", "M7", "Monthly", 7, "Jonas Berg")

    # Looked at before it is switched on: it is on, but only puts messages up for approval.
    rule = Trigger.objects.get(abbreviation="M7")
    staff.goto(f"/triggers/{rule.pk}/")
    expect(staff.get_by_role("row", name="Jonas Berg")).to_contain_text("23 Nov 2026")
    assert not rule.automatic

    # The next morning both wait; nothing has left.
    clock.set("2026-11-23 08:05", "Europe/London")
    postman.run(at=clock.at)
    delivery.run(at=clock.at)
    assert box.arrived == []
    staff.goto("/messages/")
    expect(staff.locator(".badge", has_text="Waiting for approval")).to_have_count(2)
    for name in ("Ada Lindqvist", "Jonas Berg"):
        row = staff.get_by_role("row", name=name)
        row.get_by_role("button", name="Actions for").click()
        staff.locator("[popover]:popover-open").get_by_role("link", name="Approve").click()
        staff.locator("dialog[open] button[type=submit]").click()
        expect(row).to_contain_text("Queued")

    # They leave: in the log as they were sent, and in the mailboxes.
    delivery.run(at=clock.at)
    staff.goto("/messages/")
    expect(staff.get_by_role("row", name="Ada Lindqvist")).to_contain_text("Sent")
    staff.get_by_role("link", name="Your pass ends on 23 December 2026").click()
    expect(staff.locator("main")).to_contain_text("ada@kestrelrail.example")
    subjects = {to: str(message["Subject"]) for to, message in box.arrived}
    assert subjects == {
        "ada@kestrelrail.example": "Your pass ends on 23 December 2026",
        passes.email: "Your pass ends on 30 November 2026",
    }
    assert "Hello, Ada" in box.arrived[0][1].get_body(("plain",)).get_content()
    assert set(Message.objects.values_list("state", flat=True)) == {"sent"}
