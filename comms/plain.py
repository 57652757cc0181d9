"""How does a letter read without its markup? Headings, lists and links as people type them."""

import re
from html.parser import HTMLParser

WIDTH = 72
BLANKS = re.compile(r"[ \t\n\r\f]+")


def text_of(html: str) -> str:
    """HTML as `catalog.richtext` lets it through, as plain text: paragraphs with a line between.

    A link is its text with the address in brackets; where both are the same it stands once.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.break_off()
    return "\n\n".join(text for _number, text in reader.blocks)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        # Text, and of which of the lists it is (0: of none).
        self.blocks: list[tuple[int, str]] = []
        self.list_number = 0
        self.line: list[str] = []
        # The lists that we are in: the number of the point, or None where they aren't numbered.
        self.lists: list[int | None] = []
        self.points: list[str] = []
        self.heading = self.quoted = 0
        self.link: tuple[str, int] | None = None

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "br":
            self.line.append("\n")
        elif tag in ("h3", "h4"):
            self.break_off()
            self.heading = 3 if tag == "h3" else 4
        elif tag in ("ul", "ol"):
            self.break_off()
            self.list_number += not self.lists
            start = given.get("start") or "1"
            self.lists.append((int(start) if start.isdecimal() else 1) if tag == "ol" else None)
        elif tag == "li":
            self.break_off()
            self.points.append(self.mark())
        elif tag == "blockquote":
            self.break_off()
            self.quoted += 1
        elif tag == "p":
            self.break_off()
        elif tag == "a":
            self.link = (given.get("href") or "", len(self.line))

    def handle_endtag(self, tag):
        if tag == "a" and self.link:
            address, begin = self.link
            said = "".join(self.line[begin:]).strip()
            shown = address.removeprefix("mailto:").removeprefix("tel:")
            if shown and said != shown:
                self.line.append(f" ({shown})" if said else shown)
            self.link = None
        elif tag in ("p", "h3", "h4", "li", "blockquote", "ul", "ol"):
            self.break_off()
            if tag in ("ul", "ol") and self.lists:
                self.lists.pop()
            elif tag == "li" and self.points:
                self.points.pop()
            elif tag == "blockquote" and self.quoted:
                self.quoted -= 1
            self.heading = 0

    def handle_data(self, data):
        self.line.append(BLANKS.sub(" ", data))

    def mark(self) -> str:
        """What the next point of the list that we are in begins with."""
        if not self.lists or self.lists[-1] is None:
            return "- "
        self.lists[-1] += 1
        return f"{self.lists[-1] - 1}. "

    def break_off(self) -> None:
        """What was gathered is a block of its own; points of a list stand line under line."""
        lines = [line.strip() for line in "".join(self.line).split("\n")]
        self.line, self.link = [], None
        text = "\n".join(lines).strip()
        if not text:
            return
        if self.heading:
            longest = min(max(map(len, text.split("\n"))), WIDTH)
            text += "\n" + ("=" if self.heading == 3 else "-") * longest
        begin = self.indented()
        text = "\n".join(
            f"{begin if not number else ' ' * len(begin)}{line}".rstrip()
            for number, line in enumerate(text.split("\n"))
        )
        if self.quoted:
            text = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
        number = self.list_number if self.points else 0
        if number and self.blocks and self.blocks[-1][0] == number:
            text = f"{self.blocks.pop()[1]}\n{text}"
        self.blocks.append((number, text))

    def indented(self) -> str:
        """The mark of the point, once, and otherwise as many blanks."""
        if not self.points:
            return ""
        outer = "  " * (len(self.points) - 1)
        mark, self.points[-1] = self.points[-1], " " * len(self.points[-1])
        return outer + mark
