"""What is every operation of the API made of? A scope, a schema, one verb, and doing it once.

    passes = Resource(tags=["Passes"])

    @passes.reads("/passes/{int:pk}", scope="passes:read", answer=PassTold)
    def get_pass(request, pk: int): ...

    @passes.writes("/passes/{int:pk}/renewal", scope="passes:write", answer=PassChanged)
    def renew_pass(request, pk: int, asked: Renewal): ...

What a writing operation does is kept with its Idempotency-Key in one transaction; with
`preview: true` among what is asked it is done, rolled back, and only told. With `If-Match` it is
done only to what is still as it was read. What is answered with a JobTold goes on as a job.
"""

import contextlib
import functools
import inspect
import typing

from django.db import transaction
from django.http import HttpResponse, HttpResponseNotModified
from django.utils.translation import gettext as _
from ninja import Router, Schema

from tms import audit, journal, operations, preview

from . import matching
from .background import JobTold
from .gate import Key
from .problems import Problem, ProblemDocument

READ_REFUSALS = frozenset({400, 401, 403, 422, 429, 503})
WRITE_REFUSALS = READ_REFUSALS | {409, 413, 415}
LONGEST_KEY = 64


class Refused(Schema):
    """How each status of a problem is answered, in the shape in which the router keeps answers."""

    response: ProblemDocument


class Resource(Router):
    """A router whose operations say which scope they need; "": any key will do."""

    # What things are told as, each read by itself: the body that an ETag is of.
    told_singly: typing.ClassVar[set] = set()

    def add_api_operation(self, path, methods, view_func, *, response, **more):
        """As the router does it, but all statuses that are answered by a problem share one model.

        The router would make one for each, a thousand for all operations, which took longer than
        all else in the start of a process.
        """
        refusals = {status for status, told in response.items() if told is ProblemDocument}
        answers = {status: told for status, told in response.items() if status not in refusals}
        super().add_api_operation(path, methods, view_func, response=answers, **more)
        operation = self.path_operations[path].operations[-1]
        operation.response_models |= dict.fromkeys(sorted(refusals), Refused)

    def reads(self, path: str, *, scope: str, answer, **more):
        """An operation that changes nothing. Answers carry an ETag; If-None-Match spares them."""
        refusals = READ_REFUSALS | ({404} if "{" in path else frozenset())

        def declare(view):
            known = parameters_of(view)

            if matching.subject_of(path) == path:
                matching.READERS[path] = view
                self.told_singly.add(answer)

            @functools.wraps(view)
            def read(request, **values):
                refuse_unknown(request, known)
                return tagged(request, view(request, **values))

            return self.get(
                path,
                auth=Key(scope),
                response={200: answer, 304: None, **dict.fromkeys(refusals, ProblemDocument)},
                operation_id=view.__name__,
                **told(view, scope),
                **more,
            )(read)

        return declare

    def writes(
        self,
        path: str,
        *,
        scope: str,
        answer,
        status=200,
        method="POST",
        jobs=False,
        alone=False,
        **more,
    ):
        """An operation that changes something; `status` is its answer's when it did.

        With `jobs` it may also be answered by 202 and a job, which does it in the background.
        `alone`: it changes things by one statement, after which nothing is refused. Where no key is
        to be kept with it, that is its transaction: what it locks is free before it is answered.
        """
        refusals = WRITE_REFUSALS | ({404, 412} if "{" in path else frozenset())

        def declare(view):
            @functools.wraps(view)
            def write(request, **values):
                refuse_unknown(request, ())
                asked = values.get("asked")

                def do():
                    return matching.guarded(request, path, values, lambda: view(request, **values))

                with by_program(request):
                    if getattr(asked, "preview", False):
                        return written(preview.run(do).model_dump_json(), 200)
                    if alone and not key_of(request):
                        outcome = do()
                        return written(outcome.model_dump_json(), *beside(outcome, status))
                    return once(request, asked, status, do)

            answers = {200: answer, status: answer, **({202: JobTold} if jobs else {})}
            return self.api_operation(
                [method],
                path,
                auth=Key(scope),
                response={**answers, **dict.fromkeys(refusals, ProblemDocument)},
                operation_id=view.__name__,
                **told(view, scope),
                **more,
            )(write)

        return declare


@contextlib.contextmanager
def by_program(request):
    """Within it, the journal and the audit trail say that the key's program does it."""
    key = request.auth
    with (
        audit.context(source="api", user=request.user, key=key.pk),
        journal.by_road("api", key.pk),
    ):
        yield


def told(view, scope: str) -> dict:
    """What the document says of an operation, from its docstring: a title, and the rest."""
    title, _line, rest = inspect.getdoc(view).partition("\n")
    return {
        "summary": title.rstrip("."),
        "description": rest.strip(),
        "openapi_extra": {"x-scope": scope},
    }


def parameters_of(view) -> frozenset[str]:
    """The query parameters that a view knows: the fields of what its `asked` is made of."""
    asked = inspect.signature(view).parameters.get("asked")
    if asked is None:
        return frozenset()
    (model, *_query) = typing.get_args(asked.annotation) or (asked.annotation,)
    return frozenset(model.model_fields)


def refuse_unknown(request, known) -> None:
    """Refuse parameters that nobody would look at, and those that are there twice."""
    for name, values in request.GET.lists():
        if name not in known:
            raise Problem(
                "invalid",
                _("There is no parameter of this name here. Leave it out, or mend its name."),
                field=name[:80],
            )
        if len(values) > 1:
            raise Problem("invalid", _("Say this once."), field=name)


# Answers


def written(body: str, status: int, headers=None) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json", headers=headers)


def tagged(request, outcome) -> HttpResponse:
    """The answer with its ETag, or 304 where the program has the same one."""
    body = outcome.model_dump_json()
    etag = matching.etag_of(body)
    same = matching.is_among(etag, request.headers.get("If-None-Match", ""))
    answer = HttpResponseNotModified() if same else written(body, 200)
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


# Doing it once


def key_of(request) -> str:
    """The Idempotency-Key, or "". Raises Problem for one that can't be kept."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return ""
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise Problem(
            "invalid",
            _("Send 1 to 64 plain characters, best a new UUID for each thing to do."),
            field="Idempotency-Key",
        )
    return key


def once(request, asked, status: int, do) -> HttpResponse:
    """Do it in one transaction with its key; a repeated key is answered as the first time.

    Raises Busy while the first one runs, Reused where the key was for something else.
    """
    key = key_of(request)
    with transaction.atomic():
        if not key:
            outcome = do()
            return written(outcome.model_dump_json(), *beside(outcome, status))
        # Two keys of one owner may use the same words.
        actor, kept = request.user.pk, f"{request.auth.pk}:{key}"
        what = asked.model_dump(mode="json", exclude_unset=True) if asked else None
        digest = operations.digest_of([request.method, request.path, what])
        if before := operations.earlier(kept, actor, digest):
            body, headers = before.answer["body"], before.answer.get("headers", {})
            return written(body, before.status, headers | {"Idempotency-Replayed": "true"})
        outcome = do()
        body, (status, headers) = outcome.model_dump_json(), beside(outcome, status)
        answer = {"body": body, "headers": headers}
        operations.keep(kept, actor, digest, at=request.now, status=status, answer=answer)
        return written(body, status, headers)


def beside(outcome, status: int) -> tuple[int, dict[str, str]]:
    """The status of an answer, and its headers: where a job is, the ETag of what can be read."""
    if isinstance(outcome, JobTold):
        return 202, {"Location": outcome.address}
    if type(outcome) in Resource.told_singly:
        return status, {"ETag": matching.etag_of(outcome.model_dump_json())}
    return status, {}


def who(request) -> dict:
    """What every verb is told by a program: when, by whom, and under which key."""
    return {"at": request.now, "on": request.today, "by": request.user}


def operation(request) -> dict:
    """The Idempotency-Key, for verbs whose facts keep it."""
    return {"operation": key_of(request)}
