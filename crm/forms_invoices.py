"""What is asked when an invoice is issued, paid or credited?"""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalog.models import Unit
from catalog.money import written
from tms.days import number
from tms.ui.forms import Form

from .crediting import Standing

# So many things a line may have given to be ticked one by one; of more it is said how many.
TICKED = 60


def reason() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=1000,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("It stands in the history."),
    )


class IssueForm(Form):
    days_to_pay = forms.IntegerField(label=gettext_lazy("Days to pay"), min_value=0, max_value=365)


class PaidForm(Form):
    paid_on = forms.DateField(label=gettext_lazy("Paid on"))


class UnpaidForm(Form):
    reason = reason()


class CreditForm(Form):
    """How many of each line are credited, and what of what they gave comes back.

    `parts` are the lines in their order, each with its field and those of what it gave.
    """

    reason = reason()
    leave = forms.BooleanField(
        required=False,
        label=gettext_lazy("What is unspent and not taken back is meant to stay with the customer"),
    )

    def __init__(self, *args, every: list[Standing], currency: Unit, **more):
        super().__init__(*args, **more)
        asked, self.every, self.parts = {}, every, []
        for each in every:
            if each.left:
                fields = dict(self.of_line(each, currency))
                asked |= fields
                self.parts.append((each, list(fields)))
        self.fields = asked | self.fields

    def of_line(self, each: Standing, currency: Unit):
        """The fields of one line by their names."""
        words = {"all": number(each.line.quantity), "amount": written(each.line.net, currency)}
        help_text = _("of %(all)s, %(amount)s net") % words
        if each.credited:
            words["n"] = number(each.credited)
            help_text = _("of %(all)s, %(amount)s net; %(n)s credited before") % words
        yield (
            f"line_{each.line.pk}",
            forms.IntegerField(
                label=_("Credit"),
                min_value=0,
                initial=each.left,
                help_text=help_text,
                widget=at_most(each.left),
            ),
        )
        if each.line.source_kind:
            label = _("Take it back")
            yield f"source_{each.line.pk}", ticked(label, "")
        if len(each.things) > TICKED:
            yield (
                f"many_{each.line.pk}",
                forms.IntegerField(
                    label=_("Take back"),
                    min_value=0,
                    initial=each.unspent,
                    widget=at_most(each.unspent),
                    help_text=_("of %(n)s that are unspent") % {"n": number(each.unspent)},
                ),
            )
            return
        for thing in each.things:
            name = f"thing_{thing.fulfilment.pk}"
            if thing.left > 1:
                yield (
                    name,
                    forms.IntegerField(
                        label=_("Take back, of %(what)s") % {"what": thing.words},
                        min_value=0,
                        initial=thing.left,
                        widget=at_most(thing.left),
                        help_text=thing.why
                        or _("%(n)s can be taken back") % {"n": number(thing.left)},
                    ),
                )
            elif thing.left:
                label = _("Take back: %(what)s") % {"what": thing.words}
                yield name, ticked(label, thing.why)

    def groups(self):
        """(title, the line's field, those of what it gave, what stays and why) for the template."""
        for each, names in self.parts:
            gone = [thing for thing in each.things if thing.why]
            bound = [self[name] for name in names]
            yield each, bound[0], bound[1:], gone

    def answers(self) -> dict:
        """The answers as `crediting.credit` takes them."""
        return asked_of(self.every, self.cleaned_data)


def at_most(number: int) -> forms.NumberInput:
    """A hint to the browser. The verb refuses too much: a doubled press may be done by then."""
    return forms.NumberInput({"max": number})


def ticked(label: str, help_text: str) -> forms.BooleanField:
    return forms.BooleanField(label=label, help_text=help_text, required=False, initial=True)


def asked_of(every: list[Standing], said: dict) -> dict:
    """lines, take_back and sources, by what was said in the fields of a `CreditForm`."""
    lines, back, sources = {}, {}, []
    for each in every:
        pk = each.line.pk
        lines[pk] = int(said.get(f"line_{pk}") or 0)
        if not lines[pk]:
            continue  # what a line gave stays with it
        if said.get(f"source_{pk}"):
            sources.append(pk)
        many = said.get(f"many_{pk}")
        for thing in each.things:
            if len(each.things) > TICKED:
                taken = min(thing.left, many or 0)
                many = (many or 0) - taken
            else:
                taken = int(said.get(f"thing_{thing.fulfilment.pk}") or 0)
            back[thing.fulfilment.pk] = taken
    return {"lines": lines, "take_back": back, "sources": sources}
