"""S-1 to S-4, S-9 to S-11: what do pages, panels, dialogs and search cost, in floors?

A floor is the CPU (site and database) of the least signed-in page of fifty rows, measured in the
same run. The figures of other systems, taken with their own floor of 9.9 ms beside them, become
limits in floors too: what took 80 ms there counts as 8.1 floors.
"""

import itertools
import statistics
import sys
from dataclasses import dataclass

from answers import Answer, answers, opened
from load import measure, together
from stage import HOST, ROOT

THEIR_FLOOR = 9.9
# Milliseconds of other systems on 50,000 rows: a list, its partial, a page with panels, a dialog.
THEIRS = {
    "list": 159.0,
    "partial": 126.0,
    "panels": 80.0,
    "dialog": 17.5,
    "post": 40.6,
    "page": 45.0,
    "shop": 148.0,
    "account": 35.0,
    "search": 132.0,
}

# S-11: these are read by eight at once, and served so many times as often as theirs would be on as
# many cores: what costs them 159 ms is served a sixteenth as often as the floor.
# So many pages are measured between two looks at the floor.
BETWEEN = 4
BUSY = {
    "contacts, searched": ("list", 6),
    "contact, one pass": ("page", 2),
    "catalogue": ("shop", 5),
}


def floors_of(theirs: str, share: float) -> float:
    """`share` of their figure, in floors."""
    return share * THEIRS[theirs] / THEIR_FLOOR


@dataclass(frozen=True)
class Page:
    """What is read, as whom, and the most it may cost in floors; by which line of the proof."""

    line: str
    name: str
    path: str
    limit: float
    who: str = "staff"
    htmx: bool = False
    answer: Answer | None = None


def searched(people: int) -> tuple[str, str, str]:
    """What is searched for, so that a list is full whatever the size of the world: a word of some
    hundred people, one of some dozens of open deals, and one of more than a thousand people.
    """
    if people > 100_000:
        return "anna.kirk", "kirkbridge", "kirkbridge"
    return ("kirk" if people < 15_000 else "anna"), "kirk", ("a" if people < 15_000 else "kirk")


def pages(ids: dict) -> list[Page]:
    page, panel = min(2.5, floors_of("panels", 0.3)), min(2.5, floors_of("panels", 0.3))
    listed, partial = min(2.5, floors_of("list", 0.25)), min(2.5, floors_of("partial", 0.15))
    shop, account = floors_of("shop", 0.2), floors_of("account", 0.6)
    dialog = floors_of("dialog", 0.6)
    one, many, firm = ids["one"], ids["many"], ids["account"]
    few, deals, wide = searched(ids["people"])
    return [
        Page("S-1", "contact, one pass", f"/contacts/{one}/", page),
        Page("S-1", "contact, 1,000 passes", f"/contacts/{many}/", page),
        Page("S-1", "account, 1,000 passes", f"/accounts/{firm}/", page),
        Page("S-1", "panel: passes", f"/contacts/{many}/passes/?panel=1", panel, htmx=True),
        Page(
            "S-1",
            "panel: registrations",
            f"/contacts/{one}/registrations/?panel=1",
            panel,
            htmx=True,
        ),
        Page("S-1", "panel: history", f"/contacts/{one}/history/?panel=1", panel, htmx=True),
        Page("S-1", "pass", f"/passes/{ids['pass']}/", page),
        Page("S-1", "pass type", f"/pass-types/{ids['type']}/", page),
        Page("S-1", "opportunity", f"/opportunities/{ids['deal']}/", page),
        Page("S-1", "opportunity, won", f"/opportunities/{ids['won']}/", page),
        Page("S-1", "opportunities: board", "/opportunities/board/", page),
        Page("S-1", "invoice", f"/invoices/{ids['invoice']}/", page),
        Page("S-1", "account's Training Tokens", f"/accounts/{firm}/tokens/", page),
        Page("S-1", "tasks", "/tasks/", page),
        Page("S-1", "dashboard", "/dashboard/", page),
        Page("S-1", "report: active passes", "/reports/passes/active/", page),
        Page("S-1", "report: pipeline", "/reports/sales/pipeline/", page),
        Page("S-2", "opportunities", "/opportunities/", listed),
        Page("S-2", "opportunities, searched", f"/opportunities/?q={deals}", listed),
        Page("S-2", "opportunities, won", "/opportunities/?kind=won", listed),
        Page("S-2", "opportunities, partial", "/opportunities/?kind=won", partial, htmx=True),
        Page("S-2", "invoices", "/invoices/", listed),
        Page("S-2", "invoices, paid", "/invoices/?status=paid", listed),
        Page("S-2", "message log", "/messages/", listed),
        Page("S-2", "triggers", "/triggers/", listed),
        Page("S-2", "contacts", "/contacts/", listed),
        Page("S-2", "contacts, searched", f"/contacts/?q={few}", listed),
        Page("S-2", "contacts, searched, partial", f"/contacts/?q={few}", partial, htmx=True),
        Page("S-2", "contacts, filtered by account", f"/contacts/?account={firm}", listed),
        Page("S-2", "accounts", "/accounts/", listed),
        Page("S-2", "passes", "/passes/", listed),
        Page("S-2", "passes, active", "/passes/?status=active", listed),
        Page(
            "S-2",
            "passes, active, of a type",
            f"/passes/?status=active&pass_type={ids['type']}",
            listed,
        ),
        Page("S-2", "passes, searched", f"/passes/?q={few}", listed),
        Page("S-2", "passes, searched widely", f"/passes/?q={wide}", listed),
        Page("S-2", "passes, partial", "/passes/?status=active", partial, htmx=True),
        Page("S-2", "account's passes", f"/accounts/{firm}/passes/", listed),
        Page("S-2", "events", "/events/", listed),
        Page("S-2", "courses", "/courses/", listed),
        Page("S-2", "registrations", "/all-registrations/", listed),
        Page("S-2", "registrations, searched", f"/all-registrations/?q={few}", listed),
        Page("S-2", "registrations, searched widely", f"/all-registrations/?q={wide}", listed),
        Page("S-2", "registrations, cancelled", "/all-registrations/?standing=cancelled", listed),
        Page("S-3", "catalogue", "/catalogue/?page_size=50", shop, "learner"),
        Page("S-3", "catalogue, searched", "/catalogue/?q=fernford", shop, "learner"),
        Page("S-3", "catalogue, by a pass", "/catalogue/?training_pass=mine", shop, "learner"),
        Page("S-3", "item", f"/catalogue/{ids['slug']}/", shop, "learner"),
        Page("S-3", "My Learning", "/my-learning/", account, "learner"),
        Page("S-3", "profile", "/profile/", account, "learner"),
        Page("S-3", "profile: Training Passes", "/profile/passes/", account, "learner"),
        Page("S-3", "profile: Results", "/profile/results/", account, "learner"),
        Page("S-3", "catalogue, by price", "/catalogue/?sort=price", shop, "learner"),
        Page("S-3", "catalogue, by date", "/catalogue/?sort=date", shop, "learner"),
        Page("S-3", "pass type", f"/catalogue/passes/{ids['library']}/", shop, "learner"),
        Page("S-3", "token packs", "/token-packs/", shop, "learner"),
        Page("S-4", "dialog: renew", f"/passes/{ids['pass']}/renewal/", dialog, htmx=True),
        Page("S-4", "dialog: extend", f"/passes/{ids['pass']}/extension/", dialog, htmx=True),
        Page("S-4", "dialog: add a pass", f"/contacts/{one}/passes/new/", dialog, htmx=True),
        Page("S-4", "dialog: edit a contact", f"/contacts/{one}/editing/", dialog, htmx=True),
        Page("S-4", "dialog: win", f"/opportunities/{ids['deal']}/winning/", dialog, htmx=True),
        Page(
            "S-4",
            "dialog: add an interest",
            f"/opportunities/{ids['deal']}/passes/new/",
            dialog,
            htmx=True,
        ),
        *(
            Page("S-4", each.name, each.path, floors_of("post", 0.35), htmx=True, answer=each)
            for each in answers(ids)
        ),
        Page("S-9", "search: a name", "/search/?q=anna+kirkbridge", floors_of("search", 0.3)),
        Page("S-9", "search: an address", "/search/?q=anna.kirkbridge", floors_of("search", 0.3)),
    ]


def headers_of(ids: dict, page: Page) -> dict:
    found = {"Cookie": ids[page.who], "X-Forwarded-Proto": "https", "Host": HOST}
    if page.htmx:
        found["HX-Request"] = "true"
    if page.htmx and page.line == "S-2":
        # As htmx asks when a filter changes; without it the list answers with its whole page.
        found["HX-Target"] = "list-rows"
    return found


def floor(stage) -> tuple[str, dict]:
    """Start the floor; its address and the headers of its reader."""
    stage.postgres.sql("DROP DATABASE IF EXISTS floor WITH (FORCE)")
    stage.postgres.sql("CREATE DATABASE floor OWNER lanyard_owner")
    env = stage.environment() | {
        "FLOOR_DATABASE": str(stage.postgres.sockets),
        "FLOOR_CACHE": stage.valkey.address(),
        "PYTHONPATH": str(ROOT / "bench"),
    }
    command = [sys.executable, str(ROOT / "bench" / "floor.py")]
    code, cookie = stage.family.run("floor", command, env=env, capture=True)
    if code:
        raise SystemExit("The floor could not be prepared.")
    address = stage.serve("floor", "floor:application", env)
    return address, {"Cookie": f"sessionid={cookie.split()[-1]}"}


def run(stage, numbers: dict, *, rounds: int, wanted: str = "") -> dict:
    """Measure the pages, the floor before, between and after them.

    What a page costs is told in the floors measured just before and just after it: cores get
    quicker and slower by a third from one minute to the next. Answers `units` (the floor's ms of
    CPU), `rows` (one a page) and `busy` (eight readers at once).
    """
    ids = stage.inside("cast", first=numbers)
    address = stage.site()
    floor_address, floor_headers = floor(stage)
    site, database, ground = stage.pid("site"), stage.pid("database"), stage.pid("floor")
    words = wanted.split(",")
    chosen = [
        page for page in pages(ids) if any(word in page.name or word in page.line for word in words)
    ]
    floors, rows = [], []

    def look_down():
        reading = {"site": ground, "database": database, "rounds": rounds}
        floors.append(measure(floor_address, "/page/", floor_headers, **reading).cpu)

    for number, page in enumerate(chosen):
        if number % BETWEEN == 0:
            look_down()
        reading = {"site": site, "database": database, "rounds": rounds}
        headers = headers_of(ids, page)
        if page.answer:
            headers, reading["bodies"] = opened(address, headers, page.answer)
        rows.append((page, measure(address, page.path, headers, **reading)))
    look_down()
    near = [statistics.median(a + b) for a, b in itertools.pairwise(floors)]
    busy = [
        (page.name, share_of(page.name), together(address, page.path, headers_of(ids, page)))
        for page in chosen
        if page.name in BUSY
    ]
    if busy:
        busy.append(("the floor", 1.0, together(floor_address, "/page/", floor_headers)))
    told = [row_of(*row, near[number // BETWEEN]) for number, row in enumerate(rows)]
    return {"units": list(itertools.chain(*floors)), "rows": told, "busy": busy}


def share_of(name: str) -> float:
    """How often it is to be served for each time that the floor is."""
    theirs, times = BUSY[name]
    return times / floors_of(theirs, 1)


def row_of(page: Page, figures, unit: float) -> dict:
    return {
        "line": page.line,
        "name": page.name,
        "limit": page.limit,
        "floors": statistics.median(figures.cpu) / unit,
        "least": min(figures.cpu) / unit,
        "most": max(figures.cpu) / unit,
        "app": statistics.median(figures.app),
        "database": statistics.median(figures.database),
        "p50": figures.p50,
        "p95": figures.p95,
        "wire": figures.wire,
        "html": figures.html,
    }
