"""Is the work done that nobody looks at? Nights, jobs, letters, invariants, backups."""

import contextlib
import datetime
import smtplib
from pathlib import Path

import redis
from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tms import clock, jobs, nightly, pulse
from tms.condition import BAD, GOOD, NOTE, WARN, Condition
from tms.days import day_text
from tms.models import InvariantRun, Job, KeptMail, NightRun, Organisation
from tms.models.work import JobState

from .words import age_of_installation, ago, lasting, seconds

NIGHT_TAKES = datetime.timedelta(hours=2)
WAITS = datetime.timedelta(minutes=5)
DAY = datetime.timedelta(days=1)


def night(at: datetime.datetime) -> Condition:
    """Whether every night up to today was worked through; today's has two hours for it."""
    zone = (Organisation.objects.filter(pk=1).first() or Organisation()).time_zone
    today = clock.day_of(at, zone)
    last = nightly.last_finished()
    if last is None and age_of_installation(at) < DAY:
        return Condition("night", _("Nights"), NOTE, _("the first is still to come"))
    due = (today - last.on).days if last else 1
    late = due > 1 or (due == 1 and at - clock.start_of(today, zone) > NIGHT_TAKES)
    broken = NightRun.objects.filter(finished_at=None).order_by("on").first()
    reason = remedy = ""
    if late:
        reason = _("What expired is not written down. Nobody's access is wrong by it.")
        remedy = _("See to scheduler and workers, or run manage.py nightly.")
    if late and broken:
        steps = [path for path, done in broken.done.items() if done == "broke"]
        reason = _("In the night of %(day)s this broke: %(steps)s.") % {
            "day": day_text(broken.on),
            "steps": ", ".join(steps) or "?",
        }
        remedy = _("The log says why. It is tried again every quarter of an hour.")
    figures: dict[str, float] = {"nights_due": due}
    if last and last.finished_at:
        figures["night_age_seconds"] = seconds(last.finished_at, at)
    value = _("worked through to %(day)s") % {"day": day_text(last.on)} if last else _("none yet")
    return Condition("night", _("Nights"), BAD if late else GOOD, value, reason, remedy, figures)


def waiting_work(at: datetime.datetime) -> Condition:
    """Jobs that nobody works on. A worker holds its job's row; these are held by none."""
    states = [JobState.WAITING, JobState.RUNNING]
    rows = Job.objects.filter(state__in=states).values_list("state").annotate(count=Count("*"))
    numbers = dict(rows.order_by())
    idle = Job.objects.filter(pk__in=jobs.abandoned())
    oldest = idle.aggregate(oldest=Min("asked_at"))["oldest"]
    stuck = oldest is not None and at - oldest > WAITS
    waits, runs = (numbers.get(state, 0) for state in states)
    return Condition(
        "jobs",
        _("Long work"),
        BAD if stuck else GOOD,
        _("%(waits)d waiting, %(runs)d under way") % {"waits": waits, "runs": runs},
        _("Some of it has waited for %(time)s.") % {"time": lasting(at - oldest)} if stuck else "",
        _("See to the workers: it begins by itself once there is one.") if stuck else "",
        {
            "jobs_waiting": waits,
            "jobs_running": runs,
            "jobs_oldest_waiting_seconds": seconds(oldest, at) if oldest else 0,
        },
    )


def parked_work(at: datetime.datetime) -> Condition:
    number = Job.objects.filter(state=JobState.PARKED).count()
    return Condition(
        "parked",
        _("Work that broke"),
        BAD if number else GOOD,
        ngettext("%(n)d parked", "%(n)d parked", number) % {"n": number} if number else _("none"),
        _("It broke on our side. Nothing of it was done.") if number else "",
        _("The log says why, under the job's number. Run it again, or leave it.") if number else "",
        {"jobs_parked": number},
    )


def mail(at: datetime.datetime) -> Condition:
    """Whether the mail server answers; without one, how many letters are kept."""
    mailer = settings.MAILERS["default"]
    if mailer["BACKEND"] == "tms.mail.KeepBackend":
        kept = KeptMail.objects.count()
        return Condition(
            "mail",
            _("Mail"),
            WARN,
            ngettext("%(n)d letter kept", "%(n)d letters kept", kept) % {"n": kept},
            _("No mail server is configured: nobody gets a letter."),
            _("Set MAIL_URL."),
            {"mail_kept": kept},
        )
    options = mailer.get("OPTIONS", {})
    if "host" not in options:
        return Condition("mail", _("Mail"), NOTE, _("leaves by %s") % mailer["BACKEND"])
    told = {"host": options["host"], "port": options["port"]}
    if not _takes_mail(options):
        return Condition(
            "mail",
            _("Mail"),
            BAD,
            _("%(host)s does not answer") % told,
            _("No letter leaves: no invitation, no new password."),
            _("See to the mail server, port %(port)d, or change MAIL_URL.") % told,
            {"mail_up": 0},
        )
    return Condition(
        "mail", _("Mail"), GOOD, _("leaves by %(host)s") % told, figures={"mail_up": 1}
    )


def _takes_mail(options: dict) -> bool:
    """Whether the mail server answers. Asked once a minute at most: servers count knocks."""
    key = f"watch:mail:{options['host']}:{options['port']}"
    with contextlib.suppress(redis.RedisError):
        if (known := cache.get(key)) is not None:
            return known
    kind = smtplib.SMTP_SSL if options.get("use_ssl") else smtplib.SMTP
    try:
        with kind(options["host"], options["port"], timeout=3) as server:
            server.noop()
        answers = True
    except (OSError, smtplib.SMTPException):
        answers = False
    with contextlib.suppress(redis.RedisError):
        cache.set(key, answers, 60)
    return answers


def invariants(at: datetime.datetime) -> Condition:
    run = InvariantRun.objects.order_by("-at").first()
    label = _("Invariants")
    if run is None:
        tone = NOTE if age_of_installation(at) < DAY else BAD
        return Condition(
            "invariants",
            label,
            tone,
            _("not looked at yet"),
            remedy=_("Every night looks; manage.py check_invariants does so now."),
        )
    figures = {
        "invariants_broken": len(run.broken),
        "invariants_age_seconds": seconds(run.at, at),
        "invariants_check_seconds": run.seconds,
    }
    reason = remedy = ""
    if run.broken:
        reason = _("The data is not as it must be: %(names)s.") % {"names": ", ".join(run.broken)}
        remedy = _("The rows are below. Repair them, then look again.")
    elif at - run.at > 2 * DAY:
        reason = _("Nobody has looked for two days.")
        remedy = _("Every night looks; manage.py check_invariants does so now.")
    value = _("%(n)d of %(all)d hold, looked at %(ago)s") % {
        "n": len(run.found) - len(run.broken),
        "all": len(run.found),
        "ago": ago(run.at, at),
    }
    return Condition("invariants", label, BAD if reason else GOOD, value, reason, remedy, figures)


def backup(at: datetime.datetime) -> Condition:
    """When the last backup was finished: told by `manage.py backup_done`, or by a file's age."""
    told = pulse.last(pulse.BACKUP)
    moments = [told.at] if told else []
    stamp = Path(settings.BACKUP_STAMP) if settings.BACKUP_STAMP else None
    if stamp and stamp.exists():
        moments.append(datetime.datetime.fromtimestamp(stamp.stat().st_mtime, datetime.UTC))
    last = max(moments, default=None)
    if last is None and age_of_installation(at) < DAY:
        return Condition("backup", _("Backup"), NOTE, _("none yet"))
    old = last is None or at - last > datetime.timedelta(hours=settings.BACKUP_HOURS)
    return Condition(
        "backup",
        _("Backup"),
        BAD if old else GOOD,
        _("finished %(ago)s") % {"ago": ago(last, at)} if last else _("none is known"),
        _("What was done since then would be lost with the database.") if old else "",
        _("Make one, and end it with manage.py backup_done.") if old else "",
        {"backup_age_seconds": seconds(last, at)} if last else {},
    )
