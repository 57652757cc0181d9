"""Which roles are there, what does each allow, and who may change that?"""

import fnmatch

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from tms import journal
from tms.consequences import Consequence
from tms.models import User
from tms.refusals import Refusal

from .permissions import codes, held_by, of_group, words_for

ADMINISTRATOR = "Administrator"

# Built-in roles: what each allows, as patterns over the codes of tms.people.permissions.
ROLES = {
    ADMINISTRATOR: ["*"],
    "Training Manager": [
        "catalog.*",
        "crm.change_*",
        "crm.import_people",
        "passes.*",
        "tokens.redeem_tokens",
        "lms.*",
        "comms.*",
        "*.view_*",
        "tms.export",
    ],
    "Sales": [
        "catalog.view_catalogue",
        "crm.view_*",
        "crm.change_*",
        "crm.win_opportunities",
        "crm.import_people",
        "passes.view_passes",
        "passes.issue_pass",
        "passes.change_pass",
        "passes.reassign_pass",
        "tokens.view_*",
        "tokens.issue_tokens",
        "tokens.redeem_tokens",
        "tokens.set_token_spending",
        "lms.view_registrations",
        "lms.manage_registrations",
        "comms.view_communications",
        "comms.send_messages",
        "tms.export",
    ],
    "Finance": [
        "*.view_*",
        "catalog.change_prices",
        "crm.manage_invoices",
        "crm.credit_invoices",
        "lms.settle_payments",
        "passes.cancel_pass",
        "passes.manage_pass_types",
        "tokens.*",
        "tms.export",
    ],
    "Support": ["*.view_*"],
}

# What the built-in ones are called on a page; in the database each has one name for good.
NAMES = {
    ADMINISTRATOR: pgettext_lazy("role", "Administrator"),
    "Training Manager": pgettext_lazy("role", "Training Manager"),
    "Sales": pgettext_lazy("role", "Sales"),
    "Finance": pgettext_lazy("role", "Finance"),
    "Support": pgettext_lazy("role", "Support"),
}
DESCRIPTIONS = {
    ADMINISTRATOR: gettext_lazy("Everything, users and settings included."),
    "Training Manager": gettext_lazy("Catalogue, people, passes and registrations."),
    "Sales": gettext_lazy("Contacts, accounts, and selling to them."),
    "Finance": gettext_lazy("Prices, invoices, tokens, cancellations; sees everything else."),
    "Support": gettext_lazy("Sees everything, changes nothing."),
}


def shown(name: str) -> str:
    """What a role is called for who reads: a built-in one in their language."""
    return str(NAMES.get(name, name))


def rights_of(role: str) -> frozenset[str]:
    """The codes that a built-in role allows in this version."""
    return frozenset(
        code for code in codes() if any(fnmatch.fnmatch(code, wild) for wild in ROLES[role])
    )


@transaction.atomic
def sync(using: str = "default") -> None:
    """Make the built-in roles exactly what ROLES says. Runs after every `migrate`; idempotent."""
    for name in ROLES:
        group, _made = Group.objects.using(using).get_or_create(name=name)
        group.permissions.set(permissions_for(rights_of(name), using))


def permissions_for(wanted, using: str = "default") -> list[Permission]:
    """The permission rows of these codes. One query."""
    pairs = {tuple(code.split(".", 1)) for code in wanted}
    rows = Permission.objects.using(using).filter(
        content_type__app_label__in={app for app, _codename in pairs},
        codename__in={codename for _app, codename in pairs},
    )
    return [
        row
        for row in rows.select_related("content_type")
        if (row.content_type.app_label, row.codename) in pairs
    ]


def sync_after_migrate(app_config, using, **_more) -> None:
    """The receiver of `post_migrate`: permissions exist only once every app has migrated."""
    last = [config for config in apps.get_app_configs() if config.models_module][-1]
    if app_config == last:
        sync(using)


def refuse_beyond(by, wanted: frozenset[str]) -> None:
    """Nobody grants, takes away or changes more than they hold."""
    missing = wanted - held_by(by)
    if missing:
        raise Refusal(
            _("You don't hold this yourself: %(rights)s. Ask an administrator.")
            % {"rights": "; ".join(words_for(missing))}
        )


def _clean(name: str, group: Group | None = None) -> str:
    name = " ".join(name.split())
    others = Group.objects.exclude(pk=group.pk) if group else Group.objects.all()
    if others.annotate(same=Lower("name")).filter(same=name.lower()).exists():
        raise Refusal(_("There is a role with this name already."), field="name")
    return name


def _locked(group_id: int) -> Group:
    group = Group.objects.select_for_update().get(pk=group_id)
    if group.name in ROLES:
        raise Refusal(_("This role is built in. Copy what it allows into a role of your own."))
    return group


@transaction.atomic
def create(name: str, wanted, *, by, at, on) -> Group:
    """Make a role. Refused beyond what `by` holds."""
    wanted = frozenset(wanted) & codes()
    refuse_beyond(by, wanted)
    group = Group.objects.create(name=_clean(name))
    group.permissions.set(permissions_for(wanted))
    after = {"name": group.name, "rights": sorted(wanted)}
    journal.write("role.created", group.pk, at=at, on=on, by=by, after=after)
    return group


@transaction.atomic
def change(group_id: int, name: str, wanted, *, by, at, on) -> Group:
    """Rename a role and change what it allows, for everybody who has it. Locks the role."""
    group = _locked(group_id)
    before = of_group(group)
    wanted = frozenset(wanted) & codes()
    refuse_beyond(by, before | wanted)
    old = {"name": group.name, "rights": sorted(before)}
    group.name = _clean(name, group)
    group.save(update_fields=["name"])
    group.permissions.set(permissions_for(wanted))
    new = {"name": group.name, "rights": sorted(wanted)}
    if new != old:
        journal.write("role.changed", group.pk, at=at, on=on, by=by, before=old, after=new)
    return group


@transaction.atomic
def remove(group_id: int, *, by, at, on) -> list[Consequence]:
    """Take a role away from everybody and delete it. Returns who loses it."""
    group = _locked(group_id)
    refuse_beyond(by, of_group(group))
    members = User.objects.filter(groups=group).order_by("name")
    names = tuple(str(user) for user in members)
    before = {
        "name": group.name,
        "rights": sorted(of_group(group)),
        "users": sorted(user.pk for user in members),
    }
    journal.write("role.removed", group.pk, at=at, on=on, by=by, before=before)
    group.delete()
    if not names:
        return []
    sentence = ngettext(
        "%(count)s user loses this role", "%(count)s users lose this role", len(names)
    ) % {"count": len(names)}
    return [Consequence("closes", sentence, len(names), names[:10])]
