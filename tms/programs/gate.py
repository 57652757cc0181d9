"""May this call come in? A key by `Authorization: Bearer`, its scope, its owner, its limit.

Nothing else counts: no cookie, no session. Asked before anything of the request is looked at.
"""

from django.utils import translation
from django.utils.translation import gettext as _

from tms.people.backend import Backend

from . import keys, limits, scopes
from .problems import Problem

BACKEND = Backend()


class Key:
    """The check in front of one operation, which needs `scope`; "": any key that works."""

    openapi_security_schema = {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key, made in the control panel under System.",
    }

    def __init__(self, scope: str):
        self.scope = scope

    def __call__(self, request):
        """The key, with `request.user` set to its owner. Raises Problem. Three statements."""
        # Sentences are for a program's log, in one language whoever sits at its keyboard.
        translation.activate("en")
        kind, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() != "bearer" or not secret.strip():
            raise Problem(
                "sign-in",
                _("Send a key with the header Authorization: Bearer, and the secret."),
                field="Authorization",
                WWW_Authenticate="Bearer",
            )
        key = keys.whose(secret.strip())
        why = (
            keys.why_not(key, request.today)
            if key
            else _("There is no such key. Make one in the control panel, under System.")
        )
        if why:
            raise Problem(
                "sign-in",
                why,
                field="Authorization",
                WWW_Authenticate='Bearer error="invalid_token"',
            )
        if wait := limits.over(key.pk, at=request.now):
            raise Problem(
                "too-many-calls",
                _("This key has made its calls of this minute. Come again in %(seconds)d seconds.")
                % {"seconds": wait},
                Retry_After=wait,
            )
        keys.note_use(key, request.today)
        if self.scope:
            self.refuse_beyond(key)
        request.user = key.owner
        return key

    def refuse_beyond(self, key):
        scope = scopes.all_of()[self.scope]
        if scope.code not in key.scopes:
            raise Problem(
                "forbidden",
                _("This key lacks the scope %(scope)s. Make a key that has it.")
                % {"scope": scope.code},
                field="Authorization",
            )
        if not key.owner.is_superuser:  # with their rights, by the statement that pages ask
            key.owner = BACKEND.get_user(key.owner_id) or key.owner
        if not key.owner.has_perms(scope.permissions):
            raise Problem(
                "forbidden",
                _(
                    "The owner of this key may not do this any more, so the scope %(scope)s is "
                    "void. Ask who manages users and roles."
                )
                % {"scope": scope.code},
                field="Authorization",
            )
