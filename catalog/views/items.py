"""Courses and learning paths: their lists, what is done to both alike."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog import items, tables
from catalog.filters import ItemFilter
from catalog.forms.item import ItemForm, TitleForm, begin_with
from catalog.models import Item, ItemKind, ItemStatus
from tms.ui.dialogs import Dialog, Done
from tms.ui.lists import LINE, Action, Empty, ListPage

from .asked import CHANGE, LOOK, Of, Press, who
from .drafts import Drafted

# Lists


class Items(ListPage):
    permission_required = LOOK
    filterset, sort = ItemFilter, "title"
    values = ("status",)
    keeps = True
    changes = "items"

    def kind(self, row):
        return {"status": row["status"]}

    def menu(self, row):
        yield from entries(row["pk"], row["status"])

    def dim(self, row):
        return row["status"] == ItemStatus.ARCHIVED


class Courses(Items):
    title = gettext_lazy("Courses")
    table = tables.CourseTable
    export_name = "courses"
    empty = Empty(
        gettext_lazy("No course yet"),
        gettext_lazy("A course is what is taught; its events are when and where."),
    )

    def queryset(self):
        return tables.courses(self.request.today).all()

    def actions(self):
        url = reverse("catalog:create_course")
        yield Action(_("Create Course"), url, "plus", permission=CHANGE)


class Paths(Items):
    title = gettext_lazy("Learning Paths")
    table = tables.PathTable
    export_name = "learning-paths"
    empty = Empty(
        gettext_lazy("No learning path yet"),
        gettext_lazy("A learning path is an ordered set of courses taken together."),
    )

    def queryset(self):
        return tables.paths().all()

    def actions(self):
        url = reverse("catalog:create_path")
        yield Action(_("Create Learning Path"), url, "plus", permission=CHANGE)


def entries(pk, status, *, looking=True):
    """The menu of an item, in its list and on its page."""

    def to(name):
        return reverse(f"catalog:{name}", args=[pk])

    if looking:
        yield Action(_("Edit"), to("edit_item"), "pencil", dialog=False, permission=CHANGE)
    if looking and items.may("publish", status):
        yield Action(_("Publish"), to("publish_item"), "check", permission=CHANGE)
    if items.may("restore", status):
        yield Action(_("Restore"), to("restore_item"), "archive-restore", permission=CHANGE)
    yield Action(_("Duplicate"), to("duplicate_item"), "copy", permission=CHANGE)
    yield LINE
    if items.may("archive", status):
        yield Action(_("Archive"), to("archive_item"), "archive", danger=True, permission=CHANGE)
    yield Action(_("Delete"), to("delete_item"), "trash-2", danger=True, permission=CHANGE)


def address_of(item) -> str:
    return reverse(f"catalog:{item.kind}", args=[item.pk])


# Verbs


class CreateCourse(Dialog):
    title = gettext_lazy("Create Course")
    submit = gettext_lazy("Create")
    permission_required = (LOOK, CHANGE)
    form_class = TitleForm
    kind = ItemKind.COURSE

    def perform(self, **answers):
        return address_of(items.create(kind=self.kind, **answers, **who(self.request)))


class CreatePath(CreateCourse):
    title = gettext_lazy("Create Learning Path")
    kind = ItemKind.PATH


class OfItem(Of):
    rows = Item.objects
    permission_required = (LOOK, CHANGE)
    changes = ("items", "item")

    def get_success_url(self):
        return self.back() or address_of(self.row)


class EditItem(Drafted, OfItem):
    """A page of its own: the editor of rich text needs room."""

    title = gettext_lazy("Edit")
    form_class = ItemForm
    template_name = "catalog/item_form.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.versioned = self.row
        self.about = f"item {self.row.pk}"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"item": self.row}

    def get_initial(self):
        return begin_with(self.row) | super().get_initial()

    def back(self):
        return super().back() or address_of(self.row)

    def perform(self, **answers):
        items.edit(self.row, **answers, **self.who())
        return address_of(self.row)


class DuplicateItem(OfItem):
    title = gettext_lazy("Duplicate")
    submit = gettext_lazy("Duplicate")
    form_class = TitleForm
    previews, tells = True, False

    def get_initial(self):
        return {"title": self.row.title, "code": f"{self.row.code}-2"[:40]}

    def perform(self, **answers):
        copy, told = items.duplicate(self.row, **answers, **self.who())
        return Done(goes_to=address_of(copy), consequences=told)


class PressItem(OfItem, Press):
    pass


class PublishItem(PressItem):
    title = submit = gettext_lazy("Publish")
    sentence = gettext_lazy("Learners find it in the catalogue from now on.")

    def perform(self):
        items.publish(self.row, **self.who())


class RestoreItem(PressItem):
    title = submit = gettext_lazy("Restore")
    sentence = gettext_lazy("It comes back as it was before: published, or as a draft.")

    def perform(self):
        items.restore(self.row, **self.who())


class ArchiveItem(PressItem):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive it")
    sentence = gettext_lazy("It leaves the catalogue. Who is registered goes on.")
    danger = previews = True

    def perform(self):
        return items.archive(self.row, **self.who())


class DeleteItem(PressItem):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete it")
    sentence = gettext_lazy("It goes for good, with its texts, content, picture and prices.")
    danger = True

    def perform(self):
        items.delete(self.row, **self.who())
        return reverse("catalog:courses" if self.row.kind == ItemKind.COURSE else "catalog:paths")
