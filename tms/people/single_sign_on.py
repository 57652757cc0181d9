"""Who may come in through the organisation's own sign-in (OpenID Connect)?"""

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.core.exceptions import ValidationError

from . import addresses


class SingleSignOn(DefaultSocialAccountAdapter):
    """A confirmed address at the provider is a confirmed address here."""

    def populate_user(self, request, sociallogin, data):
        user = super().populate_user(request, sociallogin, data)
        whole = " ".join(filter(None, [data.get("first_name"), data.get("last_name")]))
        user.name = (data.get("name") or whole or user.email.partition("@")[0])[:200]
        return user

    def is_open_for_signup(self, request, sociallogin):
        """Only with an address that the provider calls confirmed, and that we can take."""
        if not any(address.verified for address in sociallogin.email_addresses):
            return False
        try:
            addresses.clean(sociallogin.user.email)
        except ValidationError:
            return False
        return super().is_open_for_signup(request, sociallogin)

    def save_user(self, request, sociallogin, form=None):
        user = super().save_user(request, sociallogin, form)
        if EmailAddress.objects.filter(user=user, email=user.email, verified=True).exists():
            addresses.confirmed(user, user.email, at=request.now, on=request.today)
        return user
