"""What a page says, and how a dialog is sent: for tests of pages."""

import re
from html import unescape

from django.utils.html import strip_tags

HTMX = {"HX-Request": "true"}


def text(response) -> str:
    """What a page says, as one line."""
    html = re.sub(
        r"<(script|style|svg).*?</\1>|</?mark>", "", response.content.decode(), flags=re.DOTALL
    )
    return " ".join(unescape(strip_tags(html.replace("<", " <"))).split())


def names(response) -> list[str]:
    """The rows of a list, by their headings."""
    found = re.findall(
        r'<th scope="row"[^>]*>(.*?)</th>', response.content.decode(), flags=re.DOTALL
    )
    return [unescape(strip_tags(each)).strip() for each in found]


def send(client, url, answers=None, **extra):
    """Open the dialog as htmx does and send it with its hidden fields."""
    shown = client.get(url, headers=HTMX)
    assert shown.status_code == 200
    html = shown.content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    hidden.pop("csrfmiddlewaretoken", None)
    return client.post(url, hidden | (answers or {}) | extra, headers=HTMX)
