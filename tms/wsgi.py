"""What gunicorn serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tms.settings")
os.environ.setdefault("LANYARD_PROCESS", "web")  # its statements have limits
application = get_wsgi_application()
