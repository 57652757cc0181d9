"""Where are the settings of sending, and what people wish to receive?"""

urlpatterns: list = []
