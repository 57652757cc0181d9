"""What may stand in a field that a program sends? Just what the document says, nothing near it."""

import datetime
import decimal
import re
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from tms.refusals import Refusal
from tms.text import paragraphs

LARGEST = 2**63 - 1
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
WALL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
AMOUNT = re.compile(r"\d{1,10}(\.\d{1,4})?", re.ASCII)
WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


class Asked(BaseModel):
    """What a program sends. Nothing unknown, and nothing that has to be guessed at."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Told(BaseModel):
    """What a program is told."""

    model_config = ConfigDict(extra="forbid")


def _day(value: Any) -> Any:
    if value is None or type(value) is datetime.date:
        return value
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(_("Send a day as YYYY-MM-DD, like 2027-11-22."))


def _whole(value: Any) -> Any:
    """In JSON 1.0 is the number 1; in an address there is only text."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        if WHOLE.fullmatch(value):
            return int(value)
        raise ValueError(_("Send a whole number."))
    return value


def _in_json(value: Any) -> Any:
    """A number in quotation marks is text."""
    if isinstance(value, str):
        raise ValueError(_("Send a whole number, without quotation marks."))
    return _whole(value)


def _flag(value: Any) -> Any:
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, bool):
        return value
    raise ValueError(_("Send true or false."))


def _shown(value: str) -> str:
    try:
        return paragraphs(value)
    except Refusal as no:
        raise ValueError(str(no)) from None


def _wall(value: Any) -> Any:
    if isinstance(value, str) and WALL.fullmatch(value):
        try:
            return datetime.datetime.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(_("Send what the clock on the wall shows, like 2027-11-22T09:30."))


def _amount(value: Any) -> Any:
    if isinstance(value, str) and AMOUNT.fullmatch(value):
        return decimal.Decimal(value)
    raise ValueError(_('Send an amount as text, like "490.00": a number could lose a part of it.'))


# A day that people name; valid to its end in the installation's time zone.
Day = Annotated[
    datetime.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})
]
# The clock on the wall, in a zone that is named beside it.
Wall = Annotated[
    datetime.datetime,
    BeforeValidator(_wall),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{WALL.pattern.replace(chr(92) + 'd', '[0-9]')}$"}
    ),
]
# Money or tokens, exactly.
Amount = Annotated[
    decimal.Decimal,
    BeforeValidator(_amount),
    WithJsonSchema({"type": "string", "pattern": r"^[0-9]{1,10}(\.[0-9]{1,4})?$"}),
]
# The id of something, in a body; in an address.
IN_JSON, IN_ADDRESS = BeforeValidator(_in_json), BeforeValidator(_whole)
Id = Annotated[int, Field(ge=1, le=LARGEST), IN_JSON]
IdText = Annotated[int, Field(ge=1, le=LARGEST), IN_ADDRESS]
# The version of a row, as it was seen.
Version = Annotated[int, Field(ge=0, le=2**31 - 1), IN_JSON]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_shown)]
Rich = Annotated[
    str,
    Field(max_length=50_000, description="HTML; what our pages don't have is taken out."),
    AfterValidator(_shown),
]
Line = Annotated[str, Field(max_length=200), AfterValidator(_shown)]
Reason = Annotated[
    str,
    Field(max_length=300, description="Why; it is kept in the history."),
    AfterValidator(_shown),
]
