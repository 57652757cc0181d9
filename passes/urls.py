"""Where training passes are found: their types, and those that somebody has."""

from . import urls_owned, urls_types

app_name = "passes"
urlpatterns = [*urls_types.urlpatterns, *urls_owned.urlpatterns]
