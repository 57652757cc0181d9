"""Where are communications?"""

from . import urls_letters, urls_log, urls_sending, urls_triggers

app_name = "comms"
urlpatterns = [
    *urls_triggers.urlpatterns,
    *urls_letters.urlpatterns,
    *urls_log.urlpatterns,
    *urls_sending.urlpatterns,
]
