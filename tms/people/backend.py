"""Whom does a password prove, and what may that user do?"""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission


class Backend(AuthenticationBackend):
    """Sign-in by address. Rights come from roles (groups) alone, never from single permissions."""

    def _get_user_permissions(self, user_obj):
        return Permission.objects.none()
