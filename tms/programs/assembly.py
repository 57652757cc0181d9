"""How is the API put together? The document that describes it, and every refusal's answer."""

import copy
import functools
import json

from django.core.exceptions import RequestDataTooBig
from django.db import IntegrityError, InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.parser import Parser

from tms.refusals import Refusal
from tms.ui.outcomes import is_held

from . import matching, problems
from .problems import MEDIA_TYPE, Problem

KEY_HEADER = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": (
        "1 to 64 characters that name this one thing to do, best a new UUID: sent again, it is "
        "answered as the first time and done once."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 64, "pattern": "^[!-~]+$"},
}
MATCH_HEADER = {
    "in": "header",
    "name": matching.HEADER,
    "required": False,
    "description": (
        "The ETag of what the address begins with, as it was read: it is done only if that is "
        "still so (412 otherwise)."
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 500},
}


class Strict(Parser):
    """JSON, said to be JSON, with every name once."""

    def parse_body(self, request):
        if request.content_type != "application/json":
            raise Problem(
                "media-type",
                _("Send JSON, with the header Content-Type: application/json."),
                field="Content-Type",
            )
        try:
            return json.loads(request.body, object_pairs_hook=once_each)
        except RecursionError:
            raise Problem("malformed", _("This JSON is nested too deep.")) from None
        except ValueError as error:
            raise Problem(
                "malformed", _("This is not JSON: %(error)s.") % {"error": error}
            ) from None


def once_each(pairs) -> dict:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise Problem("malformed", _("A name stands twice in one object. Say everything once."))
    return found


class Document(OpenAPISchema):
    """The document, in which what many operations share, as all their problems, is said once.

    Ninja works it out for each of them again, which takes six times as long.
    """

    def _create_schema_from_model(self, model, *how, **more):
        key = (model, *how, *sorted(more.items()))
        if key not in self.said:
            self.said[key] = super()._create_schema_from_model(model, *how, **more)
        return copy.deepcopy(self.said[key])

    @functools.cached_property
    def said(self) -> dict:
        return {}


class Api(NinjaAPI):
    """The API. Its document says of each operation the scope, the key header and the problems."""

    def get_openapi_schema(self, **more):
        document = Document(self, path_prefix=self.get_root_path({}))
        for path, methods in document["paths"].items():
            for method, operation in methods.items():
                describe(path, method, operation)
        return document

    def set_default_exception_handlers(self):
        for kind, handler in HANDLERS.items():
            self.add_exception_handler(kind, handler)


def describe(path: str, method: str, operation: dict) -> None:
    """What ninja doesn't say: the scope, the key header, and what parameters and problems are."""
    for parameter in operation["parameters"]:
        parameter["schema"] = plain(parameter["schema"])
    operation["security"] = [{"Key": [scope] if (scope := operation["x-scope"]) else []}]
    if method != "get":
        operation["parameters"].append(KEY_HEADER)
        if "{pk}" in path:
            operation["parameters"].append(MATCH_HEADER)
    for status, response in operation["responses"].items():
        if status >= 400 and "content" in response:
            response["content"] = {MEDIA_TYPE: next(iter(response["content"].values()))}


def plain(schema: dict) -> dict:
    """A parameter that may be left out is never null: there is no null in an address."""
    kinds = [kind for kind in schema.get("anyOf", []) if kind != {"type": "null"}]
    rest = {name: value for name, value in schema.items() if name not in {"anyOf", "title"}}
    return {**rest, **kinds[0]} if len(kinds) == 1 else schema


def refused(request, no: Refusal):
    return problems.of_refusal(no)


def problem(request, no: Problem):
    return problems.of_problem(no)


def invalid(request, error: ValidationError):
    return problems.of_invalid(error.errors)


def missing(request, error: Http404):
    return problems.answer("not-found", _("There is nothing of this id."))


def unread(request, error: HttpError):
    """What ninja made of an error of the parser."""
    cause = error.__cause__
    if isinstance(cause, Problem):
        return problems.of_problem(cause)
    return problems.answer("malformed", _("The body can’t be read. Send one JSON object."))


def too_large(request, error: RequestDataTooBig):
    return problems.answer("too-large", _("Send less at once."))


def database(request, error: OperationalError):
    if is_held(error):
        held = _("Somebody else is changing this right now. Send the same again in a moment.")
        return problems.answer("busy", held, Retry_After=1)
    return problems.answer(
        "away", _("The database does not answer. Send the same again."), Retry_After=5
    )


def meanwhile(request, error: IntegrityError):
    """Two made the same thing at once, and the database let the first one."""
    if getattr(error.__cause__, "sqlstate", "") != "23505":
        raise error
    return problems.answer(
        "changed", _("Somebody else has just made the same. Look at it, then decide.")
    )


def bug(request, error: Exception):
    raise error


HANDLERS = {
    Refusal: refused,
    Problem: problem,
    ValidationError: invalid,
    Http404: missing,
    HttpError: unread,
    RequestDataTooBig: too_large,
    OperationalError: database,
    InterfaceError: database,
    IntegrityError: meanwhile,
    Exception: bug,
}
