import re

import pytest

from crm import accounts, archiving, belonging, contacts, people
from crm.models import Change
from tests.factories import AccountFactory, CustomFieldFactory
from tms import journal
from tms.models import JournalRow
from tms.ui import icons, register, timeline

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]


def plain(text) -> str:
    return re.sub(r"<[^>]+>", "", str(text))


def told(sources, user, here=None):
    """Each fact on one line: what (details; changes) by whom, why."""
    lines = []
    for entry in timeline.entries(timeline.newest(sources, 50), user, here):
        changes = [f"{label}: {plain(a)} → {plain(b)}" for label, a, b in entry.told.changes]
        more = "; ".join([entry.told.details, *changes] if entry.told.details else changes)
        line = plain(entry.told.title) + (f" ({more})" if more else "")
        lines.append(f"{line}, {plain(entry.by)}" + (f": {entry.reason}" if entry.reason else ""))
    return lines


def test_a_contacts_history_is_told_newest_first(ada, kestrel, office, who):
    northwind = AccountFactory(name="Northwind", region=kestrel.region)
    CustomFieldFactory(label="First aider", key="first-aider", kind="yes_no")
    contacts.edit(ada.pk, last_name="Holm", phone="1", custom={"first-aider": "yes"}, **who)
    belonging.add(ada.pk, northwind, **who)
    belonging.change_account(ada.pk, northwind, reason="New job", **who)
    people.change_address(ada.pk, "ada@northwind.example", **who | {"by": None})
    archiving.archive_contact(ada.pk, reason="Left", **who)
    assert told(timeline.of_contact(ada.pk), office) == [
        "Ada Holm archived, Olive Office: Left",
        "Email address of Ada Holm changed "
        "(Email: ada@kestrelrail.example → ada@northwind.example), The system",
        "Ada Holm moved to another account "
        "(Primary account: Kestrel Rail Group → Northwind), Olive Office: New job",
        "Ada Holm belongs to Northwind too, Olive Office",
        "Ada Holm edited (Last name: Lindqvist → Holm; Phone:  → 1; First aider:  → yes), "
        "Olive Office",
    ]


def test_an_accounts_history_tells_of_those_who_came_and_left(ada, kestrel, office, who):
    northwind = AccountFactory(name="Northwind", region=kestrel.region)
    accounts.edit(kestrel.pk, main_contact=ada, owner=office, parent=northwind, **who)
    belonging.change_account(ada.pk, northwind, **who)
    assert told(timeline.of_account(kestrel.pk), office) == [
        "Ada Lindqvist moved to Northwind, Olive Office",
        "Account edited (Main contact: Ada Lindqvist → ), Olive Office",
        "Account edited (Main contact:  → Ada Lindqvist; Owner:  → Olive Office; "
        "Parent account:  → Northwind), Olive Office",
    ]
    assert told(timeline.of_account(northwind.pk), office) == [
        "Ada Lindqvist moved to another account "
        "(Primary account: Kestrel Rail Group → Northwind), Olive Office"
    ]


def test_names_lead_to_their_pages_for_who_may_see_them_and_not_to_the_page_itself(
    ada, kestrel, office, who
):
    contacts.edit(ada.pk, phone="1", **who)
    rows = timeline.newest(timeline.of_contact(ada.pk), 5)
    link = f'<a href="/contacts/{ada.pk}/"><bdi>Ada Lindqvist</bdi></a> edited'
    assert timeline.entries(rows, office)[0].told.title == link
    without = "<bdi>Ada Lindqvist</bdi> edited"
    assert (
        timeline.entries(rows, office, ("contact", ada.pk, "Ada Lindqvist"))[0].told.title
        == without
    )
    assert timeline.entries(rows, ada.user)[0].told.title == without


def test_a_past_is_text_whatever_was_typed(ada, office, who, browse):
    contacts.edit(ada.pk, last_name="<b>Bold</b>", **who)
    archiving.archive_contact(ada.pk, reason="<i>Left</i>", **who)
    page = browse(office).get(f"/contacts/{ada.pk}/").content.decode()
    assert "<b>Bold" not in page
    assert "<i>Left" not in page
    assert "&lt;i&gt;Left&lt;/i&gt;" in page


def test_an_erased_change_leaves_the_fact(ada, office, who):
    contacts.edit(ada.pk, phone="1", **who)
    Change.objects.all().delete()
    assert told(timeline.of_contact(ada.pk), office) == ["Ada Lindqvist edited, Olive Office"]


def test_what_came_by_api_or_import_says_so(ada, office, who):
    for source, by in (("import", None), ("import", office), ("api", None), ("page", None)):
        contacts.edit(ada.pk, phone=f"{source}{by}", **who | {"source": source, "by": by})
    assert [each.rpartition(") ")[0] or each for each in told(timeline.of_contact(ada.pk), office)]
    rows = timeline.newest(timeline.of_contact(ada.pk), 5)
    assert [plain(entry.by) for entry in timeline.entries(rows, office)] == [
        "The system",
        "by API",
        "Olive Office, by import",
        "by import",
    ]


def test_a_fact_with_the_contact_as_the_other_one_stands_once(ada, office, who):
    journal.write("contact.edited", ada.pk, contact_id=ada.pk, other_contact_id=ada.pk, **who)
    assert told(timeline.of_contact(ada.pk), office) == ["Ada Lindqvist edited, Olive Office"]


def test_a_long_past_is_read_by_pages(ada, kestrel, office, who, browse):
    for number in range(120):
        contacts.edit(ada.pk, phone=str(number), **who)
    client = browse(office)
    panel = client.get(f"/contacts/{ada.pk}/").content.decode()
    assert panel.count("<li data-status") == timeline.PANEL
    assert "Everything that happened" in panel
    seen, address = [], f"/contacts/{ada.pk}/history/"
    while address:
        page = client.get(address).content.decode()
        seen += re.findall(r"<ins><bdi>(\d+)</bdi></ins>", page)
        older = re.search(r'href="([^"]+\?before=\d+)"', page)
        address = older and older[1]
    assert seen == [str(number) for number in range(119, 0, -1)]
    assert client.get(f"/contacts/{ada.pk}/history/?before=x").status_code == 200


def test_every_fact_of_ours_is_told_and_has_an_icon(ada, office, who):
    every = {fact.kind: fact for fact in register.all_of().facts}
    for fact in every.values():
        assert icons.icon(fact.icon)
    written = JournalRow.objects.filter(contact_id=ada.pk).values_list("kind", flat=True)
    assert set(written) <= set(every)
