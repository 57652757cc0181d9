"""Where are templates and sending addresses?"""

urlpatterns: list = []
