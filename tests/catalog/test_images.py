"""Pictures: judged by their content, drawn anew, kept by hash."""

import base64
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalog import images, items
from catalog.models import Item
from tests.factories import CourseFactory
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def picture(kind="PNG", size=(40, 30), color="teal", name="x.png", mode="RGB", **save):
    target = io.BytesIO()
    Image.new(mode, size, color).save(target, kind, **save)
    return SimpleUploadedFile(name, target.getvalue())


def kept(name, media):
    with Image.open(media / name) as found:
        return found.format, found.size, found.mode


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_becomes_a_webp_named_by_its_hash(kind, media):
    name = images.keep(picture(kind))
    assert name.startswith("items/")
    assert name.endswith(".webp")
    assert kept(name, media)[:2] == ("WEBP", (40, 30))
    assert images.keep(picture(kind, name="../../etc/passwd")) == name


def test_a_large_picture_is_made_smaller_and_keeps_its_shape(media):
    assert kept(images.keep(picture(size=(4000, 2000))), media)[1] == (1600, 800)


def test_what_is_transparent_stays_so(media):
    see_through = picture(mode="RGBA", color=(0, 0, 0, 0))
    assert kept(images.keep(see_through), media)[2] == "RGBA"


def test_where_a_picture_was_taken_is_forgotten(media):
    with_place = Image.Exif()
    with_place[0x010F] = "A camera of somebody"
    name = images.keep(picture("JPEG", exif=with_place))
    assert b"camera" not in (media / name).read_bytes()


def test_a_picture_lying_on_its_side_is_put_upright(media):
    on_its_side = Image.Exif()
    on_its_side[0x0112] = 6
    assert kept(images.keep(picture("JPEG", exif=on_its_side)), media)[1] == (30, 40)


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (SVG, "This isn't a picture that can be shown"),
        (b"<html>", "This isn't a picture that can be shown"),
        (b"", "This isn't a picture that can be shown"),
        (picture().read()[:60], "The picture is broken"),
        (b"x" * (10 * 1024 * 1024 + 1), "The picture is larger than 10 MB"),
    ],
)
def test_what_isn_t_a_picture_is_refused_whatever_its_name(content, sentence):
    with pytest.raises(Refusal, match=sentence) as no:
        images.keep(SimpleUploadedFile("nice.png", content, content_type="image/png"))
    assert no.value.field == "image"


def test_too_many_points_are_refused_before_they_are_unpacked():
    huge = picture("PNG", size=(8000, 6000), mode="1", color=0)
    with pytest.raises(Refusal, match="more than 40 million points"):
        images.keep(huge)


def test_an_item_gets_a_picture_another_one_and_none(
    now, media, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        course = items.edit(CourseFactory(), image=picture(), **now)
    first = course.image.name
    with django_capture_on_commit_callbacks(execute=True):
        course = items.edit(course, image=picture(color="red"), **now)
    assert not (media / first).exists()
    assert (media / course.image.name).exists()
    with django_capture_on_commit_callbacks(execute=True):
        course = items.edit(course, image=None, **now)
    assert Item.objects.get().image.name == ""
    assert list(media.glob("items/*")) == []


def test_a_picture_that_two_show_stays_for_the_other(
    now, media, django_capture_on_commit_callbacks
):
    course = items.edit(CourseFactory(), image=picture(), **now)
    copy, _told = items.duplicate(course, title="Again", code="AGAIN", **now)
    with django_capture_on_commit_callbacks(execute=True):
        items.edit(course, image=None, **now)
    assert (media / copy.image.name).exists()


def test_a_picture_is_served_to_anybody_to_be_kept_and_never_guessed_at(browse, now):
    course = items.edit(CourseFactory(), image=picture(), **now)
    response = browse().get(course.image_url)
    assert response.status_code == 200
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == (
        "image/webp",
        "nosniff",
    )
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert b"".join(response.streaming_content)[:4] == b"RIFF"


def test_programs_give_a_picture_and_take_it_away(
    now, media, europe, program, django_capture_on_commit_callbacks
):
    able, course = program("catalogue:read", "catalogue:write"), CourseFactory()
    address = f"/items/{course.pk}"
    assert able.get(address).json()["image"] == ""

    def sent(content, **more):
        body = {"content": base64.b64encode(content).decode(), **more}
        return able.post(f"{address}/image", body)

    told = sent(picture("JPEG").read(), version=0)
    assert (told.status_code, told.json()["version"]) == (200, 1)
    course.refresh_from_db()
    assert told.json()["image"] == able.get(address).json()["image"] == course.image_url
    assert kept(course.image.name, media)[0] == "WEBP"
    assert sent(picture("JPEG").read(), version=0).status_code == 409
    for answer, sentence in (
        (
            sent(SVG),
            "This isn't a picture that can be shown: choose a JPEG, PNG, WebP or GIF file.",
        ),
        (
            sent(picture().read()[:60]),
            "The picture is broken and can't be read. Choose another one.",
        ),
        (able.post(f"{address}/image", {"content": "no"}), "Send the picture's bytes in Base64."),
    ):
        told = answer.json()
        assert (answer.status_code, told["field"], told["detail"]) == (422, "content", sentence)
    with django_capture_on_commit_callbacks(execute=True):
        assert able.post(f"{address}/image/removal").json()["image"] == ""
    assert list(media.glob("items/*")) == []


@pytest.mark.parametrize("name", ["0" * 40 + ".webp", "..%2F..%2Fsecret", "%00", "items%2Fx.webp"])
def test_what_no_item_shows_is_not_served(browse, media, name):
    (media / "items").mkdir()
    (media / "items" / ("0" * 40 + ".webp")).write_bytes(b"x")
    assert browse().get(f"/pictures/{name}").status_code == 404
