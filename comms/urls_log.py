"""Where is the message log?"""

urlpatterns: list = []
