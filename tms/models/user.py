"""Who signs in? One person, one sign-in; the email address is the name."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


def same_address(email: str) -> str:
    """The form in which two spellings of one address are equal: stripped and lower case."""
    return email.strip().lower()


class UserManager(BaseUserManager):
    def get_by_natural_key(self, email):
        return self.get(email=same_address(email))

    def create_user(self, email, password=None, **fields):
        """Make a user who can sign in with `password` (none: only after a reset)."""
        user = self.model(email=same_address(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_superuser=True, is_staff=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A sign-in. Staff have groups (roles) and `is_staff`; a learner has `contact` (one to one)."""

    email = models.EmailField(_("email"), unique=True, max_length=254)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=12, blank=True)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_staff = models.BooleanField(_("works in the back office"), default=False)
    joined_at = models.DateTimeField(null=True, editable=False)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_regardless_of_case"),
        ]
        permissions = [
            ("manage_users", "Manage users and roles"),
            ("change_settings", "Change settings"),
            ("export", "Export lists"),
        ]

    def __str__(self):
        return self.name or self.email

    def get_full_name(self):
        return self.name

    def get_short_name(self):
        return self.name.split(" ")[0]
