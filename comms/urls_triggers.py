"""Where are triggers, and what is foretold of them?"""

urlpatterns: list = []
