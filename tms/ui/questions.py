"""How is one question of a form written? Label, control, help, and what is wrong with the answer.

By Python instead of a template: a dialog asks a dozen, and a page of settings more.
"""

from django import forms
from django.utils.html import conditional_escape as safe
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from . import icons

GROUP, CHECK, PLAIN = "group", "check", "plain"


def kind_of(bound) -> str:
    """Is it drawn as a group of choices, as one tick box, or as label over control?"""
    if bound.use_fieldset:
        return GROUP
    return CHECK if isinstance(bound.field.widget, forms.CheckboxInput) else PLAIN


def question(bound) -> SafeString:
    """A bound field with all that belongs to it."""
    kind, field = kind_of(bound), bound.field
    help_text = safe(bound.help_text) if bound.help_text else ""
    if kind == CHECK:
        described = f'<small id="{bound.auto_id}_helptext">{help_text}</small>' if help_text else ""
        label = f"<span>{safe(bound.label)}{described}</span>"
        parts = [f'<div class="field"><label class="check">{bound}{label}</label>']
    elif kind == GROUP:
        by = bound.aria_describedby
        described = f' aria-describedby="{by}"' if by else ""
        optional = "" if field.required else f' <small class="muted">{_("optional")}</small>'
        legend = f"<legend>{safe(bound.label)}{optional}</legend>"
        parts = [f'<fieldset class="field"{described}>{legend}{bound}']
    else:
        asked_for = bound.id_for_label
        names = f' for="{safe(asked_for)}"' if asked_for else ""
        needed = field.required or field.disabled or getattr(field, "under_a_choice", False)
        optional = "" if needed else f" <small>{_('optional')}</small>"
        label = f"<label{names}>{safe(bound.label)}{optional}</label>"
        parts = [f'<div class="field">{label}{bound}']
    if help_text and kind != CHECK:
        parts.append(f'<p class="help" id="{bound.auto_id}_helptext">{help_text}</p>')
    if bound.errors:
        wrong = "".join(f"<p>{safe(each)}</p>" for each in bound.errors)
        error = f"{icons.icon('circle-x')}<div>{wrong}</div>"
        parts.append(f'<div class="error" id="{bound.auto_id}_error">{error}</div>')
    parts.append("</fieldset>" if kind == GROUP else "</div>")
    return mark_safe("".join(parts))
