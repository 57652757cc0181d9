"""Kill what runs, again and again, while it works: `.venv/bin/python bench/chaos/run.py`.

R-3 to R-5 of what is promised: web workers, the night, the worker, those who follow the rules,
the database and the broker are killed at random while programs give passes and redeem tokens by the
API, fifty rules write about passes to a mail server, and night after night (in which passes and
tokens expire) is worked through by two at once. Afterwards nothing acknowledged may be missing,
nothing may be there or have arrived twice, and `check_invariants` must find nothing. Exit 1 if any
of that is not so, or if there was no time for so many kills.
"""

import argparse
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import fill
from faults import FAULTS
from mail import Following, Mail
from stage import Stage
from work import Nights, Programs, Redeeming, issued, prepared

# After so many a night is let through, so that the next one has another day's work to be killed in.
KILLS_A_NIGHT = 10


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/chaos/run.py", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=900, help="the longest it may take")
    parser.add_argument(
        "--passes", type=int, default=50_000, help="that expire meanwhile, and token issues"
    )
    parser.add_argument("--seed", type=int, default=int(time.time()))
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    dice = random.Random(chosen.seed)
    with Mail() as mail, Stage() as stage:
        stage.more["MAIL_URL"] = mail.url
        today = prepared(stage)
        fill.fill(
            stage.owner(), on=today, contacts=2_000, passes=chosen.passes, items=200, say=quiet
        )
        issued(stage, today, chosen.passes)
        mail.begin(stage)
        programs, redeeming, nights = Programs(stage), Redeeming(stage), Nights(stage, today)
        stage.following = following = Following(stage)
        running = [programs, redeeming, nights, following]
        for each in running:
            each.start()
        done, slowest = dict.fromkeys(FAULTS, 0), 0.0
        until = time.monotonic() + chosen.seconds
        while sum(done.values()) < chosen.kills and time.monotonic() < until:
            time.sleep(dice.uniform(0.2, 1.0))
            name = dice.choice(list(FAULTS))
            begun = time.monotonic()
            if FAULTS[name](stage, nights, dice):
                done[name] += 1
                programs.wait_for_one_more()
                redeeming.wait_for_one_more()
                slowest = max(slowest, time.monotonic() - begun)
                if sum(done.values()) % KILLS_A_NIGHT == 0:
                    nights.wait_for_one_more()
        for each in running:
            each.stop()
        troubles = [each for one in [*running, mail] for each in one.troubles()]
        troubles += invariants(stage)
        written = nights.written()
    if sum(done.values()) < chosen.kills:
        troubles.append(f"Only {sum(done.values())} kills within {chosen.seconds:.0f} seconds")
    kills = ", ".join(f"{number} {name}" for name, number in done.items())
    print(
        f"{sum(done.values())} kills ({kills}), seed {chosen.seed}: "
        f"{len(programs.acknowledged):,} passes given and {len(redeeming.acknowledged):,} times "
        f"tokens redeemed by API, {programs.again + redeeming.again:,} calls repeated, "
        f"{nights.worked} nights with {written:,} expiries, messages {mail.states}; "
        f"back to work after {slowest:.1f} s at most; {len(troubles)} troubles"
    )
    for trouble in troubles[:20]:
        print(f"  {trouble}")
    return 1 if troubles else 0


def quiet(_line) -> None:
    """The filling is not what is looked at here."""


def invariants(stage) -> list[str]:
    code, said = stage.try_to_manage("check_invariants")
    return [] if code == 0 else [f"check_invariants: {said[-1500:]}"]


if __name__ == "__main__":
    sys.exit(main())
