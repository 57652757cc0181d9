"""How is a stored file shown that may be lost? A restored database may name files that aren't."""

import logging

from django.http import Http404

told = logging.getLogger(__name__)


def opened(file):
    """The file of a row, open for reading. Raises Http404 where it is lost, and the log says so."""
    try:
        return file.open("rb")
    except FileNotFoundError as lost:
        told.error("The file %s is lost: bring it back into MEDIA_ROOT from a backup.", file.name)
        raise Http404 from lost
