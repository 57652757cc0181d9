"""What does an icon look like? Lucide's drawing by name, inline, hidden from screen readers."""

import functools
from importlib import resources
from xml.etree import ElementTree
from zipfile import ZipFile

from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist


@functools.cache
def _icons() -> ZipFile:
    """All of Lucide, opened once: to read what is in it takes longer than to draw a page."""
    return ZipFile(str(resources.files("lucide").joinpath("lucide.zip")))


@functools.cache
def drawing(name: str) -> str:
    """The shapes of the icon called `name`, without the svg around them.

    Raises lucide.IconDoesNotExist for a name that Lucide doesn't know.
    """
    try:
        svg = _icons().read(f"{name}.svg")
    except KeyError:
        raise IconDoesNotExist(f"The icon {name!r} does not exist.") from None
    parts = []
    for shape in ElementTree.fromstring(svg):  # noqa: S314 - a file of a package of ours
        tag = shape.tag.rpartition("}")[2]
        attributes = "".join(f' {key}="{value}"' for key, value in shape.attrib.items())
        parts.append(f"<{tag}{attributes}/>")
    return "".join(parts)


@functools.cache
def icon(name: str) -> SafeString:
    """The whole svg: says nothing to screen readers, so that words stand beside it."""
    svg = f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{drawing(name)}</svg>'
    return mark_safe(svg)


def symbols(names) -> SafeString:
    """Drawings kept once in a page, for rows that repeat them by `<use href="#i-name">`."""
    drawings = "".join(
        f'<symbol id="i-{name}" viewBox="0 0 24 24">{drawing(name)}</symbol>'
        for name in sorted(names)
    )
    return mark_safe(f"<svg hidden>{drawings}</svg>") if drawings else SafeString("")


@functools.cache
def use(name: str) -> str:
    """A reference to a drawing of `symbols`."""
    return f'<svg class="icon" aria-hidden="true"><use href="#i-{name}"/></svg>'
