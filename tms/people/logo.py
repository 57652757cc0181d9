"""Is that a picture, and can it be shown from our own address without harm?"""

import io

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _

from tms.refusals import Refusal

LARGEST_FILE = 5 * 1024 * 1024
LARGEST_PICTURE = 40_000_000  # pixels, before it is made small
SIDE = 600
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")


def redrawn(upload) -> ContentFile:
    """The picture drawn anew as a PNG of at most 600 by 600 pixels.

    What it is is decided by its content. Nothing of the file survives but the pixels: no script,
    no metadata, no second format hidden in the first. Refused: SVG, HTML, anything else, and what
    is too large.
    """
    from PIL import Image, ImageOps  # loaded by who draws one

    no = Refusal(_("Upload a PNG, JPEG, WebP or GIF of at most 5 MB."), field="logo")
    if upload.size > LARGEST_FILE:
        raise no
    try:
        with Image.open(upload, formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > LARGEST_PICTURE:
                raise no
            picture.load()
            drawn = ImageOps.exif_transpose(picture).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise no from error
    drawn.thumbnail((SIDE, SIDE))
    written = io.BytesIO()
    drawn.save(written, "PNG", optimize=True)
    return ContentFile(written.getvalue(), name="logo.png")
