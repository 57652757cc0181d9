"""What does a form of ours send besides its answers: the key of its press, and the way back?"""

from django.utils.http import url_has_allowed_host_and_scheme


def operation_of(request) -> str:
    """The key of the press, for `tms.operations`; "" where none came that can be kept."""
    key = request.POST.get("operation", "")[:80]
    return key if key.isprintable() else ""


def ours(request, address: str) -> bool:
    """Does it lead to a page of this site? A word without a slash would be a view's name."""
    return "/" in address and url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
