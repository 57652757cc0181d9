"""How is text compared and sorted for people? Without case and without accents."""

from django.db.models import Func, TextField


class Fold(Func):
    """The database's `fold(text)`: lower case, no accents; immutable, so that it can be indexed."""

    function = "fold"
    output_field = TextField()
