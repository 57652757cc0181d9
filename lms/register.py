"""What learning brings to the shell and to other pages."""

from tms.ui.register import Panel

from .views import content

PANELS = [
    Panel("course", "content", content.draw, "catalog.view_catalogue", position=20),
]
