"""What was noted about a contact, an account or an opportunity?"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext_lazy

from tms.compiled import Rows
from tms.ui.access import allowed, staff
from tms.ui.dialogs import Dialog

from .. import forms, notes
from ..models import Note
from ..owners import CHANGE, SEE
from .tasks import is_put_away, owner_at

LISTED = 5


class Add(Dialog):
    """A note about one contact, account or opportunity; derived below for each of them."""

    title = gettext_lazy("Add note")
    submit = gettext_lazy("Add")
    form_class = forms.NoteForm
    changes = "notes"
    noun = ""

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.owner = owner_at(request, self.noun, kwargs["pk"])

    @property
    def subject(self):
        return str(self.owner)

    def perform(self, **answers):
        request = self.request
        notes.add(self.owner, at=request.now, on=request.today, by=request.user, **answers)

    def get_success_url(self):
        return self.owner.get_absolute_url()


class AddToContact(Add):
    noun, permission_required = "contact", CHANGE["contact"]


class AddToAccount(Add):
    noun, permission_required = "account", CHANGE["account"]


class AddToOpportunity(Add):
    noun, permission_required = "opportunity", CHANGE["opportunity"]


class NoteDialog(Dialog):
    """A question about one note, for who may change whom it is about."""

    changes = "notes"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        rows = Note.objects.select_related("contact", "account", "opportunity")
        self.note = get_object_or_404(rows, pk=kwargs["pk"])

    def may_open(self):
        return allowed(self.request.user, CHANGE[self.note.noun])

    @property
    def subject(self):
        return str(self.note.owner)

    @property
    def who(self):
        return {"at": self.request.now, "on": self.request.today, "by": self.request.user}

    def get_success_url(self):
        return self.note.owner.get_absolute_url()


class Edit(NoteDialog):
    title = gettext_lazy("Edit note")
    form_class = forms.NoteForm

    @property
    def versioned(self):
        return self.note

    def get_initial(self):
        return {"text": self.note.text}

    def perform(self, **answers):
        notes.edit(self.note.pk, **answers, **self.who)


class Remove(NoteDialog):
    title = gettext_lazy("Remove note")
    submit = gettext_lazy("Remove the note")
    danger = True

    def perform(self):
        notes.remove(self.note.pk, **self.who)


def panel(noun: str):
    """The newest notes about one contact, account or opportunity. One statement."""

    def written(owner_id):
        of_it = Note.objects.filter(**{noun: owner_id})
        return of_it.select_related("author").order_by("-pk")

    newest = Rows(lambda owner_id: written(owner_id)[: LISTED + 1])

    def draw(request, owner) -> str:
        every = "all_notes" in request.GET
        found = list(written(owner.pk)) if every else newest(owner_id=owner.pk)
        context = {
            "noun": noun,
            "owner": owner,
            "notes": found if every else found[:LISTED],
            "more": not every and len(found) > LISTED,
            "every": every,
            "url": reverse(f"crm:{noun}_notes", args=[owner.pk]),
            "add": reverse(f"crm:add_{noun}_note", args=[owner.pk]),
            "may_change": allowed(request.user, CHANGE[noun]),
            "may_add": allowed(request.user, CHANGE[noun]) and not is_put_away(owner),
        }
        return render_to_string("crm/_notes.html", context, request=request)

    return draw


def alone(noun: str):
    """The panel at its own address; `?all_notes=1`: every note."""
    draw = panel(noun)

    @staff(SEE[noun])
    def answer(request, pk):
        owner = owner_at(request, noun, pk)
        if not request.htmx:
            return redirect(f"{owner.get_absolute_url()}?{request.GET.urlencode()}")
        return HttpResponse(draw(request, owner))

    return answer
