"""What every test stands on: a clock that moves only when told, one cast, a browser."""

import contextlib
import datetime
import gc
import os
import shutil
import zoneinfo

import hypothesis
import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from playwright.sync_api import expect, sync_playwright

from tests import databases, emptying, races
from tests.factories import AccountFactory, LearnerFactory, RegionFactory
from tests.programs.calling import Program
from tms import clock as tms_clock
from tms import translations
from tms.models import Organisation, User
from tms.programs import keys, scopes

# Playwright keeps an event loop running in the main thread, in which Django would refuse queries.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
hypothesis.settings.register_profile(
    "house", deadline=None, database=None, derandomize=True, print_blob=False
)
hypothesis.settings.load_profile("house")

# A busy machine is slow, not wrong.
PATIENCE = 30_000
expect.set_options(timeout=PATIENCE)

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
]
ZONE = "Europe/London"
# Nothing moves: a colour that is looked at is never on its way. And nothing can be pressed before
# the scripts of a page are there, as pressed sooner it would do what it does without them.
STILL = """
const sheet = (css) => { const made = new CSSStyleSheet(); made.replaceSync(css); return made }
const still = sheet(`*, ::before, ::after {
    transition-property: none !important; animation-name: none !important }`)
document.adoptedStyleSheets = [still, sheet("html { pointer-events: none !important }")]
const awake = () => setTimeout(() => { document.adoptedStyleSheets = [still] })
document.addEventListener("DOMContentLoaded", awake)
"""
NO_BROWSER = (
    "No Chromium here. Install it (Debian: apt-get install chromium) or name it: CHROMIUM=/path."
)

# What takes long is begun first, the longest before all, so that at the end no process works alone.
LONG = [
    "tests/security/test_generated.py",
    "tests/security/test_roles.py",
    "tests/house/test_run.py",
    "tests/ui/test_every_page.py",
    "tests/security/test_programs.py",
    "tests/lms/test_races.py",
    "tests/scenarios/",
    "tests/house/",
    "tests/programs/test_document.py",
    "tests/ui/test_browser.py",
    "tests/watch/test_metrics.py",
    "tests/passes/test_races.py",
    "tests/passes/test_owned_browser.py",
    "tests/passes/test_types_browser.py",
    "tests/tokens/test_races.py",
]


def pytest_configure(config):
    """Translations are compiled before any process reads them: once, by the one that starts all."""
    if not hasattr(config, "workerinput"):
        translations.compile_stale()


def pytest_collection_modifyitems(items):
    items.sort(
        key=lambda item: next(
            (n for n, name in enumerate(LONG) if item.nodeid.startswith(name)), len(LONG)
        )
    )


def pytest_collection_finish(session):
    """What was loaded by now stays: it isn't looked through again for what to free."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


class Clock:
    """The moment that the whole product believes in; it moves only when told."""

    def __init__(self, at: datetime.datetime):
        self.at = at

    def set(self, text: str, zone: str = "UTC") -> datetime.datetime:
        """Make it `text` ("2026-11-22 09:00") on the wall in `zone`."""
        self.at = moment(text, zone)
        return self.at

    def move(self, **by) -> datetime.datetime:
        """Move on by `days=`, `hours=`, `minutes=` ... of elapsed time."""
        self.at += datetime.timedelta(**by)
        return self.at

    def on(self, zone: str = ZONE) -> datetime.date:
        """The day on the wall in `zone`."""
        return tms_clock.day_of(self.at, zone)


def moment(text: str, zone: str = "UTC") -> datetime.datetime:
    wall = datetime.datetime.fromisoformat(text).replace(tzinfo=zoneinfo.ZoneInfo(zone))
    return wall.astimezone(datetime.UTC)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Sunday 22 November 2026, 09:00 UTC (and in London), until a test says otherwise."""
    told = Clock(moment("2026-11-22 09:00"))
    monkeypatch.setattr(tms_clock, "now", lambda: told.at)
    return told


@pytest.fixture(autouse=True)
def english():
    """A thread goes on in the language of the last page that it answered: each test starts anew."""
    translation.activate("en")


@pytest.fixture(autouse=True)
def empty_cache():
    """No rate limit or session of one test reaches the next."""
    cache.clear()


@pytest.fixture(scope="session")
def django_db_setup(
    request,
    django_test_environment,
    django_db_modify_db_settings,
    django_db_keepdb,
    django_db_createdb,
    django_db_blocker,
):
    """A database of this process alone: in the place of pytest-django's fixture."""
    own = databases.own_database(
        verbosity=request.config.option.verbose, keep=django_db_keepdb, anew=django_db_createdb
    )
    with contextlib.ExitStack() as stack:
        with django_db_blocker.unblock():
            stack.enter_context(own)
        yield
        with django_db_blocker.unblock():
            stack.close()


@pytest.fixture(scope="session", autouse=True)
def quick_emptying(django_db_setup, django_db_blocker):
    """After a test that commits, rows are deleted; nothing is truncated and made anew."""
    with django_db_blocker.unblock():
        emptying.let_rules_rest()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", emptying.empty)
        yield


@pytest.fixture(autouse=True)
def races_end():
    """Whoever raced in a test is gone after it, with their connections."""
    yield
    races.dismiss()


@pytest.fixture
def organisation(db):
    row, _ = Organisation.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Harbour Training",
            "time_zone": ZONE,
            "set_up_at": moment("2026-01-05 09:00"),
        },
    )
    return row


@pytest.fixture
def office(organisation):
    """The user who may do everything in the back office."""
    return User.objects.create_user(
        "office@example.com", name="Olive Office", is_staff=True, is_superuser=True
    )


@pytest.fixture
def europe(organisation):
    """The default region: the euro, 20 % tax."""
    return RegionFactory(name="Europe", is_default=True)


@pytest.fixture
def kestrel(europe):
    """The account that buys: Kestrel Rail Group."""
    return AccountFactory(name="Kestrel Rail Group", region=europe)


@pytest.fixture
def ada(kestrel):
    """The contact who learns, at Kestrel; `ada.user` signs in with her address."""
    return LearnerFactory(
        first_name="Ada",
        last_name="Lindqvist",
        email="ada@kestrelrail.example",
        job_title="Operations Lead",
        account=kestrel,
    )


@pytest.fixture
def browse(organisation):
    """`browse(user)`: a client in which `user` is signed in; `browse()`: a visitor's."""

    def sign_in(user=None) -> Client:
        client = Client()
        if user is not None:
            client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def program(office, clock):
    """`program("people:read", ...)`: a program with these scopes; without any: with all."""

    def made(*wanted, by=office, **particulars):
        wanted = wanted or tuple(scopes.all_of())
        _key, secret = keys.make(
            name="Payroll", scopes=wanted, by=by, at=clock.at, on=clock.on(), **particulars
        )
        return Program(secret)

    return made


@pytest.fixture
def count_queries(db):
    """`count_queries(lambda: client.get(url))`: how many queries that takes.

    The call is made once before, so that what is read once a process isn't counted.
    """

    def count(call) -> int:
        gather_statistics()
        call()
        with CaptureQueriesContext(connection) as captured:
            call()
        return len(captured)

    return count


def gather_statistics() -> None:
    """Tell the planner of the many rows that this test has made, as the autovacuum would have."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relid::regclass FROM pg_stat_xact_user_tables WHERE n_tup_ins > 99")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ANALYZE {table}")


def chromium() -> str:
    """The system's Chromium; without one the test is skipped, except in CI, where it fails."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    for name in names:
        if name and (path := shutil.which(name)):
            return path
    if os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER)
    pytest.skip(NO_BROWSER)


@pytest.fixture(scope="session")
def browser():
    path = chromium()
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=BROWSER_ARGUMENTS)


@pytest.fixture
def open_page(transactional_db, live_server, browser, browse):
    """`open_page(user, width=1440, dark=False, scripts=True)`: a browser page on the live site.

    Relative addresses work: `open_page(office).goto("/contacts/")`. At the end of the test it
    fails if a page broke the content security policy or a script raised.
    """
    contexts, trouble = [], []

    def opened(user=None, *, width=1440, height=900, dark=False, scripts=True, **more):
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=scripts,
            locale="en-GB",
            **more,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if scripts:
            context.add_init_script(f"{{ {STILL} }}")
        if user is not None:
            cookies = browse(user).cookies
            context.add_cookies(
                [
                    {"name": name, "value": morsel.value, "url": live_server.url}
                    for name, morsel in cookies.items()
                ]
            )
        page = context.new_page()
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on(
            "console",
            lambda message: (
                trouble.append(message.text) if "Content Security Policy" in message.text else None
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert trouble == []


@pytest.fixture
def browser_page(open_page):
    """A visitor's page at 1440 px in light colours."""
    return open_page()
