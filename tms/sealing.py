"""How are secrets kept that have to be read again? Encrypted, by a key made of SECRET_KEY."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def cipher(purpose: str) -> MultiFernet:
    """Made of SECRET_KEY; what older keys encrypted (SECRET_KEY_FALLBACKS) stays readable.

    What is sealed for one purpose can't be opened for another.
    """
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256((purpose + key).encode()).digest()))
        for key in keys
    )


def seal(purpose: str, text: str) -> str:
    return cipher(purpose).encrypt(text.encode()).decode()


def unseal(purpose: str, sealed: str) -> str:
    """The text. Raises `cryptography.fernet.InvalidToken` where SECRET_KEY was lost."""
    return cipher(purpose).decrypt(sealed.encode()).decode()
