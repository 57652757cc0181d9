"""SCORM packages come in: what is refused and why, and what is kept of those that are good."""

import datetime
import os
import stat
import zipfile

import pytest

from lms.models import ContentUnit, ScormPackage
from lms.scorm import manifest, packages, zips
from tests.factories import CourseFactory, SectionFactory
from tests.lms import scorm
from tms.refusals import Refusal
from tms.zips import END

pytestmark = pytest.mark.django_db
GOOD = scorm.package()
DAMAGED = scorm.zipped(GOOD)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def section(europe):
    return SectionFactory(course=CourseFactory(title="Lifting", slug="lifting"))


def link(name):
    found = zipfile.ZipInfo(name)
    found.external_attr = (stat.S_IFLNK | 0o777) << 16
    return found


def backslash(name):
    found = zipfile.ZipInfo("x")
    found.filename = found.orig_filename = name
    return found


def with_manifest(items, resources, **more):
    return {**GOOD, "imsmanifest.xml": scorm.manifest(items, resources, **more)}


DOCTYPE = '<!DOCTYPE manifest [<!ENTITY a SYSTEM "file:///etc/passwd">]><manifest>&a;</manifest>'
LESSON = scorm.resource("lesson", "lesson/index.html")
REFUSED = {
    "no zip": (b"PK not at all", "This isn't a zip file, or only a part of one. Upload it again."),
    "cut off": (
        DAMAGED[: len(DAMAGED) // 2],
        "This isn't a zip file, or only a part of one. Upload it again.",
    ),
    "traversal": (
        {**GOOD, "../../evil.html": "x"},
        "“../../evil.html” in the zip has a name that leads out of the package.",
    ),
    "hidden traversal": (
        {**GOOD, "a/../../evil.html": "x"},
        "“a/../../evil.html” in the zip has a name that leads out of the package.",
    ),
    "absolute": ({**GOOD, "/etc/x": "x"}, "“/etc/x” in the zip has an absolute name."),
    "drive": ({**GOOD, "C:/x": "x"}, "“C:/x” in the zip has an absolute name."),
    "backslash": (
        {**GOOD, backslash("..\\evil.html"): "x"},
        "“..\\evil.html” in the zip has a backslash in its name.",
    ),
    "link": ({**GOOD, link("way-out"): "/etc"}, "“way-out” in the zip is a link, not a file."),
    "case": (
        {**GOOD, "Lesson/INDEX.html": "x"},
        "“lesson/index.html” and “Lesson/INDEX.html” in the zip differ in nothing or in case only.",
    ),
    "file as folder": (
        {**GOOD, "lesson/index.html/x.html": "x"},
        "“lesson/index.html/x.html” in the zip lies in what is a file.",
    ),
    "direction": (
        {**GOOD, "a\u202egpj.html": "x"},
        "“a\u202egpj.html” in the zip has characters in its name that can't be seen.",
    ),
    "bomb": (
        {**GOOD, "big.txt": bytes(12 * 2**20)},
        "Unpacked, it is more than 100 times as large.",
    ),
    "no manifest": ({"a.html": "x"}, "The zip has no imsmanifest.xml, so it is no SCORM package."),
    "manifest in a folder": (
        {f"course/{name}": text for name, text in GOOD.items()},
        "imsmanifest.xml lies in a folder of the zip. Zip what is in that folder.",
    ),
    "malformed": (
        {**GOOD, "imsmanifest.xml": "<manifest><item></manifest>"},
        "imsmanifest.xml is not well-formed: mismatched tag: line 1, column 18.",
    ),
    "entities": (
        {**GOOD, "imsmanifest.xml": DOCTYPE},
        "imsmanifest.xml has a DTD, which isn't read. Remove its DOCTYPE.",
    ),
    "nested": (
        {**GOOD, "imsmanifest.xml": "<manifest>" * 200},
        "imsmanifest.xml is nested too deeply.",
    ),
    "other standard": (
        with_manifest("", "", standard="2004 3rd Edition") | {
            "imsmanifest.xml": "<manifest><metadata><schemaversion>9</schemaversion></metadata>"
            "</manifest>"
        },
        "The manifest is of “9”. SCORM 1.2 and 2004 are played here.",
    ),
    "no item": (with_manifest("", LESSON), "The manifest has no item that could be launched."),
    "no launch address": (
        with_manifest(scorm.item("lesson"), scorm.resource("lesson", "")),
        "“Lesson” has no launch address.",
    ),
    "launch file missing": (
        with_manifest(scorm.item("lesson"), scorm.resource("lesson", "other.html")),
        "The launch file of “Lesson” isn't in the package: other.html",
    ),
    "launch out of it": (
        with_manifest(scorm.item("lesson"), scorm.resource("lesson", "../../settings.html")),
        "The launch file of “Lesson” isn't in the package: ../../settings.html",
    ),
    "launch elsewhere": (
        with_manifest(scorm.item("lesson"), scorm.resource("lesson", "https://x.example/a")),
        "“Lesson” is launched from elsewhere (https://x.example/a), not from the package.",
    ),
    "no such resource": (
        with_manifest(scorm.item("other"), LESSON),
        "“Other” names a resource that the manifest doesn't have.",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_good_is_refused_with_the_reason_before_anything_is_written(what, media):
    content, sentence = REFUSED[what]
    content = content if isinstance(content, bytes) else scorm.zipped(content)
    with pytest.raises(Refusal) as no:
        packages.unpack(scorm.upload(content))
    assert (str(no.value), no.value.field) == (sentence, "package")
    assert list(media.rglob("*")) in ([], [media / "scorm"])


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SCORM_PACKED_MB", 0, "The file is larger than 0 MB."),
        ("SCORM_FILES", 2, "The zip has more than 2 files."),
        ("SCORM_UNPACKED_MB", 0, "Unpacked, it is larger than 0 MB."),
    ],
)
def test_limits_are_settings(settings, name, value, sentence):
    setattr(settings, name, value)
    with pytest.raises(Refusal, match=sentence):
        packages.unpack(scorm.upload(scorm.zipped(GOOD)))


@pytest.mark.parametrize("number", [20, 1])
def test_too_many_entries_are_refused_before_one_of_them_is_read(number, settings, monkeypatch):
    """By their number, and, where that is a lie, by the size of their list."""
    content = bytearray(scorm.zipped({f"{n}.html": "x" for n in range(20)}))
    end = content.rindex(END)
    content[end + 8 : end + 12] = number.to_bytes(2, "little") * 2
    file, settings.SCORM_FILES = scorm.upload(bytes(content)), min(number, 3)
    monkeypatch.setattr(zipfile, "ZipFile", lambda _file: pytest.fail("It was read."))
    with pytest.raises(Refusal, match="The zip has more than"):
        zips.opened(file)


def test_a_zip_that_lies_about_its_sizes_is_stopped_while_it_unpacks(settings, media):
    content = bytearray(scorm.zipped({**GOOD, "zz.bin": bytes(3 * 2**20)}))
    size = (3 * 2**20).to_bytes(4, "little")
    settings.SCORM_UNPACKED_MB = 1
    with pytest.raises(Refusal):
        packages.unpack(scorm.upload(bytes(content.replace(size, (9).to_bytes(4, "little")))))
    assert not list((media / "scorm").iterdir())


def test_launch_addresses_have_their_bases_and_parameters():
    text = scorm.manifest(
        scorm.item("one", parameters="?q=A B&amp;r=1") + scorm.item("two", parameters="#top"),
        scorm.resource("one", "start.html?x=1", base=' xml:base="inner/"')
        + scorm.resource("two", "My%20page.html"),
        base=' xml:base="content/"',
    )
    found = manifest.read(text.encode(), {"content/inner/start.html", "content/My page.html"})
    assert [each["launch"] for each in found["items"]] == [
        "content/inner/start.html?x=1&q=A%20B&r=1",
        "content/My%20page.html#top",
    ]


@pytest.mark.parametrize(
    ("version", "standard", "edition"),
    [
        ("1.2", "1.2", "1.2"),
        ("CAM 1.3", "2004", "2004 2nd Edition"),
        ("2004 3rd Edition", "2004", "2004 3rd Edition"),
        ("2004 4th Edition", "2004", "2004 4th Edition"),
    ],
)
def test_standards_and_editions_are_told_apart(version, standard, edition):
    text = scorm.manifest(scorm.item("a"), scorm.resource("a", "a.html"))
    text = text.replace("<schemaversion>1.2<", f"<schemaversion>{version}<")
    found = manifest.read(text.encode(), {"a.html"})
    assert (found["standard"], found["edition"]) == (standard, edition)


def test_rules_of_sequencing_are_known_as_not_followed(section, who):
    rules = "<imsss:sequencing><imsss:sequencingRules/></imsss:sequencing>"
    files = scorm.package("2004 3rd Edition", extra=rules)
    unit = scorm.unit_of(section.course, who, files)
    assert packages.told(unit.packages.get()) == (
        "Version 1: SCORM 2004 3rd Edition with 1 part. Its rules for the order of parts aren't "
        "followed: learners go by order and by choice."
    )


def test_staff_upload_a_package_and_another_version_of_it(office, browse, section):
    client, address = browse(office), f"/content/sections/{section.pk}/scorm/"
    assert client.post(address, {"title": "Lifting"}).status_code == 422
    refused = client.post(address, {"title": "L", "package": scorm.upload(b"nothing")})
    assert refused.status_code == 422
    sentence = "This isn't a zip file, or only a part of one. Upload it again."
    assert refused.context["form"].errors["package"] == [sentence]
    assert not ContentUnit.objects.exists()
    made = client.post(
        address, {"title": "Lifting", "package": scorm.upload(scorm.zipped(GOOD))}, follow=True
    )
    assert "Version 1: SCORM 1.2 with 1 part." in made.text
    unit = ContentUnit.objects.get()
    for _same in range(2):
        again = {"title": "Lifting", "package": scorm.upload(scorm.zipped({**GOOD, "b.txt": "b"}))}
        assert client.post(f"/content/units/{unit.pk}/", again).status_code == 302
    assert list(unit.packages.values_list("number", flat=True)) == [2, 1]
    assert client.post(f"/content/units/{unit.pk}/", {"title": "Lift"}).status_code == 302


def test_what_was_unpacked_for_nothing_is_forgotten_after_a_day(section, who, media, clock):
    unit = scorm.unit_of(section.course, who)
    packages.unpack(scorm.upload(scorm.zipped(GOOD)))
    old = (clock.at - datetime.timedelta(days=2)).timestamp()
    assert packages.forget(on=who["on"], at=clock.at) == 0
    for each in (media / "scorm").iterdir():
        os.utime(each, (old, old))
    assert packages.forget(on=who["on"], at=clock.at) == 1
    assert [each.name for each in (media / "scorm").iterdir()] == [unit.packages.get().folder]
    assert ScormPackage.objects.get().size == sum(
        each.stat().st_size for each in media.rglob("*") if each.is_file()
    )


def test_names_in_a_zip_are_given_out_as_they_are():
    with zips.opened(scorm.upload(scorm.zipped(GOOD))) as archive:
        assert zips.names(archive) == set(GOOD)
