"""What can be allowed, in whose words, and who holds what?"""

import dataclasses

from django.apps import apps
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

HEADINGS = {
    "catalog": _("Catalogue"),
    "crm": _("Contacts and accounts"),
    "passes": _("Training passes"),
    "tokens": _("Training tokens"),
    "lms": _("Learning"),
    "comms": _("Messages"),
    "tms": _("System"),
}


@dataclasses.dataclass(frozen=True)
class Right:
    """One thing that can be allowed: `code` as in `user.has_perm(code)`, and a sentence's words."""

    code: str
    words: str

    @property
    def label(self) -> str:
        return gettext(self.words)


@dataclasses.dataclass(frozen=True)
class Area:
    """The rights of one part of the product."""

    key: str
    label: str
    rights: tuple[Right, ...]


def areas() -> list[Area]:
    """All that can be allowed, by area: what the models declare in `Meta.permissions`."""
    found = []
    for config in apps.get_app_configs():
        rights = tuple(
            Right(f"{config.label}.{codename}", words)
            for model in config.get_models()
            for codename, words in model._meta.permissions
        )
        if rights:
            heading = HEADINGS.get(config.label, config.verbose_name)
            found.append(Area(config.label, str(heading), rights))
    order = list(HEADINGS)
    return sorted(found, key=lambda area: order.index(area.key) if area.key in order else 99)


def codes() -> frozenset[str]:
    """The codes of all rights."""
    return frozenset(right.code for area in areas() for right in area.rights)


def held_by(user) -> frozenset[str]:
    """The codes that the user holds. One query a request at most; none for a superuser."""
    if not user.is_active:
        return frozenset()
    return codes() if user.is_superuser else codes() & user.get_all_permissions()


def of_group(group) -> frozenset[str]:
    """The codes that a role gives; prefetch `permissions__content_type` for many."""
    return frozenset(
        f"{permission.content_type.app_label}.{permission.codename}"
        for permission in group.permissions.all()
    )


def words_for(wanted) -> list[str]:
    """What these codes mean, in the order of the areas."""
    return [right.label for area in areas() for right in area.rights if right.code in wanted]
