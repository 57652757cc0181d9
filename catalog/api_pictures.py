"""How do programs give a course or a learning path its picture, and take it away?"""

import base64
import binascii
from typing import Annotated

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from pydantic import Field

from tms.programs.fields import Asked, Version
from tms.programs.looking import held
from tms.programs.resource import who
from tms.refusals import Refusal

from . import items as verbs
from .api import ItemWhole, catalogue, told_item
from .models import Item


class Picture(Asked):
    """A picture, in the text of the body."""

    content: Annotated[
        str,
        Field(min_length=1, description="JPEG, PNG, WebP or GIF, its bytes in Base64."),
    ]
    version: Version | None = None


class NoPicture(Asked):
    version: Version | None = None


@catalogue.writes("/items/{int:pk}/image", scope="catalogue:write", answer=ItemWhole)
def give_item_image(request, pk: int, asked: Picture):
    """Give a course or a learning path a picture, in the place of the one it has.

    It is judged by its content, drawn anew, at most 1600 by 1200 points, and kept without what the
    file said besides. The address under `image` is another one for every picture.
    """
    item = held(Item.objects, pk, asked.version)
    try:
        content = base64.b64decode(asked.content, validate=True)
    except (binascii.Error, ValueError):
        raise Refusal(_("Send the picture's bytes in Base64."), field="content") from None
    try:
        verbs.edit(item, image=ContentFile(content, "picture"), **who(request))
    except Refusal as no:
        raise Refusal(str(no), field="content") from no
    return told_item(pk)


@catalogue.writes("/items/{int:pk}/image/removal", scope="catalogue:write", answer=ItemWhole)
def remove_item_image(request, pk: int, asked: NoPicture):
    """Take a picture away. Without one nothing happens."""
    verbs.edit(held(Item.objects, pk, asked.version), image=None, **who(request))
    return told_item(pk)
