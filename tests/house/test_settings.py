"""Settings come from the environment, are in one table, and unsafe ones are refused."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tms.environment import database_from, flag, mailer_from, number, redis_from

ROOT = Path(settings.BASE_DIR)
SAFE = {
    "LANYARD_MODE": "production",
    "SECRET_KEY": "".join(chr(65 + n % 50) for n in range(60)),
    "SITE_URL": "https://learn.example.com",
    "ALLOWED_HOSTS": "learn.example.com",
    "DATABASE_URL": "postgresql://lanyard_app:word@db/lanyard",
    "DATABASE_OWNER_URL": "postgresql://lanyard_owner:word@db/lanyard",
    "REDIS_URL": "redis://broker:6379/0",
    "MAIL_URL": "smtp+tls://lanyard:p%40ss@mail.example.com",
    "PROXIES": "1",
}
OUR_NAMES = re.compile(r'(?:environ\.get\(|environ\[|flag\(|number\()\s*"(\w+)"')


def manage(*words, **variables):
    """Run manage.py in production with these variables; None leaves one out."""
    given = {**SAFE, **variables}
    env = {key: value for key, value in given.items() if value is not None}
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **env},
        capture_output=True,
        text=True,
    )


def test_production_passes_the_deployment_check():
    # It asks the database for its version, so this one is real.
    here = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL")}
    done = manage("check", "--deploy", "--fail-level", "WARNING", **here)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (2 silenced).\n"


def test_production_says_all_that_is_unsafe_at_once():
    done = manage(
        "check",
        SECRET_KEY="short",
        ALLOWED_HOSTS="*",
        DEBUG="1",
        SITE_URL="http://learn.example.com",
        DATABASE_URL=None,
        REDIS_URL=None,
    )
    assert done.returncode != 0
    assert done.stderr.splitlines()[-7:] == [
        "django.core.exceptions.ImproperlyConfigured: "
        "Lanyard does not start like this in production.",
        "Set SECRET_KEY to at least 50 random characters, kept secret.",
        "Set ALLOWED_HOSTS to the host names of the site, without *.",
        "Unset DEBUG: it shows the inside of the program to visitors.",
        "Set SITE_URL to the address of the site, beginning with https://.",
        "Set DATABASE_URL to the address of the server.",
        "Set REDIS_URL to the address of the server.",
    ]


def test_production_cookies_and_headers():
    question = (
        "from django.conf import settings as s;"
        "from tms.ui import cookies as c;"
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME,"
        " c.called('theme'), c.Passing.storage_classes[0].cookie_name, s.SESSION_COOKIE_SECURE,"
        " s.CSRF_COOKIE_HTTPONLY, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS,"
        " s.SECURE_PROXY_SSL_HEADER, s.DATABASE_ROLE, s.INITIAL_SECOND_FACTOR, s.AS_OWNER)"
    )
    assert manage("shell", "--no-imports", "-v0", "-c", question).stdout == (
        "__Host-session __Host-csrf __Host-language __Host-theme __Host-messages "
        "True True True 31536000 "
        "('HTTP_X_FORWARDED_PROTO', 'https') lanyard_app required False\n"
    )


def test_the_web_has_limits_and_the_owner_migrates_without():
    question = (
        "from django.conf import settings as s; d = s.DATABASES['default'];"
        "print(d['USER'], d['OPTIONS'].get('options'))"
    )
    shell = ["shell", "--no-imports", "-v0", "-c", question]
    assert manage(*shell, LANYARD_PROCESS="web").stdout == (
        "lanyard_app -c statement_timeout=15000 -c lock_timeout=3000"
        " -c idle_in_transaction_session_timeout=30000 -c plan_cache_mode=force_generic_plan\n"
    )
    assert manage(*shell, LANYARD_AS_OWNER="1").stdout == "lanyard_owner None\n"


def documented(text: str) -> set[str]:
    """The names in the first column of the tables."""
    cells = re.findall(r"^\| (`[^|]+) \|", text, re.MULTILINE)
    return {name for cell in cells for name in re.findall(r"`(\w+)`", cell)}


@pytest.mark.parametrize("name", ["settings.py", "environment.py"])
def test_every_setting_is_in_the_table(name):
    names = documented((ROOT / "docs/settings.md").read_text())
    assert set(OUR_NAMES.findall((ROOT / "tms" / name).read_text())) - names == set()


def test_every_setting_in_the_table_is_read():
    text = "".join((ROOT / "tms" / name).read_text() for name in ("settings.py", "environment.py"))
    names = documented((ROOT / "docs/settings.md").read_text().partition("## Of the commands")[0])
    assert {name for name in names if f'"{name}"' not in text} == set()


def test_answers_carry_the_safe_headers(client, organisation):
    answer = client.get("/accounts/login/", follow=True)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Permissions-Policy"] == settings.PERMISSIONS_POLICY
    assert "script-src 'self' 'nonce-" in answer.headers["Content-Security-Policy"]


def test_yes_and_no(monkeypatch):
    monkeypatch.setenv("DEBUG", "yes")
    assert flag("DEBUG", default=False) is True
    monkeypatch.setenv("DEBUG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match="DEBUG is 1 or 0, not 'perhaps'"):
        flag("DEBUG", default=False)


def test_numbers(monkeypatch):
    assert number("PROXIES", default=2) == 2
    monkeypatch.setenv("PROXIES", "many")
    with pytest.raises(ImproperlyConfigured, match="PROXIES is a whole number, not 'many'"):
        number("PROXIES", default=0)


def test_addresses_of_databases():
    found = database_from("postgresql://u:p%40@h:5433/db?sslmode=require")
    assert (found["USER"], found["PASSWORD"], found["HOST"], found["PORT"], found["NAME"]) == (
        "u",
        "p@",
        "h",
        "5433",
        "db",
    )
    assert found["OPTIONS"] == {
        "sslmode": "require",
        "connect_timeout": 5,
        "prepare_threshold": 5,
    }


def test_addresses_of_brokers():
    found = redis_from("unix:///run/valkey.sock")
    assert (found.cache, found.broker) == (
        "unix:///run/valkey.sock",
        "redis+socket:///run/valkey.sock",
    )


@pytest.mark.parametrize(
    ("url", "port", "more"),
    [
        ("smtp+tls://me:p%40ss@mail.example.com", 587, {"use_tls": True}),
        ("smtps://me:p%40ss@mail.example.com", 465, {"use_ssl": True}),
        ("smtp://me:p%40ss@mail.example.com:2525", 2525, {}),
    ],
)
def test_addresses_of_mail_servers(url, port, more):
    options = mailer_from(url)["OPTIONS"]
    assert options == {
        "host": "mail.example.com",
        "port": port,
        "username": "me",
        "password": "p@ss",
        "timeout": 20,
        **more,
    }


def test_a_mail_server_that_is_none():
    with pytest.raises(ImproperlyConfigured, match="MAIL_URL is smtp"):
        mailer_from("mail.example.com")
