"""Does mail leave, for pages of communications that should say so?"""

from django import template

from ..transport import leaves

register = template.Library()


@register.inclusion_tag("comms/_no_mail.html")
def no_mail() -> dict:
    """{% load mail %}{% no_mail %}: a banner where no mail server is configured, else nothing."""
    return {"mail_leaves": leaves()}
