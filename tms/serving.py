"""How does gunicorn serve it? Its configuration: `gunicorn --config python:tms.serving tms.wsgi`.

Logs go the way of all others. Workers are numbered, so that each counts for the metrics in files
that its successor carries on.
"""

import gc
import itertools
import logging.config
import os
from pathlib import Path

from gunicorn.glogging import Logger

from tms import logs

worker_class = "gthread"
workers = 2
threads = 4
production = os.environ.get("LANYARD_MODE", "production") == "production"


class OurLogger(Logger):
    """gunicorn's own lines, in the form of ours."""

    def setup(self, cfg):
        super().setup(cfg)
        form = os.environ.get("LOG_FORMAT") or ("json" if production else "line")
        level = os.environ.get("LOG_LEVEL") or "INFO"
        logging.config.dictConfig(logs.configuration(form=form, level=level, quiet=not production))
        self.error_log.handlers.clear()
        self.error_log.propagate = True


logger_class = OurLogger


def on_starting(server) -> None:
    """What an earlier server counted is over: counters begin at 0."""
    var = os.environ.get("LANYARD_VAR") or Path(__file__).parent.parent / "var"
    for each in Path(os.environ.get("METRICS_DIR") or Path(var) / "metrics").glob("*_*.db"):
        each.unlink()


def pre_fork(server, worker) -> None:
    """Give the worker the lowest number that no living one has."""
    taken = {getattr(each, "slot", None) for each in server.WORKERS.values()}
    worker.slot = next(number for number in itertools.count() if number not in taken)


def when_ready(server) -> None:
    """What was loaded before the workers (`--preload`) they share, as long as nobody looks through
    it for what to free: to look writes into every object, and each worker would have its own."""
    gc.collect()
    gc.freeze()


def post_fork(server, worker) -> None:
    os.environ["METRICS_SLOT"] = str(worker.slot)


def post_worker_init(worker) -> None:
    # What was loaded stays for good and needn't be looked through. A page makes some ten thousand
    # objects, nearly all of which are freed without it: looked for after every 700 of them, as
    # Python does of itself, it took a tenth of the page's time.
    if not worker.cfg.preload_app:
        gc.collect()
    gc.freeze()
    gc.set_threshold(25_000, 20, 20)
