"""What is asked inside the project's own process: `inside.py VERB JSON`, answered in JSON.

Run by `Stage.inside` with the environment of its site.
"""

import datetime
import json
import os
import random
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tms.settings")

import django

django.setup()

import inside_messages  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from catalog.models import Item  # noqa: E402
from crm.models import Account, Contact, Opportunity  # noqa: E402
from lms import access as rule  # noqa: E402
from passes import entitlements, expiring  # noqa: E402
from passes.models import Inclusion, Pass, PassOption  # noqa: E402
from tms import clock  # noqa: E402
from tms.models import User  # noqa: E402
from tms.programs import keys  # noqa: E402
from tokens import expiring as writing_off  # noqa: E402
from tokens import issuing, ledger  # noqa: E402
from tokens.models import TokenType  # noqa: E402

STAFF = "admin@northlight.example"
LEARNER = "ada.lindqvist@kestrel.example"
LOOKS = 400


def cookie(email: str) -> str:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def cast(first: dict) -> dict:
    """Ids of what the pages show, and the cookies of who looks at them."""
    today = clock.day_of(clock.now(), "Europe/London")
    many = Contact.objects.filter(pk__gt=first["contact"]).order_by("pk").first()
    one = (
        Pass.objects.active_on(today)
        .filter(pk__gt=first["pass"] + 1000, contact__isnull=False)
        .order_by("pk")
        .first()
    )
    # What dialogs are answered about is never what pages are measured by.
    renewed, extended = (
        Pass.objects.active_on(today)
        .filter(pk__gt=one.pk, contact__isnull=False)
        .exclude(contact__in=[one.contact_id, many.pk])
        .order_by("pk")[:2]
    )
    deal = Opportunity.objects.open().filter(pk__gt=first["opportunity"]).order_by("pk").first()
    won = Opportunity.objects.filter(pk__gt=first["opportunity"], won=True).order_by("pk").first()
    opened = Inclusion.objects.filter(pass_type=one.pass_type_id).order_by("pk").first()
    return {
        "many": many.pk,
        "account": many.account_id,
        "one": one.contact_id,
        "people": Contact.objects.count(),
        "pass": one.pk,
        "type": one.pass_type_id,
        "renewed": renewed.pk,
        "extended": extended.pk,
        "until": max(renewed.expires_on, extended.expires_on).isoformat(),
        "person": extended.contact_id,
        "deal": deal.pk,
        "won": won.pk,
        "invoice": won.invoices.get().pk,
        "slug": Item.objects.get(pk=opened.item_id).slug,
        "library": one.pass_type.slug,
        "staff": cookie(STAFF),
        "learner": cookie(LEARNER),
    }


def access(first: dict, rounds: int) -> dict:
    """Microseconds of the access rule and of its own SQL through Django's cursor, in turns."""
    on = clock.day_of(clock.now(), "Europe/London")
    dice = random.Random(7)
    people = [first["contact"] + 2 + dice.randrange(first["contacts"] - 2) for _ in range(LOOKS)]
    items = [first["item"] + 1 + dice.randrange(first["items"]) for _ in range(LOOKS)]

    def ours(n):
        rule.answers(people[n], [items[n]], on)

    ours(0)  # a new connection asks once for the types of its database
    statements = [asked(lambda n=n: ours(n)) for n in range(LOOKS)]

    def bare(n):
        for sql, params in statements[n]:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                cursor.fetchall()

    times = {"ours": [], "bare": []}
    for turn in range(rounds + 1):
        for name, verb in (("ours", ours), ("bare", bare)):
            begun = time.perf_counter()
            for n in range(LOOKS):
                verb(n)
            if turn:  # the first warms up
                times[name].append((time.perf_counter() - begun) / LOOKS * 1e6)
    fifty = asked(lambda: rule.answers(people[0], items[:50], on))
    badges = asked(lambda: entitlements.badges(items[:50], people[0], on=on))
    return times | {
        "statements_of_one": len(statements[0]),
        "statements_of_fifty": len(fifty) + len(badges),
    }


def asked(verb) -> list:
    """The statements that `verb` sends, with their values."""
    found = []

    def keep(execute, sql, params, many, context):
        found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        verb()
    return found


def api_key(scopes: list) -> dict:
    """A new key of the administrator's, and what it may give to whom."""
    at = clock.now()
    by = User.objects.get(email=STAFF)
    _row, secret = keys.make(
        name="Bench",
        scopes=scopes,
        expires_on=None,
        by=by,
        at=at,
        on=clock.day_of(at, "Europe/London"),
    )
    option = PassOption.objects.filter(status="published").order_by("pk").first()
    account = Account.objects.order_by("pk").first()
    return {"secret": secret, "option": option.pk, "account": account.pk}


def night(on: str) -> dict:
    """Seconds of the nightly step with everything due, then milliseconds with nothing due."""
    day = datetime.date.fromisoformat(on)

    def step():
        begun = time.perf_counter()
        written = expiring.record_expired(on=day, at=clock.now())["expired"]
        return written, time.perf_counter() - begun

    written, seconds = step()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) passes_pass")  # as the database does of itself
    return {
        "written": written,
        "seconds": seconds,
        "again": [step()[1] * 1000 for _ in range(7)],
    }


def redeem(accounts: list, ready: str, seconds: float, seed: int, clients: int) -> dict:
    """How many redemptions of one to three tokens this process makes until its time is over, with
    so many threads as the site has, and the seconds of CPU that this takes it.

    It says in the folder `ready` that it could begin, and begins when `go` stands there.
    """
    on, at = datetime.date(2026, 12, 1), clock.now()
    token_type = TokenType.objects.select_related("unit").order_by("pk").first()
    by = User.objects.get(email=STAFF)
    done, begins = [], threading.Barrier(clients + 1)

    def work(number):
        dice = random.Random(seed * clients + number)
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        begins.wait()  # all are connected
        begins.wait()  # it begins
        until, made = time.perf_counter() + seconds, 0
        while time.perf_counter() < until:
            account, quantity = dice.choice(accounts), dice.randint(1, 3)
            ledger.redeem(account, token_type, quantity, at=at, on=on, by=by)
            made += 1
        done.append(made)

    threads = [threading.Thread(target=work, args=[number]) for number in range(clients)]
    for thread in threads:
        thread.start()
    begins.wait()
    (Path(ready) / str(seed)).touch()
    while not (Path(ready) / "go").exists():
        time.sleep(0.005)
    before = time.process_time()
    begins.wait()
    for thread in threads:
        thread.join()
    if len(done) < clients:
        raise SystemExit("Not every thread came through.")
    return {"done": sum(done), "cpu": time.process_time() - before}


def redeeming(scopes: list) -> dict:
    """A new key of the administrator's, and an account with tokens to spend."""
    at, by = clock.now(), User.objects.get(email=STAFF)
    on = clock.day_of(at, "Europe/London")
    token_type = TokenType.objects.select_related("unit").order_by("pk").first()
    account = Account.objects.order_by("pk").first()
    issuing.issue(account, token_type, 1_000_000, expires_on=None, at=at, on=on, by=by)
    _row, secret = keys.make(name="Tokens", scopes=scopes, expires_on=None, by=by, at=at, on=on)
    return {"secret": secret, "account": account.pk, "token_type": token_type.pk}


def token_night(on: str) -> dict:
    """The same as `night`, for token issues."""
    day = datetime.date.fromisoformat(on)

    def step():
        begun = time.perf_counter()
        written = writing_off.write_off(on=day, at=clock.now())["written_off"]
        return written, time.perf_counter() - begun

    written, seconds = step()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM tokens_tokenissue")
    return {
        "written": written,
        "seconds": seconds,
        "again": [step()[1] * 1000 for _ in range(7)],
    }


VERBS = (cast, access, night, api_key, redeem, redeeming, token_night, *inside_messages.VERBS)

if __name__ == "__main__":
    verb = {verb.__name__: verb for verb in VERBS}[sys.argv[1]]
    if (told := verb(**json.loads(sys.argv[2]))) is not None:
        sys.stdout.write(json.dumps(told))
