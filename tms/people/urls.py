"""Where people sign in and look after their sign-in, and where the office looks after people."""

from allauth.account.decorators import reauthentication_required
from allauth.usersessions.views import list_usersessions
from django.urls import include, path

from .views import account, audit, first, invitation, logo, mail, organisation, roles, users

pages = [
    path("first/", first.first, name="first"),
    # Where `Organisation.logo.url` points (MEDIA_URL); nothing else is served from there.
    path("files/logo/<str:name>", logo.logo, name="logo"),
    path("invitation/<int:pk>/<str:token>/", invitation.opened, name="invitation"),
    path("invitation/", invitation.accept, name="accept"),
    path("language/", account.language, name="language"),
    path("account/name/", account.Name.as_view(), name="name"),
    path("control-panel/organisation/", organisation.organisation, name="organisation"),
    path("control-panel/users/", users.Users.as_view(), name="users"),
    path("control-panel/users/invitation/", users.Invite.as_view(), name="invite"),
    path("control-panel/users/<int:pk>/", users.user, name="user"),
    path("control-panel/users/<int:pk>/roles/", users.ChangeRoles.as_view(), name="change_roles"),
    path("control-panel/users/<int:pk>/disabling/", users.Disable.as_view(), name="disable"),
    path("control-panel/users/<int:pk>/enabling/", users.Enable.as_view(), name="enable"),
    path(
        "control-panel/users/<int:pk>/invitation/", users.InviteAgain.as_view(), name="invite_again"
    ),
    path("control-panel/roles/", roles.roles, name="roles"),
    path("control-panel/roles/creation/", roles.Create.as_view(), name="create_role"),
    path("control-panel/roles/<int:pk>/", roles.Change.as_view(), name="change_role"),
    path("control-panel/roles/<int:pk>/removal/", roles.Remove.as_view(), name="remove_role"),
    path("control-panel/audit-trail/", audit.AuditTrail.as_view(), name="audit_trail"),
    path("control-panel/audit-trail/recorded/", audit.recorded, name="recorded"),
    path("control-panel/audit-trail/<int:pk>/", audit.row, name="audit_row"),
    path("control-panel/mail/", mail.Mail.as_view(), name="mail"),
    path("control-panel/mail/<int:pk>/", mail.one, name="one_mail"),
    path("control-panel/mail/<int:pk>/files/<int:number>/", mail.file, name="mail_file"),
]

urlpatterns = [
    path("", include((pages, "people"))),
    # Everything under here stays open to staff who still have to get a second factor.
    path("account/", account.my_account, name="my_account"),
    # allauth's, but others are signed out only by who proved just now who they are.
    path(
        "account/sessions/",
        reauthentication_required(list_usersessions, allow_get=True),
        name="usersessions_list",
    ),
    path("account/", include("allauth.urls")),
]
