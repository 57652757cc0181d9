"""How is a chart written? As svg, by Python: a hundred bars are a hundred rounds of a template."""

from html import escape

from django.utils.safestring import SafeString, mark_safe


def framed(chart, inside: str) -> SafeString:
    """The chart with its title, and all of it in words for who doesn't see it."""
    key = escape(chart.key)
    return mark_safe(
        f'<svg class="chart" role="img" aria-labelledby="{key}-title {key}-desc" width="100%" '
        f'height="{chart.height}"><title id="{key}-title">{escape(str(chart.title))}</title>'
        f'<desc id="{key}-desc">{escape(str(chart.says))}</desc>{inside}</svg>'
    )


def bars(chart) -> SafeString:
    """Stacked bars (tms.ui.charts.Bars)."""
    parts = []
    for bar in chart.bars:
        parts += [
            f'<rect class="s{part.series}" x="{bar.x}%" y="{part.at}" width="{chart.width}%" '
            f'height="{part.length}" rx="2"><title>{escape(part.title)}</title></rect>'
            for part in bar.parts
        ]
        if not bar.parts:
            parts.append(
                f'<rect class="none" x="{bar.x}%" y="{chart.base - 3}" width="{chart.width}%" '
                'height="3" rx="1"/>'
            )
        if bar.total:
            parts.append(
                f'<text class="value" x="{bar.middle}%" y="{bar.top}" text-anchor="middle">'
                f"{escape(bar.total)}</text>"
            )
        if bar.label:
            parts.append(
                f'<text x="{bar.middle}%" y="{chart.labels}" text-anchor="middle">'
                f"{escape(bar.label)}</text>"
            )
    parts.append(f'<line class="axis" x1="0" x2="100%" y1="{chart.base}" y2="{chart.base}"/>')
    return framed(chart, "".join(parts))


def across(chart) -> SafeString:
    """Bars that lie, each below its name (tms.ui.charts.Across)."""
    parts = []
    for bar in chart.bars:
        parts.append(
            f'<text x="0" y="{bar.text_y}">{escape(bar.label)}</text><text class="value" x="100%" '
            f'y="{bar.text_y}" text-anchor="end">{escape(bar.total)}</text>'
        )
        parts += [
            f'<rect class="s{part.series}" x="{part.at}%" y="{bar.y}" width="{part.length}%" '
            f'height="{chart.thick}" rx="2"><title>{escape(part.title)}</title></rect>'
            for part in bar.parts
        ]
        if not bar.parts:
            parts.append(
                f'<rect class="none" x="0" y="{bar.y}" width="100%" height="{chart.thick}" rx="2"/>'
            )
    return framed(chart, "".join(parts))


def lines(chart) -> SafeString:
    """Lines over time (tms.ui.charts.Lines)."""
    grid = "".join(
        f'<line class="grid" x1="0" x2="100%" y1="{tick.at}" y2="{tick.at}"/>'
        for tick in chart.ticks
    )
    area = f'<path class="area s1" d="{chart.area}"/>' if chart.area else ""
    paths = "".join(f'<path class="s{line.series}" d="{line.path}"/>' for line in chart.lines)
    ticks = "".join(
        f'<text class="tick" x="0" y="{tick.at}" dy="-4">{escape(tick.text)}</text>'
        for tick in chart.ticks
    )
    marks = "".join(
        f'<text x="{mark.at}%" y="{chart.labels}" text-anchor="{mark.anchor}">'
        f"{escape(mark.text)}</text>"
        for mark in chart.marks
    )
    return framed(
        chart,
        f'{grid}<line class="axis" x1="0" x2="100%" y1="{chart.base}.5" y2="{chart.base}.5"/>'
        f'<svg y="{chart.top}" width="100%" height="{chart.plane}" '
        f'viewBox="0 0 100 {chart.plane}" preserveAspectRatio="none">{area}{paths}</svg>'
        f"{ticks}{marks}",
    )
