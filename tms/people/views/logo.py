"""The organisation's logo, shown to anybody: it stands on the sign-in page."""

from django.http import Http404, HttpResponse

from tms.ui import stored


def logo(request, name):
    """The present logo and no other file, whatever name is asked for.

    A new logo has a new name, so this one may be kept for a year. It was redrawn by us as a PNG.
    """
    kept = request.organisation.logo
    if not kept or kept.name.rpartition("/")[2] != name:
        raise Http404
    with stored.opened(kept) as file:
        response = HttpResponse(file.read(), content_type="image/png")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    return response


logo.audience, logo.permission = "anyone", None
