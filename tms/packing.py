"""How do answers travel? Packed, by a quicker gzip than Python's.

zlib at Django's level took a tenth of the time of a list; zlib-ng packs as small in a third of it.
"""

import gzip
import secrets

from django.middleware.gzip import GZipMiddleware, re_accepts_gzip
from django.utils.cache import patch_vary_headers
from zlib_ng import gzip_ng

LEVEL = 5
# What is shorter isn't worth it.
SHORTEST = 200
HEADER = 10


class Packed(GZipMiddleware):
    """As Django's middleware, but for what packs; what is streamed is left to Django's."""

    def process_response(self, request, response):
        if response.streaming or response.has_header("Content-Encoding"):
            return super().process_response(request, response)
        if len(response.content) < SHORTEST:
            return response
        patch_vary_headers(response, ("Accept-Encoding",))
        if not re_accepts_gzip.search(request.META.get("HTTP_ACCEPT_ENCODING", "")):
            return response
        packed = pack(response.content, hidden_by=self.max_random_bytes)
        if len(packed) >= len(response.content):
            return response
        response.content = packed
        response.headers["Content-Length"] = str(len(packed))
        etag = response.headers.get("ETag", "")
        if etag.startswith('"'):
            # Packed it isn't the same byte for byte.
            response.headers["ETag"] = f"W/{etag}"
        response.headers["Content-Encoding"] = "gzip"
        return response


def pack(content: bytes, *, hidden_by: int) -> bytes:
    """The content as gzip, with a name of random length in it: how long it is tells nobody what
    of a secret they guessed right (BREACH).
    """
    packed = gzip_ng.compress(content, compresslevel=LEVEL, mtime=0)
    header = bytearray(packed[:HEADER])
    header[3] = gzip.FNAME
    return bytes(header) + b"a" * secrets.randbelow(hidden_by) + b"\0" + packed[HEADER:]
