"""Who and what the tests about learning start from."""

import datetime

from tests.factories import PassFactory, PassOptionFactory, PassTypeFactory

day = datetime.date.fromisoformat
TODAY = day("2026-11-22")


def library(*opens, name="Leadership Library", **more):
    """A pass type that opens these."""
    return PassTypeFactory(opens=opens, name=name, **more)


def held(contact, pass_type, until="2027-11-22", **more):
    """A pass of the type, active since 1 November, with its contact."""
    return PassFactory(
        option=PassOptionFactory(pass_type=pass_type),
        contact=contact,
        expires_on=day(until),
        **{"starts_on": day("2026-11-01"), **more},
    )
