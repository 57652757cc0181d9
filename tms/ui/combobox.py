"""How is one of very many rows chosen? By typing a few letters; the server finds the matches.

    contact = ComboboxField(queryset, url=..., find=contacts_matching)      one row
    contacts = SeveralField(queryset, url=..., find=contacts_matching)      several, as chips

The address answers `options(...)` for `?q=`. Without scripts the same `find` is asked with what was
typed when the form is sent: one match is taken, several are offered to choose from.
"""

import re

from django import forms
from django.http import HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

OFFERED = 10


def options(request, rows, *, aside=None) -> HttpResponse:
    """The answer of a combobox's address: its listbox's options, or that nothing matches."""
    found = [
        format_html(
            '<div role="option" data-value="{}" data-label="{}"><span>{}</span>{}</div>',
            row.pk,
            label_of(row),
            label_of(row),
            format_html("<small>{}</small>", aside(row)) if aside and aside(row) else "",
        )
        for row in rows[:OFFERED]
    ]
    if not found:
        sentence = _("Nothing matches.")
        return HttpResponse(
            format_html('<div role="option" aria-disabled="true"><span>{}</span></div>', sentence)
        )
    return HttpResponse(format_html_join("", "{}", ((each,) for each in found)))


def label_of(row) -> str:
    """What a row is called among many: its `choice_label`, where its text alone says too little."""
    return str(getattr(row, "choice_label", row))


class Combobox(forms.Widget):
    """An input to type in, and the id of what was chosen; `matches` is set when several match."""

    template_name = "ui/combobox.html"
    several = False
    # Under which names it stands in an address, where a list is narrowed by it.
    widgets_names = ("", "_typed")

    def __init__(self, attrs=None):
        super().__init__(attrs)
        self.url, self.sent_with, self.matches = "", "", ()
        self.labels = {}

    def typed_name(self, name):
        return f"{name}_typed"

    def value_from_datadict(self, data, files, name):
        return data.get(name, ""), data.get(self.typed_name(name), "")

    def value_omitted_from_data(self, data, files, name):
        return name not in data and self.typed_name(name) not in data

    def get_context(self, name, value, attrs):
        context = super().get_context(name, None, attrs)
        chosen, typed = value if isinstance(value, tuple) else (value or "", "")
        context["widget"] |= {
            "url": self.url,
            "sent_with": self.sent_with,
            "typed_name": self.typed_name(name),
            "typed": typed,
            "matches": self.matches,
            "several": self.several,
            **self.shown(chosen, typed),
        }
        return context

    def shown(self, chosen, typed) -> dict:
        return {"chosen": chosen, "typed": self.labels.get(str(chosen), typed)}


class ComboboxField(forms.ModelChoiceField):
    """One row of `queryset`; `find(queryset, text)` narrows it by what was typed."""

    widget = Combobox

    def __init__(self, queryset, *, url="", find=None, sent_with="", **kwargs):
        super().__init__(queryset, **kwargs)
        self.find = find
        self.widget.url, self.widget.sent_with = url, sent_with

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.widget.labels, copied.widget.matches = {}, ()
        return copied

    # A list of all rows is never drawn, and never asked for.
    def _set_queryset(self, queryset):
        self._queryset = None if queryset is None else queryset.all()

    queryset = property(lambda self: self._queryset, _set_queryset)

    def prepare_value(self, value):
        if hasattr(value, "_meta"):
            self.widget.labels[str(value.pk)] = label_of(value)
            return value.pk
        return value

    def clean(self, value):
        chosen, typed = value if isinstance(value, tuple) else (value, "")
        if not chosen and typed.strip():
            return self.matching(typed.strip())
        row = super().clean(chosen)
        if row is not None:
            self.widget.labels[str(row.pk)] = label_of(row)
        return row

    def matching(self, typed):
        """The one row that matches what was typed; else the reader chooses among those that do."""
        found = list(self.find(self.queryset, typed)[: OFFERED + 1]) if self.find else []
        same = [row for row in found if label_of(row).casefold() == typed.casefold()]
        if len(same) == 1 or len(found) == 1:
            row = (same or found)[0]
            self.widget.labels[str(row.pk)] = label_of(row)
            return row
        if not found:
            raise forms.ValidationError(
                _("Nothing matches “%(text)s”. Type other letters, and choose from the list."),
                params={"text": typed[:80]},
            )
        self.widget.matches = [(row.pk, label_of(row)) for row in found[:OFFERED]]
        raise forms.ValidationError(_("Several match. Choose one of them."))


class Several(Combobox):
    """The same for several: what was chosen stands as chips before the input."""

    several = True

    def value_from_datadict(self, data, files, name):
        chosen = data.getlist(name) if hasattr(data, "getlist") else data.get(name) or []
        return chosen, data.get(self.typed_name(name), "")

    def shown(self, chosen, typed):
        ids = dict.fromkeys(map(str, chosen or ()))
        chips = [(pk, self.labels[pk]) for pk in ids if pk in self.labels]
        return {"chips": chips, "typed": typed}


class SeveralField(ComboboxField):
    """Several rows, in the order chosen. Without scripts: separated by commas or semicolons."""

    widget = Several

    def clean(self, value):
        chosen, typed = value if isinstance(value, tuple) else (value or [], "")
        rows = self.chosen(chosen)
        for part in filter(None, (each.strip() for each in re.split(r"[,;\n]", typed))):
            row = self.matching(part)
            if row not in rows:
                rows.append(row)
        for row in rows:
            self.widget.labels[str(row.pk)] = label_of(row)
        if self.required and not rows:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return rows

    def chosen(self, values):
        """The rows of these ids. One statement."""
        values = list(dict.fromkeys(str(each) for each in values if each))
        ids = [int(each) for each in values if each.isdecimal() and len(each) < 19]
        found = {row.pk: row for row in self.queryset.filter(pk__in=ids)} if ids else {}
        if len(found) < len(values):
            raise forms.ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            )
        return [found[pk] for pk in ids]

    def has_changed(self, initial, data):
        return True
