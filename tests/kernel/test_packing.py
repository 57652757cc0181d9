"""Answers are packed: small, as they were when unpacked, and of a length that tells nothing."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from tms.packing import Packed, pack

PAGE = b"<p>The same again and again.</p>" * 200


def answered(response, accept="gzip, deflate, br"):
    request = RequestFactory().get("/", headers={"Accept-Encoding": accept} if accept else {})
    return Packed(lambda request: response)(request)


def test_a_page_is_packed_and_is_itself_again():
    response = answered(HttpResponse(PAGE))
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(response.content) == int(response.headers["Content-Length"]) < len(PAGE) / 10
    assert gzip.decompress(response.content) == PAGE
    assert response.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("accept", ["", "br", "deflate"])
def test_who_does_not_unpack_gets_it_as_it_is(accept):
    response = answered(HttpResponse(PAGE), accept)
    assert response.content == PAGE
    assert "Content-Encoding" not in response.headers
    assert response.headers["Vary"] == "Accept-Encoding"


def test_what_is_short_or_would_grow_or_is_packed_already_stays():
    unlike = bytes(range(256))
    for content in (b"short" * 30, unlike):
        response = answered(HttpResponse(content))
        assert (response.content, "Content-Encoding" in response.headers) == (content, False)
    response = answered(HttpResponse(PAGE, headers={"Content-Encoding": "br"}))
    assert (response.content, response.headers["Content-Encoding"]) == (PAGE, "br")


def test_what_is_streamed_is_packed_as_it_comes():
    response = answered(StreamingHttpResponse(iter([PAGE, PAGE])))
    assert gzip.decompress(b"".join(response.streaming_content)) == PAGE * 2


@pytest.mark.parametrize(("said", "packed"), [('"7"', 'W/"7"'), ('W/"7"', 'W/"7"')])
def test_a_packed_answer_is_only_weakly_the_same(said, packed):
    assert answered(HttpResponse(PAGE, headers={"ETag": said})).headers["ETag"] == packed


def test_its_length_says_nothing_about_a_secret_in_it():
    lengths = {len(pack(PAGE, hidden_by=100)) for _ in range(60)}
    assert len(lengths) > 10
    assert max(lengths) - min(lengths) < 100
