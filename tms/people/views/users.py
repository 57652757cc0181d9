"""Control panel: Users and Roles, the users."""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib.auth.models import Group
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tms import journal
from tms.models import User
from tms.ui import access
from tms.ui.dialogs import Dialog, Done
from tms.ui.forms import Form
from tms.ui.lists import LINE, Action, Empty, ListPage

from .. import addresses, invitations, second_factor, staff
from ..permissions import held_by, of_group
from ..roles import DESCRIPTIONS, shown
from ..tables import UserFilter, UserTable, users

RIGHT = "tms.manage_users"


class Users(ListPage):
    title = _("Users and Roles")
    permission_required = RIGHT
    template_name = "people/users.html"
    table, filterset, sort = UserTable, UserFilter, "name"
    values = ("status", "pk")
    changes = "users"
    export_name = "users"
    empty = Empty(
        _("Nobody works in the back office"),
        _("Invite colleagues; each sees and does what their roles allow."),
    )

    def queryset(self):
        return users()

    def actions(self):
        return [Action(_("Invite"), reverse("people:invite"), "user-plus")]

    def menu(self, row):
        def to(name):
            return reverse(f"people:{name}", args=[row["pk"]])

        yield Action(_("Change roles"), to("change_roles"), "shield")
        if row["status"] == "invited":
            yield Action(_("Invite again"), to("invite_again"), "send")
        yield LINE
        if row["status"] == "disabled":
            yield Action(_("Enable"), to("enable"), "user-check")
        else:
            yield Action(_("Disable"), to("disable"), "user-x", danger=True)

    def dim(self, row):
        return row["status"] == "disabled"


@access.staff(RIGHT)
def user(request, pk):
    """One user: what they may do, how they sign in, what happened to their sign-in."""
    row = get_object_or_404(users(), pk=pk)
    context = {
        "person": row,
        "person_roles": [
            (shown(group.name), DESCRIPTIONS.get(group.name, ""))
            for group in row.groups.order_by("name")
        ],
        "kinds": set(Authenticator.objects.filter(user=row).values_list("type", flat=True)),
        "sessions": UserSession.objects.filter(user=row).count(),
        "needs_factor": second_factor.needed_by(row, request.organisation),
        "within_reach": held_by(row) <= held_by(request.user),
        "history": history(row),
        "recorded": f"model=tms.user&record={row.pk}",
    }
    return render(request, "people/user.html", context)


HAPPENED = {
    "user.admitted": _("Made with a confirmed address"),
    "user.signed_up": _("Created an account"),
    "user.invited": _("Invited"),
    "user.invitation_accepted": _("Accepted the invitation"),
    "user.email_confirmed": _("Confirmed the address"),
    "user.email_changed": _("Changed the address"),
    "user.changed": _("Changed name or language"),
    "user.password_changed": _("Changed the password"),
    "user.password_reset": _("Set a new password by mail"),
    "user.second_factor_added": _("Added an app as second factor"),
    "user.second_factor_removed": _("Removed the app as second factor"),
    "user.passkey_added": _("Added a passkey"),
    "user.passkey_removed": _("Removed a passkey"),
    "user.recovery_codes_made": _("Made recovery codes"),
    "user.roles_changed": _("Roles changed"),
    "user.disabled": _("Disabled"),
    "user.enabled": _("Enabled"),
}


def history(row) -> list[dict]:
    """What happened to a user's sign-in, newest first, in words. Two queries."""
    facts = list(journal.about("user", row.pk)[:50])
    names = dict(
        User.objects.filter(pk__in={fact.by_id for fact in facts}).values_list("pk", "name")
    )
    return [
        {
            "at": fact.at,
            "by": names.get(fact.by_id, "") if fact.by_id != row.pk else "",
            "what": HAPPENED.get(fact.kind, fact.kind),
            "roles": ", ".join(map(shown, fact.after.get("roles", []))),
            "reason": fact.reason,
        }
        for fact in facts
    ]


def offered(by, also=()) -> list[tuple[str, str]]:
    """The roles that `by` can give: none that allows more than they hold. And those of `also`."""
    mine = held_by(by)
    groups = Group.objects.prefetch_related("permissions__content_type").order_by("pk")
    return [
        (group.name, shown(group.name))
        for group in groups
        if of_group(group) <= mine or group.name in also
    ]


class RolesForm(Form):
    roles = forms.MultipleChoiceField(
        label=_("Roles"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args, choices, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].choices = choices


class InviteForm(RolesForm):
    email = forms.EmailField(label=_("Email"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=200)
    field_order = ["email", "name", "roles"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["roles"].required = True

    def clean_email(self):
        return addresses.clean(self.cleaned_data["email"])


class Invite(Dialog):
    title = _("Invite")
    subject = _("A letter with a link follows; it is good once, for a week.")
    submit = _("Send the invitation")
    permission_required = RIGHT
    form_class = InviteForm
    changes = "users"
    done_url = "people:users"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"choices": offered(self.request.user)}

    def perform(self, **answers):
        request = self.request
        invitations.invite(**answers, by=request.user, at=request.now, on=request.today)
        return Done(says=gettext("The invitation is on its way."))


class OfUser(Dialog):
    """A dialog about one user."""

    permission_required = RIGHT
    form_class = Form
    changes = "users"
    done_url = "people:users"

    def setup(self, request, *args, pk, **kwargs):
        super().setup(request, *args, pk=pk, **kwargs)
        self.user = get_object_or_404(User, pk=pk)
        self.subject = f"{self.user.name}, {self.user.email}"

    def call(self, verb, **answers):
        request = self.request
        return verb(self.user.pk, **answers, by=request.user, at=request.now, on=request.today)


class ChangeRoles(OfUser):
    title = _("Change roles")
    form_class = RolesForm

    def held(self):
        return list(self.user.groups.values_list("name", flat=True))

    def get_initial(self):
        return {"roles": self.held()}

    def get_form_kwargs(self):
        choices = offered(self.request.user, also=self.held())
        return super().get_form_kwargs() | {"choices": choices}

    def perform(self, roles):
        self.call(staff.change_roles, roles=roles)


class Disable(OfUser):
    title = _("Disable")
    submit = _("Disable this user")
    danger = True
    previews = True

    class form_class(Form):  # noqa: N801
        reason = forms.CharField(
            label=_("Reason"), required=False, max_length=300, help_text=_("Kept in the history.")
        )

    def perform(self, reason):
        return self.call(staff.disable, reason=reason or "")


class Enable(OfUser):
    title = _("Enable")
    submit = _("Enable this user")

    def perform(self):
        self.call(staff.enable)


class InviteAgain(OfUser):
    title = _("Invite again")
    submit = _("Send a new link")

    def perform(self):
        self.call(invitations.invite_again)
        return Done(says=gettext("A new link is on its way. The old one is void."))
