"""Who works in the back office, in which roles, and who no longer does?"""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import journal
from tms.consequences import Consequence
from tms.models import User
from tms.refusals import Refusal

from . import addresses
from .permissions import held_by, of_group
from .roles import ADMINISTRATOR, refuse_beyond


@transaction.atomic
def admit(email: str, name: str, password: str, roles=(), *, by, at, on) -> User:
    """Make a user whose address counts as confirmed: the first administrator, and cast members.

    `roles` are names of roles; with any, the user works in the back office.
    """
    user = User.objects.create_user(
        addresses.clean(email), password, name=name, joined_at=at, is_staff=bool(roles)
    )
    user.groups.set(_roles_named(roles))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    journal.write("user.admitted", user.pk, at=at, on=on, by=by, after={"roles": sorted(roles)})
    return user


def _roles_named(names) -> list[Group]:
    found = list(Group.objects.filter(name__in=names).prefetch_related("permissions__content_type"))
    if missing := set(names) - {group.name for group in found}:
        raise Refusal(_("There is no role %(name)s.") % {"name": ", ".join(sorted(missing))})
    return found


def _locked(user_id: int) -> User:
    # Whoever could be the last administrator waits here for the other one's change.
    Group.objects.select_for_update().get(name=ADMINISTRATOR)
    return User.objects.select_for_update(of=("self",)).get(pk=user_id)


def _refuse_without_administrator() -> None:
    """Somebody who can sign in must be able to manage users, always."""
    administrators = User.objects.filter(is_active=True, is_staff=True)
    if not (
        administrators.filter(groups__name=ADMINISTRATOR).exists()
        or administrators.filter(is_superuser=True).exists()
    ):
        raise Refusal(
            _("That is the last administrator. Make somebody else an administrator first.")
        )


@transaction.atomic
def change_roles(user_id: int, roles, *, by, at, on) -> User:
    """Give the user exactly these roles (names). None: no longer in the back office.

    Refused beyond what `by` holds, in either direction, and for the last administrator. A change
    counts from the user's next click on.
    """
    user = _locked(user_id)
    before = {
        group.name: group for group in user.groups.prefetch_related("permissions__content_type")
    }
    after = {group.name: group for group in _roles_named(roles)}
    for name in before.keys() ^ after.keys():
        refuse_beyond(by, of_group(before.get(name) or after[name]))
    if user.is_superuser:
        refuse_beyond(by, held_by(user))
    user.groups.set(after.values())
    user.is_staff = bool(after) or user.is_superuser
    user.save(update_fields=["is_staff"])
    _refuse_without_administrator()
    if before.keys() != after.keys():
        journal.write(
            "user.roles_changed",
            user.pk,
            at=at,
            on=on,
            by=by,
            before={"roles": sorted(before)},
            after={"roles": sorted(after)},
        )
    return user


@transaction.atomic
def disable(user_id: int, *, by, at, on, reason: str = "") -> list[Consequence]:
    """The user can't sign in any more; sessions end at once. Returns what that closes."""
    user = _locked(user_id)
    if by is not None and user.pk == by.pk:
        raise Refusal(_("You can't disable yourself. Ask another administrator."))
    if by is not None:
        refuse_beyond(by, held_by(user))
    if not user.is_active:
        raise Refusal(_("%(name)s is disabled already.") % {"name": user})
    user.is_active = False
    user.save(update_fields=["is_active"])
    _refuse_without_administrator()
    ended = end_sessions(user)
    journal.write(
        "user.disabled", user.pk, at=at, on=on, by=by, reason=reason, after={"sessions": ended}
    )
    if not ended:
        return []
    sentence = ngettext("%(count)s session ends", "%(count)s sessions end", ended) % {
        "count": ended
    }
    return [Consequence("closes", sentence, ended)]


@transaction.atomic
def enable(user_id: int, *, by, at, on) -> User:
    """The user can sign in again, with the roles of before."""
    user = _locked(user_id)
    if user.is_active:
        raise Refusal(_("%(name)s can sign in already.") % {"name": user})
    user.is_active = True
    refuse_beyond(by, held_by(user))
    user.save(update_fields=["is_active"])
    journal.write("user.enabled", user.pk, at=at, on=on, by=by)
    return user


def end_sessions(user) -> int:
    """Sign the user out everywhere, when the transaction is through. Returns from how many."""
    sessions = list(UserSession.objects.filter(user=user))
    for session in sessions:
        transaction.on_commit(session.end, robust=True)
    return len(sessions)


@transaction.atomic
def change_name(user_id: int, *, name: str, language: str, by, at, on) -> User:
    """What the user is called, and the language of their pages and letters ("": the browser's)."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    before = {"language": user.language}
    user.name, user.language = name, language
    user.save(update_fields=["name", "language"])
    after = {"language": language}
    journal.write("user.changed", user.pk, at=at, on=on, by=by, before=before, after=after)
    return user
