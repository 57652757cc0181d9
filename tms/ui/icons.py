"""What does an icon look like? Lucide's drawing by name, inline, hidden from screen readers."""

import functools

from django.utils.safestring import SafeString, mark_safe
from lucide import _load_icon


@functools.cache
def drawing(name: str) -> str:
    """The shapes of the icon called `name`, without the svg around them.

    Raises lucide.IconDoesNotExist for a name that Lucide doesn't know.
    """
    from_set = _load_icon(name)
    parts = []
    for shape in from_set:
        tag = getattr(shape.tag, "text", shape.tag)
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
