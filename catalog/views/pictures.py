"""Who may see the pictures of the catalogue? Anybody: they are served here, and only these."""

from django.http import FileResponse, Http404
from django.views.decorators.http import require_safe

from catalog.models import IMAGES, Item
from tms.ui import stored

YEAR = 365 * 24 * 60 * 60


@require_safe
def image(request, name):
    """A picture that an item shows. A name's picture never changes, so it is kept for a year."""
    item = Item.objects.filter(image=f"{IMAGES}{name}").only("image").first()
    if item is None:
        raise Http404
    response = FileResponse(stored.opened(item.image), content_type="image/webp")
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response
