"""How is a log line written? As JSON for machines, or as a line for people.

Nothing secret is logged by design: no header, no body, no address with its particulars (links carry
secrets). What a library might say all the same is struck out here.
"""

import datetime
import json
import logging
import re

from . import trace

# Passwords in addresses of servers, keys of the API, secrets of webhooks, and the last part of
# links that carry secrets.
SECRETS = [
    (re.compile(r"(://[^:/@\s]*:)[^@/\s]+@"), r"\1***@"),
    (re.compile(r"\blk_[A-Za-z0-9_-]{8,}"), "lk_***"),
    (re.compile(r"\bwhsec_[A-Za-z0-9_-]{8,}"), "whsec_***"),
    (
        re.compile(
            r"(/(?:invitation/\d+|reset/key|address|new-address|new-date|email-preferences|scorm"
            r"|preview|confirm[^\s/]*)/)[^\s/?\"']+"
        ),
        r"\1***",
    ),
    (re.compile(r"(?i)\b(password|token|sessionid|session|csrf\w*)=[^\s&;,)]+"), r"\1=***"),
]
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def discreet(text: str) -> str:
    for pattern, instead in SECRETS:
        text = pattern.sub(instead, text)
    return text


def message(record: logging.LogRecord) -> str:
    """What it says. Django's own lines about a request name its path: they get its route."""
    request = getattr(record, "request", None)
    path = getattr(request, "path", None)
    if path is None or not isinstance(record.args, tuple):
        return discreet(record.getMessage())
    known = (path, request.get_full_path())
    args = tuple(route(request) if arg in known else arg for arg in record.args)
    return discreet(str(record.msg) % args if args else str(record.msg))


def route(request) -> str:
    """The address as the URL configuration has it: /invitation/<int:pk>/<str:token>/"""
    match = getattr(request, "resolver_match", None)
    return f"/{match.route}" if match else "(no such address)"


class Json(logging.Formatter):
    """One JSON object a line: at, level, logger, message, request, what is told, exception."""

    def format(self, record):
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        said = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message(record),
            "process": record.process,
        }
        if request := trace.current():
            said["request"] = request
        said |= getattr(record, "told", {})
        if record.exc_info and record.exc_info[0]:
            said["exception"] = discreet(self.formatException(record.exc_info))
        return json.dumps(said, default=str, ensure_ascii=True)


class Line(logging.Formatter):
    """For a terminal: time, level, logger, request, message. A traceback follows, indented."""

    def format(self, record):
        at = self.formatTime(record)
        parts = [at, record.levelname, record.name, trace.current()[:8], plain(message(record))]
        lines = [" ".join(filter(None, parts))]
        if record.exc_info and record.exc_info[0]:
            text = discreet(self.formatException(record.exc_info))
            lines += ["  " + plain(line) for line in text.splitlines()]
        return "\n".join(lines)


def plain(text: str) -> str:
    """The text on one line: control characters as \\x0a."""
    return CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def configuration(*, form: str, level: str, quiet: bool) -> dict:
    """Python's logging configuration. `form` is json or line; `quiet`: no line for each request,
    and none for each task."""
    formatters = {"json": {"()": "tms.logs.Json"}, "line": {"()": "tms.logs.Line"}}
    usual = "WARNING" if quiet else "INFO"
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": formatters,
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own way is to mail errors and to print in DEBUG only.
            "django": {"handlers": [], "level": "INFO", "propagate": True},
            "django.server": {"handlers": [], "level": "INFO", "propagate": True},
            # What wasn't found or allowed has its line already: lanyard.request.
            "django.request": {"level": "ERROR"},
            # Anybody can knock under any name; the answer is 400, and nothing is wrong here.
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "lanyard.request": {"level": usual},
            "celery": {"level": usual},
            "celery.beat": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
