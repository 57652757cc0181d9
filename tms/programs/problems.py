"""How does a program hear a no? As a problem document (RFC 9457) that says why and what to do."""

import html
from typing import Any

from django.http import HttpResponse
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, Field

from tms import operations, trace
from tms.refusals import Refusal, Stale

MEDIA_TYPE = "application/problem+json"
KIND = "urn:lanyard:problem:"

# What each status is called, by the last part of `type`; the titles never change.
TITLES = {
    "malformed": (400, "The request can’t be read"),
    "sign-in": (401, "Sign in with a key"),
    "forbidden": (403, "The key may not do this"),
    "plain-http": (403, "Use https"),
    "not-found": (404, "There is nothing here"),
    "method": (405, "This can’t be done with this address"),
    "changed": (409, "It was changed meanwhile"),
    "busy": (409, "It is being done or changed right now"),
    "not-as-read": (412, "It is not as you read it"),
    "too-large": (413, "Too much at once"),
    "media-type": (415, "Send JSON"),
    "invalid": (422, "A field is not right"),
    "refused": (422, "It can’t be done"),
    "key-reused": (422, "This Idempotency-Key was used for something else"),
    "too-many-calls": (429, "Too many calls"),
    "bug": (500, "A mistake of ours"),
    "away": (503, "Not available just now"),
}
OF_STATUS = {status: kind for kind, (status, _title) in reversed(TITLES.items())}


class FieldProblem(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="The field, parameter or header; dots lead into it.")
    detail: str = Field(description="Why, and what to do.")


class ProblemDocument(BaseModel):
    """Why something was not done, and what to do. Nothing was changed."""

    type: str = Field(description="The kind of problem, for programs: it never changes.")
    title: str = Field(description="The kind of problem, for people.")
    status: int
    detail: str = Field(description="Why, and what to do, in a sentence.")
    field: str | None = Field(description="The field it is about, if it is about one.")
    errors: list[FieldProblem] = Field(description="Each field that is not right.")
    request: str = Field(description="The request's id, as in X-Request-ID: the log has it.")


class Problem(Exception):
    """A no that only the API knows. `kind` is one of TITLES."""

    def __init__(self, kind: str, detail: str, *, field: str | None = None, **headers):
        super().__init__(detail)
        self.kind, self.field, self.headers = kind, field, headers


def answer(kind: str, detail: str, *, errors=(), field: str | None = None, **headers):
    """The response. `errors` are (field, sentence); `field` is the one it is about.

    Headers are named with underscores: Retry_After=1.
    """
    status, title = TITLES[kind]
    errors = [FieldProblem(field=name, detail=said) for name, said in errors]
    if field and not errors:
        errors = [FieldProblem(field=field, detail=detail)]
    document = ProblemDocument(
        type=KIND + kind,
        title=title,
        status=status,
        detail=detail,
        field=field or (errors[0].field if errors else None),
        errors=errors,
        request=trace.current(),
    )
    response = HttpResponse(document.model_dump_json(), status=status, content_type=MEDIA_TYPE)
    response.refused = [kind]  # for the log; names of fields may be the caller's own
    for name, value in headers.items():
        response.headers[name.replace("_", "-")] = str(value)
    return response


def of_refusal(no: Refusal):
    """A refusal of a verb: 409 where it may go well next time, otherwise 422."""
    said = no.args[0]
    detail = html.unescape(strip_tags(said)) if isinstance(said, SafeString) else str(said)
    if isinstance(no, operations.Busy):
        return answer("busy", detail, Retry_After=1)
    if isinstance(no, operations.Reused):
        return answer("key-reused", detail, field="Idempotency-Key")
    if isinstance(no, Stale):
        return answer("changed", detail, field=no.field)
    return answer("refused", detail, field=no.field)


def of_problem(no: Problem):
    return answer(no.kind, str(no), field=no.field, **no.headers)


# What pydantic found wrong, in words that say what to do.
WORDS = {
    "missing": gettext_lazy("Say this: it is required."),
    "extra_forbidden": gettext_lazy(
        "Nothing of this name is known here. Leave it out, or mend its name."
    ),
    "json_invalid": gettext_lazy("Send one JSON object."),
    "string_type": gettext_lazy("Send text, in quotation marks."),
    "int_type": gettext_lazy("Send a whole number, without quotation marks."),
    "bool_type": gettext_lazy("Send true or false."),
    "list_type": gettext_lazy("Send a list."),
    "model_type": gettext_lazy("Send an object."),
    "model_attributes_type": gettext_lazy("Send an object."),
    "dict_type": gettext_lazy("Send an object."),
    "string_unicode": gettext_lazy("There is a broken character in it. Send UTF-8."),
}


def of_invalid(found: list[dict[str, Any]]):
    """Fields that are not right: each by name, with what to do."""
    errors = [(name_of(each["loc"]), words_for(each)) for each in found]
    count = len({name for name, _said in errors})
    detail = errors[0][1] if count == 1 else _("%(count)d fields are not right.") % {"count": count}
    return answer("invalid", detail, errors=errors)


def name_of(where) -> str:
    """("body", "asked", "contacts", 0) as contacts.0; the whole body is body."""
    source, *parts = where
    parts = [str(part) for part in parts if part != "asked"]
    return ".".join(parts) or str(source)


def words_for(error: dict[str, Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context.get("error", error["msg"]))
    if kind in {"literal_error", "enum"}:
        return _("Send one of: %(known)s.") % {"known": context["expected"]}
    if words := WORDS.get(kind):
        return str(words)
    return error["msg"].rstrip(".") + "."
