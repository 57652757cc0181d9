"""Are the parts there that everything runs on? Database, broker, scheduler, worker, disk, clock."""

import datetime
import shutil
from pathlib import Path

import redis
from django.conf import settings
from django.db import connection
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import broker as queue
from tms import pulse, schema
from tms.condition import BAD, GOOD, NOTE, WARN, Condition

from .words import age_of_installation, ago, seconds

PULSE = "tms.tasks.pulse"
SILENT = datetime.timedelta(minutes=3)
SKEW = datetime.timedelta(seconds=5)
CONNECTIONS = """
SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
       current_setting('max_connections')::int, pg_database_size(current_database()),
       coalesce((SELECT extract(epoch FROM max(clock_timestamp() - xact_start))
                 FROM pg_stat_activity WHERE datname = current_database()), 0)
"""


def database(at: datetime.datetime) -> Condition:
    """It answers, or we would not be here: how full it is."""
    with connection.cursor() as cursor:
        cursor.execute(CONNECTIONS)
        used, limit, size, oldest = cursor.fetchone()
    value = _("%(used)d of %(limit)d connections, %(size)s") % {
        "used": used,
        "limit": limit,
        "size": filesizeformat(size),
    }
    figures = {
        "database_connections": used,
        "database_connections_max": limit,
        "database_bytes": size,
        "database_oldest_transaction_seconds": float(oldest),
    }
    reason = remedy = ""
    if used > limit * 0.9:
        reason = _("Nearly all connections are taken; who comes next is refused.")
        remedy = _("Start fewer processes, or raise max_connections.")
    elif oldest > 3600:
        reason = _("A transaction has been open for more than an hour: nothing is cleaned up.")
        remedy = _("Find it in pg_stat_activity, and end it if it is nobody's work.")
    tone = BAD if used > limit * 0.9 else WARN if reason else GOOD
    return Condition("database", _("Database"), tone, value, reason, remedy, figures)


def migrations(at: datetime.datetime) -> Condition:
    missing = schema.missing()
    value = _("as this version wants it")
    if missing:
        value = ngettext("%(n)d migration is missing", "%(n)d migrations are missing", missing) % {
            "n": missing
        }
    return Condition(
        "migrations",
        _("Tables"),
        BAD if missing else GOOD,
        value,
        _("The program is newer than the database.") if missing else "",
        _("Run manage.py migrate as the owner.") if missing else "",
        {"migrations_missing": missing},
    )


def broker(at: datetime.datetime) -> Condition:
    try:
        number = queue.waiting()
    except redis.RedisError:
        return Condition(
            "broker",
            _("Broker"),
            BAD,
            _("does not answer"),
            _("Long work waits until it is back; pages work on."),
            _("Start it again (REDIS_URL). Nothing that it held is needed."),
            {"broker_up": 0},
        )
    crowded = number > 1000
    return Condition(
        "broker",
        _("Broker"),
        WARN if crowded else GOOD,
        ngettext("%(n)d message waits", "%(n)d messages wait", number) % {"n": number},
        _("The workers don't keep up.") if crowded else "",
        _("Start more workers.") if crowded else "",
        {"broker_up": 1, "broker_waiting": number},
    )


def scheduler(at: datetime.datetime) -> Condition:
    """When it last asked for anything: told by what a worker did, or by what still waits."""
    asked = _asked()
    if asked is None and age_of_installation(at) < SILENT:
        return Condition("scheduler", _("Scheduler"), NOTE, _("not seen yet"))
    figures = {} if asked is None else {"scheduler_age_seconds": seconds(asked, at)}
    silent = asked is None or at - asked > SILENT
    return Condition(
        "scheduler",
        _("Scheduler"),
        BAD if silent else GOOD,
        _("asked %(ago)s") % {"ago": ago(asked, at)} if asked else _("not seen"),
        _("It asks every minute. Nights are not begun, and lost work is not found again.")
        if silent
        else "",
        _("Start it: celery --app tms beat.") if silent else "",
        figures,
    )


def worker(at: datetime.datetime) -> Condition:
    """When one last did what the scheduler asks every minute."""
    seen, asked = pulse.last(pulse.WORKER), _asked()
    done = seen and seen.at
    if done is None and age_of_installation(at) < SILENT:
        return Condition("worker", _("Workers"), NOTE, _("not seen yet"))
    figures = {} if done is None else {"worker_age_seconds": seconds(done, at)}
    value = _("worked %(ago)s") % {"ago": ago(done, at)} if done else _("not seen")
    if done and at - done <= SILENT:
        return Condition("worker", _("Workers"), GOOD, value, figures=figures)
    if asked is None or at - asked > SILENT:
        return Condition(
            "worker",
            _("Workers"),
            WARN,
            value,
            _("Nobody asked: without the scheduler they can't be told from dead ones."),
            figures=figures,
        )
    return Condition(
        "worker",
        _("Workers"),
        BAD,
        value,
        _("What is asked of them waits in the broker. Nights, imports and letters stand still."),
        _("Start them: celery --app tms worker."),
        figures,
    )


def _asked() -> datetime.datetime | None:
    seen = pulse.last(pulse.WORKER)
    told = seen and seen.facts.get("asked_at")
    moments = [queue.last_asked(PULSE), datetime.datetime.fromisoformat(told) if told else None]
    return max(filter(None, moments), default=None)


def clocks(at: datetime.datetime) -> Condition:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        apart = abs(cursor.fetchone()[0] - at)
    wrong = apart > SKEW
    return Condition(
        "clocks",
        _("Clocks"),
        BAD if wrong else GOOD,
        _("%(seconds).1f s apart") % {"seconds": apart.total_seconds()},
        _("This machine and the database disagree about the time, so about the day too.")
        if wrong
        else "",
        _("Let both keep time by NTP.") if wrong else "",
        {"clock_skew_seconds": apart.total_seconds()},
    )


def disk(at: datetime.datetime) -> Condition:
    """The disk that uploads go to, on this machine."""
    folder = Path(settings.MEDIA_ROOT)
    while not folder.exists():
        folder = folder.parent
    usage = shutil.disk_usage(folder)
    share = usage.used / usage.total
    full = share >= 0.9
    return Condition(
        "disk",
        _("Disk"),
        BAD if full else WARN if share >= 0.8 else GOOD,
        _("%(percent)d %% full, %(free)s free")
        % {"percent": share * 100, "free": filesizeformat(usage.free)},
        _("Uploads will be refused when it is full.") if share >= 0.8 else "",
        _("Make room where MEDIA_ROOT is, or give it a larger disk.") if share >= 0.8 else "",
        {"disk_used_ratio": share, "disk_free_bytes": usage.free},
    )
