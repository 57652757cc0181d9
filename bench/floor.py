"""The floor: the least that a signed-in page of fifty rows costs in Django, as a site of its own.

Session, user, one SELECT and a template, in a database of its own; nothing of Lanyard in it.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="only-for-this-run",  # noqa: S106
    ALLOWED_HOSTS=["*"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
    ],
    MIDDLEWARE=[
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "floor",
            "USER": "lanyard_owner",
            "HOST": os.environ["FLOOR_DATABASE"],
            "CONN_MAX_AGE": None,
        }
    },
    CACHES={
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": os.environ["FLOOR_CACHE"],
        }
    },
    SESSION_ENGINE="django.contrib.sessions.backends.cache",
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.contrib.auth.decorators import login_required  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection, models  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.template import engines  # noqa: E402
from django.urls import path  # noqa: E402

PAGE = engines["django"].from_string(
    "<!doctype html><title>{{ title }}</title><h1>{{ title }}</h1><table><thead><tr>"
    "<th>Name</th><th>Email</th><th>Since</th></tr></thead><tbody>{% for row in rows %}<tr>"
    '<td><a href="/contacts/{{ row.id }}/">{{ row.first_name }} {{ row.last_name }}</a></td>'
    '<td>{{ row.email }}</td><td>{{ row.made_at|date:"j M Y" }}</td></tr>'
    "{% endfor %}</tbody></table>"
)


class Person(models.Model):
    group = models.IntegerField()
    first_name = models.TextField()
    last_name = models.TextField()
    email = models.TextField()
    made_at = models.DateTimeField()

    class Meta:
        app_label = "floor"
        db_table = "person"

    def __str__(self):
        return self.email


@login_required
def page(request):
    rows = list(Person.objects.filter(group=7).order_by("id")[:50])
    return HttpResponse(PAGE.render({"title": f"For {request.user}", "rows": rows}))


def healthz(request):
    return HttpResponse("alive")


urlpatterns = [path("page/", page), path("healthz", healthz)]
application = get_wsgi_application()


def prepare() -> None:
    """Make the tables and a session; prints the cookie."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Person)
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO person ("group", first_name, last_name, email, made_at) '
            "SELECT g / 50, 'Anna', 'Person' || g, 'anna' || g || '@people.example', '2026-01-01' "
            "FROM generate_series(0, 99999) g"
        )
        cursor.execute('CREATE INDEX ON person ("group", id)')
        cursor.execute("ANALYZE person")
    client = Client()
    client.force_login(User.objects.create_user("reader"))
    sys.stdout.write(client.cookies["sessionid"].value)


if __name__ == "__main__" and Path(sys.argv[0]).name == "floor.py":
    prepare()
