"""Where are the settings of sending, and what people wish to receive?"""

from django.urls import path

from .views import wishes

urlpatterns = [
    path("email-preferences/<str:token>/", wishes.manage, name="wishes"),
    path("email-preferences/<str:token>/unsubscription/", wishes.unsubscribe, name="unsubscribe"),
]
