"""Where are the settings of sending, and what people wish to receive?"""

from django.urls import path

from .views import sending, wishes

urlpatterns = [
    path("control-panel/sending/", sending.sending, name="sending"),
    path("control-panel/sending/history/", sending.sending_history, name="sending_history"),
    path("control-panel/sending/pause/", sending.Pause.as_view(), name="pause_sending"),
    path("control-panel/sending/resumption/", sending.Resume.as_view(), name="resume_sending"),
    path(
        "control-panel/sending/addresses/<int:pk>/clearing/",
        sending.Clear.as_view(),
        name="clear_trouble",
    ),
    path("email-preferences/<str:token>/", wishes.manage, name="wishes"),
    path("email-preferences/<str:token>/unsubscription/", wishes.unsubscribe, name="unsubscribe"),
]
