"""What came of a dialog's verb, and is it what was confirmed?"""

import dataclasses
from collections.abc import Sequence

from django.db import OperationalError
from django.utils.translation import gettext as _

from tms import operations
from tms.consequences import Consequence
from tms.refusals import Refusal

# Postgres: lock not available; deadlock found.
HELD = {"55P03", "40P01"}


@dataclasses.dataclass(frozen=True)
class Done:
    """What `perform` may return: where to go, what it took away, what a toast says."""

    goes_to: str = ""
    consequences: Sequence[Consequence] | None = None
    says: str = ""


class ShownAnew(Exception):
    """What was confirmed is not what would happen now: nothing was done, show it again."""


def done(outcome) -> Done:
    """Whatever `perform` returned, as Done."""
    if isinstance(outcome, Done):
        return outcome
    if isinstance(outcome, str):
        return Done(goes_to=outcome)
    if isinstance(outcome, list | tuple):
        return Done(consequences=list(outcome))
    return Done(consequences=getattr(outcome, "consequences", None))


def digest_of(consequences) -> str:
    """The hash of what a preview showed, to be confirmed."""
    return operations.digest_of([dataclasses.astuple(each) for each in consequences or []])


def is_held(error: OperationalError) -> bool:
    """Does somebody else hold what we waited for? Every other error of the database is a bug."""
    return getattr(error.__cause__, "sqlstate", "") in HELD


def previewed(dialog, form) -> dict:
    """What a template's preview needs: what the verb would do with the answers so far.

    `consequences` and their `digest`; or `refused`, the sentence of a refusal; or `missing`, the
    labels of what must be answered first.
    """
    answers, missing = answers_so_far(form)
    if missing:
        return {"consequences": None, "missing": missing}
    try:
        consequences = dialog.preview(**answers)
    except Refusal as no:
        return {"consequences": None, "refused": str(no)}
    except OperationalError as error:
        if not is_held(error):
            raise
        held = _("Somebody else is changing this right now. Wait a moment, then open this again.")
        return {"consequences": None, "refused": held}
    return {"consequences": consequences, "digest": digest_of(consequences)}


def answers_so_far(form) -> tuple[dict, list]:
    """(answers, labels of what is missing); text that is still missing is made up."""
    given = {}
    if form.is_bound:
        form.is_valid()
        given = form.cleaned_data
    answers, missing = {}, []
    for name, field in form.fields.items():
        if not form.is_bound:
            value = form.get_initial_for_field(field, name)
        elif name in given or field.required:
            value = given.get(name)
        else:
            value = field.clean(None)  # What makes no sense is no answer until it is mended.
        if field.required and value in (None, "", []):
            if hasattr(field, "strip"):
                value = "…"
            else:
                missing.append(field.label or name)
        elif not form.is_bound:
            # As the form would have it: text that nobody typed is "".
            text = isinstance(value, str) or hasattr(field, "empty_value")
            value = field.to_python(value) if text else value
        answers[name] = value
    return answers, missing
