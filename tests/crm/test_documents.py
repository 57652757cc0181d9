"""What goes out on paper: a letter that a company would send, in which what was typed is text."""

import datetime
import io
import re
from decimal import Decimal

import typst
from PIL import Image

from catalog.models import Unit, UnitKind
from crm import documents
from crm.documents import Line
from tms import printing
from tms.models import Organisation

AT = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
EUR = Unit(pk=1, kind=UnitKind.CURRENCY, code="EUR", decimals=2)
GOLD = Unit(pk=2, kind=UnitKind.TOKEN, code="gold", label="Gold", decimals=0)
HARBOUR = Organisation(
    name="Harbour Training",
    postal_address="Quay 1\n\n  Bristol ",
    tax_number="GB123",
    contact_email="hello@harbour.example",
    bank_details="Harbour Bank\nIBAN GB33",
    payment_note="Within 30 days.",
    document_footer="Registered in England",
)
KESTREL = {
    "name": "Kestrel Rail Group",
    "street": "Hafenstraße 4\nHof 2",
    "postcode": "20457",
    "city": "Hamburg",
    "country": "DE",
    "tax_number": "DE99",
}


def line(title="Annual Pass", quantity=1, price="100", unit=EUR, **more):
    tax = {"tax_name": "Standard", "tax_percent": Decimal(19)} | more
    net = quantity * Decimal(price) * (100 - more.get("discount", 0)) / 100
    levied = net * tax["tax_percent"] / 100 if unit is EUR else Decimal(0)
    values = {"net": net, "tax": levied, "unit": unit, "unit_price": Decimal(price)}
    return Line(title=title, quantity=quantity, **values | tax)


def document(*lines, **more):
    given = {
        "title": "Invoice INV-2026-0001",
        "sender": documents.sender(HARBOUR),
        "recipient": KESTREL,
        "facts": [("Number", "INV-2026-0001")],
    }
    return documents.data(lines=lines, **given | more)


def pages(data, **more) -> int:
    return len(re.findall(rb"/Type/Page\b", printing.pdf("document", data, at=AT, **more)))


def picture() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (60, 20), "teal").save(file, "PNG")
    return file.getvalue()


def test_it_says_who_it_is_from_and_who_it_goes_to():
    said = document(line())
    assert said["sender"] == {
        "name": "Harbour Training",
        "lines": ["Quay 1", "Bristol", "Tax number: GB123", "hello@harbour.example"],
        "back": "Harbour Training · Quay 1 · Bristol",
    }
    assert said["recipient"] == [
        "Kestrel Rail Group",
        "Hafenstraße 4",
        "Hof 2",
        "20457 Hamburg",
        "Germany",
    ]
    assert said["facts"] == [("Number", "INV-2026-0001"), ("Your tax number", "DE99")]
    assert said["footer"] == ["Registered in England"]


def test_lines_say_quantity_price_discount_tax_and_net():
    said = document(
        line(quantity=5, price="1290", discount=Decimal("7.5"), detail="12 months"),
        line("Books", note="By post\nin May", tax_name="Reduced", tax_percent=Decimal(7)),
        line("Workshop", quantity=2, price="3", unit=GOLD),
    )
    assert said["headings"] == ["Description", "Quantity", "Price", "Discount", "Tax", "Net"]
    assert [each["cells"] for each in said["lines"]] == [
        ["5", "€1,290.00", "7.5\xa0%", "19\xa0%", "€5,966.25"],
        ["1", "€100.00", "", "7\xa0%", "€100.00"],
        ["2", "3 Gold", "", "", "6 Gold"],
    ]
    assert [(each["detail"], each["note"]) for each in said["lines"]] == [
        ("12 months", []),
        ("", ["By post", "in May"]),
        ("", []),
    ]


def test_sums_are_net_tax_by_level_and_gross_and_tokens_stand_apart():
    said = document(
        line(),
        line(price="10", tax_name="Reduced", tax_percent=Decimal(7)),
        line("Workshop", quantity=2, price="3", unit=GOLD),
    )
    assert said["sums"] == [
        ("Net", "€110.00", False),
        ("Reduced, 7\xa0% of €10.00", "€0.70", False),
        ("Standard, 19\xa0% of €100.00", "€19.00", False),
        ("Total", "€129.70", True),
        ("In training tokens", "6 Gold", False),
    ]


def test_what_costs_only_tokens_has_no_tax():
    said = document(line("Workshop", quantity=2, price="3", unit=GOLD))
    assert said["headings"] == ["Description", "Quantity", "Price", "Net"]
    assert said["sums"] == [("In training tokens", "6 Gold", True)]


def test_where_to_pay_names_the_number():
    assert documents.payment(documents.sender(HARBOUR), "INV-2026-0001") == (
        "Payment",
        ["Harbour Bank", "IBAN GB33", "Reference: INV-2026-0001", "Within 30 days."],
    )
    nothing = documents.payment(documents.sender(Organisation()), "INV-2026-0001")
    assert nothing == ("Payment", [])
    assert document(line(), closing=[nothing])["closing"] == []


HARD = [
    "=cmd|' /C calc'!A0",
    '#let x = 1; #panic("no") $1/0$ *x* _y_ `z` // \\ [a] <b> @c',
    '"); #read("/etc/passwd"',
    "\x07\x1b[31m\ufffe",
    "Donaudampfschifffahrtsgesellschaftskapitän" * 7,
]
SCRIPTS = ["שלום עולם", "دورة تدريبية", "日本語の研修コース", "\U0001f600\ue000"]


def of(words: list[str]) -> dict:
    return document(
        *(line(each, detail=each, note=each) for each in words),
        recipient=KESTREL | {"name": words[1], "street": words[-1]},
        sender=documents.sender(HARBOUR) | {"name": words[2], "footer": words[1]},
    )


def test_whatever_was_typed_is_text_and_the_document_stays_accessible():
    written = printing.pdf("document", of(HARD), at=AT)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in written


def test_other_scripts_are_printed_as_far_as_the_machine_has_letters_for_them():
    assert printing.pdf("document", of(SCRIPTS), at=AT)[:5] == b"%PDF-"


def test_sixty_lines_take_several_pages_and_one_line_takes_one():
    assert pages(document(line())) == 1
    assert pages(document(*[line(detail="12 months")] * 60)) == 4


def test_a_long_note_runs_over_pages():
    assert pages(document(line(note="A long story. " * 900))) == 3


def test_a_letter_that_no_font_has_does_not_keep_a_document_back(monkeypatch):
    fonts = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr(printing, "fonts", lambda: fonts)
    written = printing.pdf("document", document(line("研修")), at=AT)
    assert (written[:5], b"pdfuaid" in written) == (b"%PDF-", False)


def test_the_logo_stands_on_it_and_a_lost_file_does_no_harm(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "logo.png").write_bytes(picture())
    with_logo = Organisation(name="Harbour", logo="logo.png")
    assert printing.logo(with_logo) == picture()
    assert printing.logo(Organisation(logo="gone.png")) == b""
    assert printing.logo(Organisation()) == b""
    plain = printing.pdf("document", document(line()), at=AT)
    assert b"/Subtype/Image" not in plain
    drawn = printing.pdf("document", document(line()), at=AT, picture=printing.logo(with_logo))
    assert b"/Subtype/Image" in drawn
