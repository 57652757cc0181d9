"""What becomes of an uploaded picture? It is judged by its content, drawn anew, and kept by hash.

Nothing of the upload itself is kept: no name, no metadata, no bytes that only look like a picture.
The name is the hash of the bytes: the picture of a name never changes and may be cached for ever.
"""

import hashlib
import io

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from tms.refusals import Refusal

from .models import IMAGES

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 40_000_000
WIDTH, HEIGHT = 1600, 1200


def keep(upload) -> str:
    """Store the picture in `upload` (a file) and return its name in the storage.

    Refused: what isn't a JPEG, PNG, WebP or GIF by its content (an SVG isn't), too large ones, and
    broken ones. The same picture twice is one file. Cost: no query.
    """
    drawn = draw(upload)
    name = f"{IMAGES}{hashlib.sha256(drawn).hexdigest()[:40]}.webp"
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(drawn))
    return name


def draw(upload) -> bytes:
    """The picture as WebP, upright, at most 1600 by 1200, without metadata."""
    from PIL import Image, ImageOps, UnidentifiedImageError  # loaded by who draws one

    if upload.size > MOST_BYTES:
        raise Refusal(_("The picture is larger than 10 MB. Choose a smaller one."), field="image")
    try:
        upload.seek(0)
        with Image.open(upload, formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise too_many_points()
            picture.load()
            upright = ImageOps.exif_transpose(picture)
            has_holes = "A" in upright.getbands() or "transparency" in upright.info
            plain = upright.convert("RGBA" if has_holes else "RGB")
            plain.thumbnail((WIDTH, HEIGHT))
            target = io.BytesIO()
            plain.save(target, "WEBP", quality=84, method=4)
            return target.getvalue()
    except Refusal:
        raise
    except UnidentifiedImageError as error:
        raise Refusal(
            _("This isn't a picture that can be shown: choose a JPEG, PNG, WebP or GIF file."),
            field="image",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_many_points() from error
    # What Pillow raises over a broken file is anything at all: each decoder its own.
    except Exception as error:
        raise Refusal(
            _("The picture is broken and can't be read. Choose another one."), field="image"
        ) from error


def too_many_points() -> Refusal:
    return Refusal(
        _("The picture has more than 40 million points. Choose a smaller one."), field="image"
    )
