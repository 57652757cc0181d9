"""What is too big or has too much in it is refused, and what isn't shown is kept, not opened."""

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.test import RequestFactory

from lms import file_kinds, uploads
from lms.scorm import elements
from tms.refusals import Refusal


def test_a_file_that_is_too_big_is_refused(monkeypatch):
    file = ContentFile(b"%PDF-1.7 and more", name="slides.pdf")
    uploads.refuse_unless(file, video=False)
    monkeypatch.setattr(uploads, "BIGGEST", 10)
    with pytest.raises(Refusal, match="larger than 500 MB"):
        uploads.refuse_unless(file, video=False)


@pytest.mark.parametrize("asked", [{}, {"Range": "bytes=0-3"}])
@pytest.mark.parametrize(
    ("content", "shown"), [(b"%PDF-1.7", "inline"), (b"<html><script>", "attachment")]
)
def test_only_what_is_known_is_shown(asked, content, shown):
    request = RequestFactory().get("/", headers=asked)
    answer = uploads.served(request, ContentFile(content, name="it"))
    assert answer["Content-Disposition"].startswith(shown)
    assert "html" not in answer["Content-Type"]


def test_a_document_of_too_many_parts_is_none(monkeypatch):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name in ("[Content_Types].xml", "word/document.xml", "more.xml"):
            file.writestr(name, "")
    assert file_kinds.kind_of(packed) == file_kinds.FileKind.DOCUMENT
    monkeypatch.setattr(file_kinds, "MOST_PARTS", 2)
    assert file_kinds.kind_of(packed) is None


def test_a_package_sets_no_more_values_than_it_may(monkeypatch):
    said = {"cmi.core.lesson_location": "1", "cmi.suspend_data": "x"}
    assert elements.wrong("1.2", said) == ""
    monkeypatch.setattr(elements, "MOST_ELEMENTS", 1)
    assert elements.wrong("1.2", said) == "values"
