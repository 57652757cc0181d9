"""How does somebody get a sign-in that they didn't ask for themselves?

By a letter with a link that is good once, for a week, and that sets the password. Who follows it
has proved the address.
"""

import hmac

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.crypto import salted_hmac
from django.utils.http import base36_to_int, int_to_base36
from django.utils.translation import gettext as _

from tms import journal
from tms.models import User
from tms.refusals import Refusal

from . import addresses, letters
from .permissions import of_group
from .roles import refuse_beyond

GOOD_FOR = 7 * 24 * 60 * 60


def token(user, *, at) -> str:
    """What the link carries: when it was made, and a signature over what accepting changes."""
    made = int_to_base36(int(at.timestamp()))
    return f"{made}-{_signature(user, made)}"


def _signature(user, made: str) -> str:
    # The password is replaced by accepting, and by inviting again: older links die of it.
    state = f"{user.pk}:{user.email}:{user.password}:{user.last_login}:{made}"
    return salted_hmac("tms.people.invitation", state, algorithm="sha256").hexdigest()[:40]


def invited(user_id: int, given: str, *, at) -> User | None:
    """The user whom this link invites, if it is theirs, unused and not too old."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    made, dash, signature = given.partition("-")
    if user is None or not dash or user.has_usable_password():
        return None
    try:
        age = at.timestamp() - base36_to_int(made)
    except ValueError:
        return None
    if not 0 <= age <= GOOD_FOR:
        return None
    return user if hmac.compare_digest(signature, _signature(user, made)) else None


@transaction.atomic
def invite(email: str, name: str, roles=(), *, by, at, on) -> User:
    """Give this address a sign-in: with roles to the back office, without as a learner.

    Makes the user and sends the letter. Somebody who signs in with the address already gets the
    roles and no letter with a link; a learner who is invited again gets a new link, and the old
    one dies. Refused for somebody with other roles, for somebody disabled, and beyond what `by`
    holds.
    """
    email = addresses.clean(email)
    groups = list(
        Group.objects.filter(name__in=roles).prefetch_related("permissions__content_type")
    )
    for group in groups:
        refuse_beyond(by, of_group(group))
    user = User.objects.select_for_update(of=("self",)).filter(email=email).first()
    if user and not user.is_active:
        raise Refusal(
            _("The sign-in of %(name)s is disabled. Enable it instead.") % {"name": user},
            field="email",
        )
    if user and groups and user.is_staff:
        raise Refusal(
            _("%(name)s works in the back office already. Change the roles instead.")
            % {"name": user},
            field="email",
        )
    known = bool(user and user.emailaddress_set.filter(verified=True).exists())
    if user is None:
        user = User(email=email, name=name.strip() or email.partition("@")[0], joined_at=at)
    if not known:
        user.set_unusable_password()
    user.is_staff = user.is_staff or bool(groups)
    user.save()
    user.groups.add(*groups)
    after = {"roles": sorted(group.name for group in groups)}
    journal.write("user.invited", user.pk, at=at, on=on, by=by, after=after)
    if known:
        addresses.tell(user, user.email, at=at)
        if groups:
            letters.send(
                "people/mail/roles_given", email, {"user": user, "roles": groups, "by": by}
            )
    else:
        _write(user, by=by, at=at)
    return user


def _write(user, *, by, at) -> None:
    link = letters.address_of("people:invitation", user.pk, token(user, at=at))
    letters.send(
        "people/mail/invitation",
        user.email,
        {"user": user, "by": by, "link": link},
        language=user.language,
    )


@transaction.atomic
def invite_again(user_id: int, *, by, at, on) -> User:
    """Send a new link; the old one dies. Refused once the invitation was accepted."""
    user = User.objects.select_for_update(of=("self",)).get(pk=user_id)
    if user.has_usable_password() or user.last_login:
        raise Refusal(_("%(name)s has accepted the invitation already.") % {"name": user})
    if not user.is_active:
        raise Refusal(_("The sign-in of %(name)s is disabled. Enable it instead.") % {"name": user})
    user.set_unusable_password()
    user.save(update_fields=["password"])
    journal.write("user.invited", user.pk, at=at, on=on, by=by)
    _write(user, by=by, at=at)
    return user


@transaction.atomic
def accept(user_id: int, given: str, password: str, *, at, on) -> User:
    """Set the password and take the address as confirmed. Good once; locks the user."""
    User.objects.select_for_update(of=("self",)).filter(pk=user_id).first()
    user = invited(user_id, given, at=at)
    if user is None:
        raise Refusal(_("This link was used already or is too old. Ask for a new invitation."))
    user.set_password(password)
    user.save(update_fields=["password"])
    addresses.confirm(user, at=at, on=on)
    journal.write("user.invitation_accepted", user.pk, at=at, on=on, by=user)
    return user
