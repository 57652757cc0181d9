"""What is done with the options of a pass type, and with their prices."""

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from catalog.models import UnitKind
from catalog.price_rules import span
from passes import options, types
from passes.forms.types import OptionForm
from passes.models import OptionStatus, PassOption, PassType
from tms.ui.address import page_of
from tms.ui.dialogs import Dialog
from tms.ui.forms import Form
from tms.ui.lists import Action
from tms.ui.sent import operation_of

MANAGE = "passes.manage_pass_types"


def menu_of(row, on):
    """The groups of the ellipsis menu of an option (facts.OptionRow)."""
    pk, status = row.option.pk, row.option.status

    def verb(name, label, icon, **more):
        url = reverse(f"passes:{name}_option", args=[pk])
        return Action(label, url, icon, why=row.why_not(name, on), permission=MANAGE, **more)

    making = [
        Action(_("Edit"), page_of("passes:edit_option", pk), "pencil", permission=MANAGE),
        Action(_("Add Price"), page_of("passes:add_price", pk), "plus", permission=MANAGE),
    ]
    if status != OptionStatus.PUBLISHED:
        making.append(verb("publish", _("Publish"), "circle-check"))
    ending = []
    if status == OptionStatus.PUBLISHED:
        ending.append(verb("archive", _("Archive"), "archive", danger=True))
    if not row.why_not("delete", on):
        ending.append(verb("delete", _("Delete"), "trash-2", danger=True))
    return [group for group in (making, ending) if group]


def written(row, on):
    """An option (facts.OptionRow) as its page writes it, with its menu and its prices."""
    pk = row.option.pk
    return {
        "row": row,
        "option": row.option,
        "menu": menu_of(row, on),
        "target": f"option-{pk}",
        "prices": [
            {
                "price": price,
                "target": f"price-{price.pk}",
                "name": f"{price.region.name} {price.words}",
                "note": note_of(price),
                "menu": [
                    [
                        Action(
                            _("Edit Price"),
                            reverse("passes:edit_price", args=[pk, price.pk]),
                            "pencil",
                        )
                    ],
                    [
                        Action(
                            _("Remove Price"),
                            reverse("passes:remove_price", args=[pk, price.pk]),
                            "trash-2",
                            danger=True,
                        )
                    ],
                ],
            }
            for price in row.prices
        ],
    }


def note_of(price) -> str:
    """The tax level of a price, and on which days it is valid unless always."""
    parts = [str(price.tax_level)] if price.amount and price.unit.kind == UnitKind.CURRENCY else []
    if price.valid_from or price.valid_to:
        parts.append(span(price))
    return ", ".join(parts)


class CreateOption(Dialog):
    title = gettext_lazy("Create Pass Option")
    submit = gettext_lazy("OK")
    form_class = OptionForm
    permission_required = MANAGE
    changes = "pass_types"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.pass_type = get_object_or_404(PassType, pk=pk)
        self.subject = self.pass_type.name

    def perform(self, **answers):
        options.create(
            self.pass_type,
            at=self.request.now,
            on=self.request.today,
            by=self.request.user,
            operation=operation_of(self.request),
            **answers,
        )

    def get_success_url(self):
        return page_of("passes:type", self.pass_type.pk)


class OptionDialog(Dialog):
    """A dialog about one option."""

    permission_required = MANAGE
    changes = "pass_types"
    form_class = Form
    template_name = "passes/types/confirm.html"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        rows = PassOption.objects.select_related("pass_type")
        self.versioned = self.option = get_object_or_404(rows, pk=pk)
        self.subject = f"{self.option.pass_type.name}, {self.option.name}"

    def current_version(self):
        # The type's lock comes first, as in the verbs: two dialogs can't wait for each other.
        types.locked(self.option.pass_type_id)
        return super().current_version()

    def who(self):
        """When, by whom, and by which press of a button."""
        return {
            "at": self.request.now,
            "on": self.request.today,
            "by": self.request.user,
            "operation": operation_of(self.request),
        }

    def get_success_url(self):
        return page_of("passes:type", self.option.pass_type_id)


class EditOption(OptionDialog):
    title = gettext_lazy("Edit")
    form_class = OptionForm

    def get_initial(self):
        option = self.option
        return {"name": option.name, "period": option.period, "period_unit": option.period_unit}

    def says(self):
        issued = self.option.passes.count()
        if not issued:
            return ""
        return ngettext(
            "%(n)d pass was issued by this option. It keeps its expiry date: another period is "
            "for passes issued from now on.",
            "%(n)d passes were issued by this option. They keep their expiry dates: another "
            "period is for passes issued from now on.",
            issued,
        ) % {"n": issued}

    def perform(self, **answers):
        options.edit(self.option, **answers, **self.who())


class PublishOption(OptionDialog):
    title = gettext_lazy("Publish")
    submit = gettext_lazy("Publish the option")

    def says(self):
        return _(
            "It can be given to contacts as soon as its pass type is Active, for %(length)s. "
            "A published option doesn't go back to draft; archiving takes it off sale."
        ) % {"length": self.option.length}

    def perform(self):
        options.publish(self.option, **self.who())


class ArchiveOption(OptionDialog):
    title = gettext_lazy("Archive")
    submit = gettext_lazy("Archive the option")
    danger = previews = True

    def says(self):
        return _("An archived option can be published again.")

    def perform(self):
        return options.archive(self.option, **self.who())


class DeleteOption(OptionDialog):
    title = gettext_lazy("Delete")
    submit = gettext_lazy("Delete the option")
    danger = previews = True

    def says(self):
        return _("No pass was ever issued by it. Deleting it can't be undone.")

    def perform(self):
        return options.delete(self.option, **self.who())
