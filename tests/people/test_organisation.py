"""What the installation is called and looks like, and that a logo is a picture."""

import io
import zlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tms import journal
from tms.models import Organisation
from tms.people import organisation as organisations
from tms.refusals import Refusal


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def picture(form="PNG", size=(900, 300), **options) -> SimpleUploadedFile:
    written = io.BytesIO()
    Image.new("RGB", size, "teal").save(written, form, **options)
    return SimpleUploadedFile(f"logo.{form.lower()}", written.getvalue())


ANSWERS = {
    "name": "Harbour School",
    "time_zone": "Europe/Berlin",
    "second_factor": "required",
    "contact_email": "hello@harbour.example",
    "postal_address": "Quay 1\nBristol",
    "tax_number": "GB123",
    "bank_details": "IBAN GB33",
    "payment_note": "Within 30 days.",
    "document_footer": "Registered in England",
}


def test_changes_are_written_down_with_before_and_after(browse, boss):
    browser = browse(boss)
    response = browser.post("/control-panel/organisation/", ANSWERS)
    assert response.status_code == 302
    row = Organisation.objects.get()
    assert {name: getattr(row, name) for name in ANSWERS} == ANSWERS
    assert row.sign_up_open is False
    fact = journal.about("organisation", 1)[0]
    assert (fact.kind, fact.by_id) == ("organisation.changed", boss.pk)
    assert fact.before["name"] == "Harbour Training"
    assert fact.after == ANSWERS | {"sign_up_open": False, "learners_cancel": False}


def test_nothing_changed_is_nothing_written(organisation, said):
    organisations.change(name="Harbour Training", **said())
    assert not journal.about("organisation", 1).exists()


def test_the_day_is_that_of_the_new_zone_at_once(browse, boss, clock):
    clock.set("2026-11-22 23:30")
    browser = browse(boss)
    browser.post("/control-panel/organisation/", ANSWERS)
    assert str(browser.get("/control-panel/").wsgi_request.today) == "2026-11-23"


def test_a_zone_that_is_none_is_refused(organisation, said):
    with pytest.raises(Refusal, match="Choose a time zone from the list"):
        organisations.change(time_zone="Europe/Atlantis", **said())


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_becomes_a_small_png_of_our_own(form, browse, boss, clock):
    browser = browse(boss)
    response = browser.post("/control-panel/organisation/", ANSWERS | {"logo": picture(form)})
    assert response.status_code == 302
    shown = browse().get(Organisation.objects.get().logo.url)
    assert shown.headers["Content-Type"] == "image/png"
    drawn = Image.open(io.BytesIO(shown.content))
    assert (drawn.format, drawn.size) == ("PNG", (600, 200))


def test_what_is_hidden_in_a_picture_does_not_survive(organisation, said):
    upload = picture("JPEG", comment=b"<script>alert(1)</script>")
    upload = SimpleUploadedFile("x.jpg", upload.read() + b"<script>alert(2)</script>")
    row = organisations.change(logo=upload, **said())
    with row.logo.open() as kept:
        assert b"script" not in kept.read()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
BOMB = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
    + (60_000).to_bytes(4)
    + (60_000).to_bytes(4)
    + b"\x08\x02\x00\x00\x00"
)
NOT_PICTURES = {
    "drawing.svg": SVG,
    "drawing.png": SVG,
    "page.html": b"<!doctype html><script>alert(1)</script>",
    "page.png": b"<!doctype html><script>alert(1)</script>",
    "half.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
    "empty.png": b"\n",
    "script.js": b"alert(1)",
    "bomb.png": BOMB + zlib.crc32(BOMB[12:]).to_bytes(4),
    "vector.eps": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n",
    "icon.bmp": b"BM" + b"\0" * 60,
}


@pytest.mark.parametrize("name", NOT_PICTURES)
def test_what_is_no_picture_by_its_content_is_refused(name, browse, boss):
    upload = SimpleUploadedFile(name, NOT_PICTURES[name], content_type="image/png")
    page = browse(boss).post("/control-panel/organisation/", ANSWERS | {"logo": upload})
    assert page.status_code == 422
    assert "Upload a PNG, JPEG, WebP or GIF of at most 5 MB." in page.content.decode()
    assert not Organisation.objects.get().logo


def test_a_file_that_is_too_large_is_refused(organisation, said):
    upload = SimpleUploadedFile("x.png", picture().read() + b"\0" * 5 * 1024 * 1024)
    with pytest.raises(Refusal, match="at most 5 MB"):
        organisations.change(logo=upload, **said())


def test_only_the_present_logo_is_served(organisation, said, browse, clock):
    old = organisations.change(logo=picture(), **said()).logo.url
    clock.move(minutes=1)
    new = organisations.change(logo=picture(size=(20, 20)), **said()).logo.url
    assert (browse().get(old).status_code, browse().get(new).status_code) == (404, 200)
    assert browse().get("/files/logo/..%2f..%2fetc%2fpasswd").status_code == 404
    organisations.change(remove_logo=True, **said())
    assert browse().get(new).status_code == 404
