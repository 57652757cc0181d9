"""What does an ellipsis menu beside a thing look like? A button, and what may be done by groups."""

from html import escape

from django.utils.html import conditional_escape as safe
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from . import icons


def menu(groups, target: str, name: str) -> SafeString:
    """The menu of what is called `name`; `groups` of Actions that open dialogs, `target` its id."""
    # A name may hold a per cent sign of its own: it is put in by replacing, once.
    label = escape(_("Actions for %(name)s")).replace("%(name)s", safe(name))
    lists = "<hr>".join(f"<ul>{''.join(map(entry, group))}</ul>" for group in groups)
    return mark_safe(
        f'<button class="button button--quiet button--icon button--small" type="button" '
        f'id="{target}-button" popovertarget="{target}" aria-label="{label}">'
        f'{icons.icon("ellipsis")}</button><div class="menu" id="{target}" popover>{lists}</div>'
    )


def entry(action) -> str:
    label = safe(str(action.label))
    if action.why:
        return (
            f'<li><button type="button" aria-disabled="true"><span>{label}</span>'
            f"<small>{safe(str(action.why))}</small></button></li>"
        )
    url = safe(action.url)
    danger = " data-danger" if action.danger else ""
    return (
        f'<li><a href="{url}" hx-get="{url}" hx-target="#dialog"{danger}>'
        f"{icons.icon(action.icon)}{label}</a></li>"
    )
