"""The cast of communications: a template, and triggers made as a test needs them."""

import datetime

import pytest

from comms import postman, rules
from comms.models import CommsSettings, Message, SendingAddress, Template, Trigger
from passes import lifecycle
from tests.factories import PassOptionFactory, PassTypeFactory

TODAY = datetime.date(2026, 11, 22)


@pytest.fixture(autouse=True)
def no_ladder(db):
    """Without the ready-made rules: a test has those that it makes."""
    for model in (Trigger, Template, CommsSettings):
        model.objects.all().delete()


@pytest.fixture
def library(db):
    """The pass type Leadership Library, on offer."""
    return PassTypeFactory(name="Leadership Library", code="LEAD")


@pytest.fixture
def yearly(library):
    """Its option Annual, 12 months."""
    return PassOptionFactory(pass_type=library)


@pytest.fixture
def issue(clock, office, yearly, ada):
    """`issue(contact=ada, ...)`: a pass of Leadership Library that begins today."""

    def issued(**particulars):
        particulars = {"option": yearly, "contact": ada, **particulars}
        holder = particulars["contact"]
        account = particulars.pop("account", holder.account if holder else ada.account)
        who = {"at": clock.at, "on": clock.on(), "by": office, **particulars}
        return lifecycle.issue(account=account, **who)

    return issued


@pytest.fixture
def northlight(clock, db):
    """The confirmed sending address that is the default."""
    return SendingAddress.objects.create(
        name="Northlight",
        email="training@northlight.example",
        confirmed_at=clock.at,
        is_default=True,
    )


@pytest.fixture
def letter(db):
    """`letter("pass", kind="service")`: a template for the target."""

    def made(target="pass", **particulars):
        values = {
            "name": f"About a {target} {Template.objects.count()}",
            "target": target,
            "subject": "News",
            "body": "<p>Hello</p>",
            **particulars,
        }
        return Template.objects.create(**values)

    return made


@pytest.fixture
def trigger(clock, letter, northlight):
    """`trigger("pass.expired", 30, "before")`: a rule that is switched on now, automatic."""

    def made(occasion="pass.expired", offset=0, side="after", **particulars):
        number = Trigger.objects.count() + 1
        options = particulars.pop("options", ())
        values = {
            "name": f"Rule {number}",
            "abbreviation": f"R{number}",
            "template": particulars.pop("template", None) or letter(occasion.partition(".")[0]),
            "automatic": True,
            "occasion": occasion,
            "offset": offset,
            "side": side,
            "audience": ["learner"],
            "enabled_at": clock.at,
            "changed_at": clock.at,
            **particulars,
        }
        rule = Trigger.objects.create(**values)
        rule.options.set(options)
        return rule

    return made


@pytest.fixture
def fire(clock):
    """Follow all rules as they would be at the clock's moment; answers what was done."""
    return lambda: postman.run(at=clock.at)


@pytest.fixture
def log():
    """`log("state", "occurrence")`: these values of all messages, in the order of their ids."""
    return lambda *names: list(
        Message.objects.order_by("pk").values_list(*names, flat=len(names) == 1)
    )


@pytest.fixture
def now(clock):
    """What rules are followed by at the clock's moment."""
    return lambda: rules.setting(clock.at)
