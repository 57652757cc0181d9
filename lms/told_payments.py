"""How is it told what happened to payments?"""

from django.utils.html import format_html
from django.utils.translation import gettext as _

from tms.ui.timeline import Told

from .models import Payment


def payments(ids, user) -> dict:
    """What they are for."""
    rows = Payment.objects.filter(pk__in=ids).values_list("pk", "title")
    return {pk: (title, "") for pk, title in rows}


def _said(sentence, row, names, details=""):
    return Told(format_html(sentence, what=names("payment", row.subject_id)), details)


def started(row, names):
    return _said(_("Payment started: {what}"), row, names)


def paid(row, names):
    return _said(_("Paid: {what}"), row, names)


def settled(row, names):
    return _said(_("Place given for the payment: {what}"), row, names)


def stuck(row, names):
    return _said(_("Paid, needs action: {what}"), row, names, row.after.get("why", ""))


def failed(row, names):
    return _said(_("Payment failed: {what}"), row, names)


def given_up(row, names):
    return _said(_("Payment given up: {what}"), row, names)


def refund_asked(row, names):
    return _said(_("Refund asked for: {what}"), row, names)


def refunded(row, names):
    return _said(_("Refunded: {what}"), row, names)


def part_refund_asked(row, names):
    return _said(_("Refund of a part asked for: {what}"), row, names, row.after.get("part", ""))


def part_refunded(row, names):
    return _said(_("Part refunded: {what}"), row, names, row.after.get("part", ""))
