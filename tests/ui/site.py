"""A site of two pages for the tests: a list of facts and dialogs about them, as an app has them."""

import datetime

from django import forms as fields
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import include, path

from tms import journal
from tms.consequences import Consequence
from tms.models import JournalRow, User
from tms.refusals import Refusal
from tms.ui import filters, forms, tables
from tms.ui.access import learner, staff
from tms.ui.dialogs import Dialog, Done
from tms.ui.lists import LINE, Action, Empty, ListPage

KINDS = [("fact.open", "Open"), ("fact.over", "Over")]


class FactTable(tables.Table):
    kind = tables.Status(KINDS, verbose_name="Status")
    reason = tables.Link("fact", main=True, sort="reason", verbose_name="Name")
    on = tables.Day(sort="on", verbose_name="Day", needs=("source",), note="source")
    subject_id = tables.Number(sort="subject_id", verbose_name="Uses")
    operation = tables.Column(hidden=True, verbose_name="Note")


class FactFilter(filters.FilterSet):
    q = filters.Search(field_name="reason", fold=True)
    kind = filters.Choice(choices=KINDS, label="Status", every="Every status")
    day = filters.DayRange(field_name="on", label="Between")

    class Meta(filters.FilterSet.Meta):
        model = JournalRow
        fields = ()


class Facts(ListPage):
    title = "Facts"
    table, filterset, sort = FactTable, FactFilter, "-on"
    permission_required = "tms.change_settings"
    export_name = "facts"
    changes = "facts"
    empty = Empty("No facts yet", "A fact happened.", Action("Add Fact", "/facts/new/", "plus"))

    def queryset(self):
        return JournalRow.objects.filter(subject_kind="fact")

    def actions(self):
        return [Action("Add Fact", "/facts/new/", "plus")]

    def bulk(self):
        return [Action("End", "/facts/end/", "ban")]

    def dim(self, row):
        return row["kind"] == "fact.over"

    def menu(self, row):
        yield Action("Edit", f"/facts/{row['pk']}/edit/", "pencil")
        yield Action("Manage", "/users/", "users", permission="tms.manage_users")
        yield LINE
        yield Action("End", f"/facts/end/?ids={row['pk']}", "ban", danger=True)


class OfSubject(Facts):
    """The same list inside another page."""

    def queryset(self):
        return super().queryset().filter(subject_id=self.kwargs["subject_id"])


@staff("tms.change_settings")
def subject(request, subject_id):
    listing = OfSubject.at(request, subject_id=subject_id)
    return listing.answer() or render(
        request, "ui/list.html", {"view": listing.page, "listing": listing}
    )


class FactForm(forms.Form):
    name = fields.CharField(help_text="People see it.")
    on = fields.DateField(label="Day")
    note = fields.CharField(required=False, widget=fields.Textarea)


class New(Dialog):
    title = "Add Fact"
    subject = "to the record"
    submit = "Add the fact"
    changes = ("facts", "figures")
    done_url = "/facts/"
    permission_required = "tms.change_settings"
    form_class = FactForm

    def get_initial(self):
        return {"on": self.request.today}

    def perform(self, name, on, note):
        fact = write(name, on=on, by=self.request.user, note=note)
        if name == "refused":
            raise Refusal("That takes 3 Gold and the account has 1.")
        if name == "taken":
            raise Refusal("Another one is called that.", field="name")
        if name == "far":
            return f"/facts/{fact.pk}/"
        return Done(says="It was sent.") if name == "told" else None


class Rename(Dialog):
    """Edits a user, as a row with a version: the versions stand in `User.joined_at` here."""

    title = "Rename"
    permission_required = "tms.change_settings"
    done_url = "/facts/"

    class form_class(forms.Form):  # noqa: N801
        name = fields.CharField()

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.user = User.objects.get(pk=kwargs["pk"])
        self.version = self.user.joined_at and self.user.joined_at.year

    def get_initial(self):
        return {"name": self.user.name}

    def perform(self, name):
        User.objects.filter(pk=self.user.pk).update(
            name=name, joined_at=self.user.joined_at + datetime.timedelta(days=366)
        )


class End(Dialog):
    title = "End"
    submit = "End the facts"
    danger = True
    previews = True
    changes = "facts"
    permission_required = "tms.change_settings"
    done_url = "/facts/"

    class form_class(forms.Form):  # noqa: N801
        reason = fields.CharField()
        until = fields.DateField(required=False)

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.facts = Facts.selected(request)

    def perform(self, reason, until):
        names = tuple(self.facts.order_by("id").values_list("reason", flat=True))
        if not names:
            raise Refusal("Nothing is ticked.")
        write("an end", by=self.request.user, note=reason, kind="fact.over")
        return [Consequence("closes", f"{len(names)} end", len(names) + (2 if until else 0), names)]


def write(
    name,
    *,
    on=datetime.date(2026, 11, 1),
    by=None,
    uses=1,
    kind="fact.open",
    note="",
    source="page",
):
    return journal.write(
        kind, uses, at=datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC), on=on, by=by,
        reason=name, operation=note, source=source,
    )  # fmt: skip


@staff
def fact(request, pk):
    return HttpResponse("a fact")


@learner
def mine(request):
    return render(request, "learner.html")


@staff(("tms.change_settings", "tms.export"))
def both(request):
    return render(request, "staff.html")


def broken(request):
    raise ZeroDivisionError


urlpatterns = [
    path("facts/", Facts.as_view(), name="facts"),
    path("facts/new/", New.as_view()),
    path("facts/end/", End.as_view()),
    path("facts/<int:pk>/", fact, name="fact"),
    path("subjects/<int:subject_id>/", subject),
    path("users/<int:pk>/name/", Rename.as_view()),
    path("mine/", mine),
    path("both/", both),
    path("broken/", broken),
    path("", include("tms.urls")),
]
