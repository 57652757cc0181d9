"""What may stand in a field that a program sends? Just what the document says, nothing near it."""

import datetime
import re
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from tms.refusals import Refusal
from tms.text import paragraphs

LARGEST = 2**63 - 1
DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
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


# A day that people name; valid to its end in the installation's time zone.
Day = Annotated[
    datetime.date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})
]
# The id of something, in a body; in an address.
IN_JSON, IN_ADDRESS = BeforeValidator(_in_json), BeforeValidator(_whole)
Id = Annotated[int, Field(ge=1, le=LARGEST), IN_JSON]
IdText = Annotated[int, Field(ge=1, le=LARGEST), IN_ADDRESS]
# The version of a row, as it was seen.
Version = Annotated[int, Field(ge=0, le=2**31 - 1), IN_JSON]
Flag = Annotated[bool, BeforeValidator(_flag), WithJsonSchema({"type": "boolean"})]
Text = Annotated[str, Field(max_length=2000), AfterValidator(_shown)]
Line = Annotated[str, Field(max_length=200), AfterValidator(_shown)]
Reason = Annotated[
    str,
    Field(max_length=300, description="Why; it is kept in the history."),
    AfterValidator(_shown),
]
