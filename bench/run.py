"""Fill a world of its own to size and measure: `.venv/bin/python bench/run.py [part ...]`.

bench/README.md says what the parts are and how to read the figures.
"""

import argparse
import datetime
import json
import statistics
import sys
from pathlib import Path

import fill
import ledger
import messages
import night
import pages
import start
from family import Trouble
from load import spread
from stage import Stage, quiet

PARTS = ("pages", "access", "night", "ledger", "messages", "start")
SMALL = 10_000  # contacts and passes of the world that a large one is compared with


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", choices=[*PARTS, "flat", []], help=" ".join(PARTS))
    parser.add_argument("--rows", type=int, default=1_000_000, help="contacts, and as many passes")
    parser.add_argument("--items", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--only", default="", help="pages with one of these, between commas, in name or line"
    )
    parser.add_argument("--keep", type=Path, help="a folder where the world stays for the next run")
    return parser.parse_args()


def world(stage: Stage, chosen: argparse.Namespace) -> dict:
    """The demonstration world, grown; the ids that its rows begin after."""
    note = stage.folder / "world.json"
    stage.manage("prepare", as_owner=True)
    if note.exists():
        return json.loads(note.read_text())
    stage.manage("demo")
    on = datetime.datetime.now(datetime.UTC).date()
    numbers = fill.fill(
        stage.owner(), on=on, contacts=chosen.rows, passes=chosen.rows, items=chosen.items
    )
    note.write_text(json.dumps(numbers, default=str))
    return numbers


def say_pages(found: dict) -> None:
    print(f"One floor: {spread(found['units'])} ms of CPU.\n")
    print("| | page | floors | at most | CPU of site + database, ms | p50, p95, ms | kB |")
    print("|---|---|---|---|---|---|---|")
    for row in found["rows"]:
        over = " **over**" if row["floors"] > row["limit"] else ""
        print(
            f"| {row['line']} | {row['name']} | {row['floors']:.2f} "
            f"({row['least']:.2f} to {row['most']:.2f}){over} | {row['limit']:.2f} "
            f"| {row['app']:.1f} + {row['database']:.1f} | {row['p50']:.0f}, {row['p95']:.0f} "
            f"| {row['wire'] / 1000:.1f} |"
        )
    print()
    for name, least, busy in found["busy"]:
        share = busy["rate"] / found["busy"][-1][2]["rate"]
        print(
            f"8 readers, {name}: {busy['rate']:.0f} a second, {share:.2f} of the floor's (at least "
            f"{least:.2f}), p50 {busy['p50']:.0f} ms, p95 {busy['p95']:.0f} ms "
            f"({busy['p95'] / busy['p50']:.1f} times, at most 3), {busy['failed']} failed"
        )


def flat(chosen: argparse.Namespace) -> None:
    """The pages in a small world and in a large one, each beside its own floor."""
    sizes = {SMALL: min(chosen.items, 1_000), chosen.rows: chosen.items}
    found = {}
    for rows, items in sizes.items():
        keep = chosen.keep and chosen.keep / str(rows)
        with Stage(keep) as stage:
            numbers = world(stage, argparse.Namespace(rows=rows, items=items))
            said = pages.run(stage, numbers, rounds=chosen.rounds, wanted=chosen.only)
        found[rows] = {row["name"]: row for row in said["rows"]}
    small, large = found[SMALL], found[chosen.rows]
    print(f"| | page | {SMALL:,} rows | {chosen.rows:,} rows | times, at most 1.5 |")
    print("|---|---|---|---|---|")
    for name, row in large.items():
        times = row["floors"] / small[name]["floors"]
        over = " **over**" if times > 1.5 else ""
        print(
            f"| {row['line']} | {name} | {small[name]['floors']:.2f} | {row['floors']:.2f} "
            f"| {times:.2f}{over} |"
        )


def say_access(found: dict) -> None:
    ratio = statistics.median(found["ours"]) / statistics.median(found["bare"])
    print(
        f"S-8: the access rule {spread(found['ours'])} microseconds, its SQL alone "
        f"{spread(found['bare'])}: ratio {ratio:.2f} (at most 1.2), "
        f"{found['statements_of_one']} statement; fifty items with badges "
        f"{found['statements_of_fifty']} statements"
    )


def say_night(found: dict) -> None:
    p50, p95 = found["asked_meanwhile_ms"]
    print(
        f"S-5: {found['passes']:,} passes expire in {spread(found['ours'])} s, bare "
        f"{spread(found['bare'])} s: ratio {found['ratio']:.2f} (at most 1.6); nothing due "
        f"{spread(found['nothing_due_ms'])} ms; access meanwhile p50 {p50:.1f}, p95 {p95:.1f} ms"
    )


def say_start(found: dict) -> None:
    first, second, idle, worker = (found[name] for name in ("first", "second", "idle", "worker"))
    most = start.LIMITS
    print(
        f"S-12: the first page of a new clone after {first:.1f} s (at most {most['first']}), of a "
        f"second start after {second:.1f} s (at most {most['second']}); all processes idle "
        f"{idle:.0f} MB (at most {most['idle']}), a warm web worker {worker:.0f} MB (at most "
        f"{most['worker']:.0f})"
    )


def main() -> int:
    chosen = arguments()
    parts = chosen.parts or PARTS
    print(f"Load of this machine before: {quiet():.1f}", flush=True)
    try:
        if "start" in parts:
            say_start(start.run())
        if parts == ["start"]:
            return 0
        if "flat" in parts:
            flat(chosen)
            return 0
        with Stage(chosen.keep) as stage:
            if {"pages", "access"} & set(parts):
                numbers = world(stage, chosen)
            if "pages" in parts:
                say_pages(pages.run(stage, numbers, rounds=chosen.rounds, wanted=chosen.only))
            if "access" in parts:
                say_access(stage.inside("access", first=numbers, rounds=chosen.rounds))
            if "night" in parts:
                say_night(night.run(stage, passes=chosen.rows, rounds=min(chosen.rounds, 3)))
            if "ledger" in parts:
                few = min(chosen.rounds, 3)
                sizes = {"rounds": few, "seconds": 5, "issues": chosen.rows}
                ledger.say(ledger.run(stage, **sizes, wanted=chosen.only))
            if "messages" in parts:
                few = min(chosen.rounds, 3)
                messages.say(messages.run(stage, passes=chosen.rows, rounds=few))
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
