"""What can a key be allowed? Scopes, each no more than permissions of a person.

An app lists its own in its `register.py` as SCOPES. A key never does what its owner may not: each
call asks for the scope of the key and for the permissions of the owner, as they are then.
"""

import dataclasses
import functools

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext as _

from tms.people.permissions import HEADINGS
from tms.refusals import Refusal
from tms.ui import register


@dataclasses.dataclass(frozen=True)
class Scope:
    """`code` is "area:deed"; `permissions` (all of them) is what a person needs for the same."""

    code: str
    label: str
    permissions: tuple[str, ...]

    def __str__(self):
        return self.code


@functools.cache
def all_of() -> dict[str, Scope]:
    """All scopes by code, as the apps list them. Raises ImproperlyConfigured on a doubled one."""
    found: dict[str, Scope] = {}
    for module in register.modules():
        for scope in getattr(module, "SCOPES", []):
            if scope.code in found:
                raise ImproperlyConfigured(f"There are two scopes {scope.code}.")
            found[scope.code] = scope
    return found


def of_user(user) -> dict[str, Scope]:
    """The scopes that the user can give: those whose permissions they hold."""
    return {code: scope for code, scope in all_of().items() if user.has_perms(scope.permissions)}


def by_area(scopes) -> list[tuple[str, list[Scope]]]:
    """The scopes under the headings of the areas whose permissions they are."""
    areas: dict[str, list[Scope]] = {}
    for scope in scopes:
        app = scope.permissions[0].partition(".")[0]
        areas.setdefault(str(HEADINGS.get(app, app)), []).append(scope)
    return list(areas.items())


def refuse_beyond(by, wanted) -> None:
    """Nobody gives a key more than they may do themselves."""
    if unknown := sorted(set(wanted) - set(all_of())):
        raise Refusal(
            _("There is no scope %(code)s.") % {"code": ", ".join(unknown)}, field="scopes"
        )
    beyond = [str(all_of()[code].label) for code in wanted if code not in of_user(by)]
    if beyond:
        raise Refusal(
            _("You may not do this yourself: %(what)s. Leave it out, or ask an administrator.")
            % {"what": "; ".join(beyond)},
            field="scopes",
        )
