"""Where are templates and sending addresses?"""

from django.urls import path

from .views import framed, senders, templates, trying

urlpatterns = [
    path("templates/", templates.Templates.as_view(), name="templates"),
    path("templates/new/", templates.CreateTemplate.as_view(), name="create_template"),
    path("templates/fields/", templates.template_fields, name="template_fields"),
    path("templates/records/", trying.template_records, name="template_records"),
    path("templates/preview/", trying.preview, name="preview_template"),
    path("templates/preview/<str:token>/", framed.letter_preview, name="letter_preview"),
    path("templates/<int:pk>/", templates.template, name="template"),
    path("templates/<int:pk>/history/", templates.history, name="template_history"),
    path("templates/<int:pk>/edit/", templates.EditTemplate.as_view(), name="edit_template"),
    path(
        "templates/<int:pk>/copy/", templates.DuplicateTemplate.as_view(), name="duplicate_template"
    ),
    path(
        "templates/<int:pk>/archive/", templates.ArchiveTemplate.as_view(), name="archive_template"
    ),
    path(
        "templates/<int:pk>/restoration/",
        templates.RestoreTemplate.as_view(),
        name="restore_template",
    ),
    path("templates/<int:pk>/test/", templates.TestTemplate.as_view(), name="test_template"),
    path("templates/<int:pk>/files/new/", templates.AddFile.as_view(), name="add_template_file"),
    path(
        "templates/<int:pk>/files/<int:file>/removal/",
        templates.RemoveFile.as_view(),
        name="remove_template_file",
    ),
    path("sending-addresses/", senders.Senders.as_view(), name="senders"),
    path("sending-addresses/new/", senders.AddSender.as_view(), name="add_sender"),
    path("sending-addresses/<int:pk>/edit/", senders.EditSender.as_view(), name="edit_sender"),
    path("sending-addresses/<int:pk>/link/", senders.AskSender.as_view(), name="ask_sender"),
    path(
        "sending-addresses/<int:pk>/default/",
        senders.DefaultSender.as_view(),
        name="default_sender",
    ),
    path(
        "sending-addresses/<int:pk>/removal/",
        senders.RemoveSender.as_view(),
        name="remove_sender",
    ),
    path("sending-addresses/confirmation/<str:token>/", senders.confirm, name="confirm_sender"),
]
