"""What stands for a course without a picture? Straps, drawn here: always the same for one item."""

import functools

from django.utils.safestring import SafeString, mark_safe

# Each pattern: the strap in full colour, then the paler ones that lie under or over it.
PATTERNS = (
    (("a", "M70 -25C70 130 250 130 250 -25"), ("b", "M-25 96H345")),
    (
        ("a", "M60 165C40 40 160 10 170 70S280 110 265 -25"),
        ("b", "M-20 60C60 60 120 100 345 92"),
    ),
    (
        ("a", "M-20 30C80 10 120 130 200 110S300 10 345 40"),
        ("b", "M-20 118C60 150 150 30 340 116"),
    ),
    (("a", "M100 165C100 20 220 20 220 165"), ("b", "M-25 50C80 50 240 100 345 60")),
    (
        ("a", "M-20 20C120 20 90 120 180 120S250 40 345 40"),
        ("b", "M-20 110C40 60 100 60 150 20S240 -20 260 -30"),
    ),
    (
        ("a", "M-20 150L190 -30"),
        ("b", "M110 170L330 -20"),
        ("a", "M-20 40C90 40 220 110 345 110"),
    ),
)
HUES = 6


@functools.lru_cache(maxsize=len(PATTERNS) * HUES)
def _drawn(pattern: int, hue: int) -> SafeString:
    straps = "".join(
        f'<path class="edge" d="{d}"/><path class="{which}" d="{d}"/>'
        f'<path class="stitch" d="{d}"/><path class="{which} core" d="{d}"/>'
        for which, d in PATTERNS[pattern]
    )
    return mark_safe(  # noqa: S308 - nothing here comes from outside
        f'<svg class="cover" data-hue="{hue}" viewBox="0 0 320 140" '
        f'preserveAspectRatio="xMidYMid slice" aria-hidden="true">{straps}</svg>'
    )


def cover(item_id: int, category_id: int | None = None) -> SafeString:
    """The svg of an item, in the hue of its category."""
    return _drawn(item_id * 7 % len(PATTERNS), (category_id or item_id) % HUES + 1)
