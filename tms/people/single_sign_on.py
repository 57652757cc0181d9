"""Who may come in through the organisation's own sign-in (OpenID Connect)?"""

import logging
import secrets

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.core.exceptions import PermissionDenied, ValidationError

from . import addresses

log = logging.getLogger(__name__)


class Provider(OpenIDConnectProvider):
    """The browser is sent with a nonce, which the ID token it comes back with has to name: a token
    of another time, or of another browser, lets nobody in (OpenID Connect Core, 3.1.2.1)."""

    def get_redirect_from_request_kwargs(self, request):
        kwargs = super().get_redirect_from_request_kwargs(request)
        nonce = secrets.token_urlsafe(24)
        kwargs["auth_params"]["nonce"] = nonce
        return {**kwargs, "nonce": nonce}  # what isn't for the provider is kept in the session


class SingleSignOn(DefaultSocialAccountAdapter):
    """A confirmed address at the provider is a confirmed address here."""

    def pre_social_login(self, request, sociallogin):
        """Whoever comes was sent from here, by this browser. Raises PermissionDenied."""
        sent, said = sociallogin.state.get("nonce"), sociallogin.account.extra_data
        told = said.get("id_token") or {}
        # Who it is may be told by a second answer, which must be about the same person (5.3.2).
        if not sent or told.get("nonce") != sent:
            raise PermissionDenied("The ID token doesn't bring back the nonce that was sent.")
        if said.get("userinfo", told).get("sub") != told.get("sub"):
            raise PermissionDenied("The ID token is about somebody else than the userinfo is.")

    def on_authentication_error(
        self, request, provider, error=None, exception=None, extra_context=None
    ):
        """It stands in the log, by its kind: what the provider said may be personal, or secret."""
        log.warning("Single sign-on failed: %s (%s)", error, type(exception).__name__)

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
