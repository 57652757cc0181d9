"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tms.settings")
os.environ.setdefault("LANYARD_PROCESS", "web")  # its statements have limits
application = get_wsgi_application()
# All pages are loaded now: who asks first doesn't wait, and workers that are forked share them.
get_resolver().url_patterns  # noqa: B018
