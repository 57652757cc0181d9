"""Which course is meant? Fields to choose one, or several, by a few letters, in any form."""

from django.db.models import Value
from django.urls import reverse_lazy

from tms.text import Fold
from tms.ui.combobox import ComboboxField, SeveralField

from .models import Item, ItemStatus

OPTIONS = reverse_lazy("catalog:course_options")


def courses_matching(courses, text: str):
    """Those of the courses that have every word in title, code or summary, by title."""
    for word in text.replace("\x00", "").split()[:8]:
        courses = courses.filter(search_text__contains=Fold(Value(word)))
    return courses.order_by("title_key", "pk")


def choosable():
    """The courses that can be chosen for something new: all but archived ones."""
    return Item.objects.courses().exclude(status=ItemStatus.ARCHIVED)


def course_field(**particulars) -> ComboboxField:
    """One course."""
    return ComboboxField(choosable(), url=OPTIONS, find=courses_matching, **particulars)


def courses_field(**particulars) -> SeveralField:
    """Several courses, as chips, in their order."""
    return SeveralField(choosable(), url=OPTIONS, find=courses_matching, **particulars)
