"""Whom does a password prove, who is that, and what may they do?"""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Group, Permission
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat

from tms.compiled import Question
from tms.models import User

FIELDS = [field.attname for field in User._meta.concrete_fields]


def _whoever(pk):
    """A user's own fields, their rights, their roles in order, and their contact if any."""
    rights = Permission.objects.filter(group__user=OuterRef("pk")).order_by()
    full = Concat("content_type__app_label", Value("."), "codename")
    looks_after = User.objects.filter(
        pk=OuterRef("pk"),
        contact__manages__isnull=False,
        contact__manages__account__archived_at=None,
    )
    roles = Group.objects.filter(user=OuterRef("pk")).order_by("name").values("name")
    return (
        User.objects.filter(pk=pk)
        .annotate(
            rights=ArraySubquery(rights.annotate(full=full).values("full")),
            roles=ArraySubquery(roles),
        )
        .values_list(
            *FIELDS, "rights", "roles", "contact", "contact__is_instructor", Exists(looks_after)
        )
    )


WHO = Question(_whoever)


class Backend(AuthenticationBackend):
    """Sign-in by address. Rights come from roles (groups) alone, never from single permissions."""

    def get_user(self, user_id):
        """Who is signed in, with what every page asks of them: one statement.

        Besides its fields the user has `role_names`, `is_learner` (belongs to a contact) and
        `teaches` (one who is marked as an instructor), `manages` (one who looks after an account).
        """
        rows = WHO(pk=int(user_id))
        if not rows:
            return None
        *fields, rights, roles, contact_id, teaches, manages = rows[0]
        user = User.from_db(User.objects.db, FIELDS, fields)
        if not user.is_superuser:
            user._perm_cache = set(rights)  # where Django's own backend keeps what it asked for
        user.role_names, user.is_learner = roles, contact_id is not None
        user.teaches, user.manages = bool(teaches), manages
        return user if self.user_can_authenticate(user) else None

    def _get_user_permissions(self, user_obj):
        return Permission.objects.none()
