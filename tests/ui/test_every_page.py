"""Is every page for everybody? WCAG 2.2 AA in light and dark, and nothing sticks out at 320 px.

The addresses are those of the table that says who may open what: a new one is looked at as soon as
it has its row there. Dialogs share what they are made of, so that some of them stand for all.
"""

import itertools

import pytest
from django.core.files.base import ContentFile

from catalog.models import Session
from crm import managers, teaching
from lms.models import UnitForm
from tests.axe import BAR, CONTRAST, at_hand, axe, contrast
from tests.factories import (
    ContentUnitFactory,
    CourseFactory,
    LearnerFactory,
    LmsEventFactory,
    PassTypeFactory,
    PriceFactory,
)
from tests.lms.cast import held
from tests.security.table import (
    IN_THE_LMS,
    LEARNER,
    MANAGER,
    PUBLIC,
    SIGNED_IN,
    TABLE,
    TEACHER,
    address,
    shorten_api,
    world,
)
from tms.ui.dialogs import Dialog

# What lets somebody in or out of the view of a learner.
NO_PAGES = {"crm:view_as_learner", "crm:stop_viewing"}
ACCOUNT = ["login", "signup", "password/reset"]
MY_ACCOUNT = ["", "email", "2fa", "sessions"]
DIALOGS = """
    programs:add_webhook
    catalog:create_region catalog:edit_item catalog:add_price catalog:add_session
    crm:edit_contact crm:archive_contact crm:create_opportunity crm:win crm:lose
    people:create_role passes:give passes:add_to_account
    passes:renew passes:extend passes:assign passes:cancel lms:edit_unit
    tokens:issue_to tokens:redeem tokens:redeem_issue tokens:change_expiry tokens:adjust
    tokens:transfer tokens:spending catalog:cancel_event lms:transfer lms:refund_payment
    lms:mark_submission lms:add_question
"""
A_FEW = 80

# What reaches over the right edge of a page that scrolls sideways, from the outside in. It is asked
# two frames after the window got narrow: before, lengths in vw can still be those of the wide one.
STICKING_OUT = """async () => {
    for (const _frame of [1, 2]) await new Promise(requestAnimationFrame)
    return document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.body.querySelectorAll("*")]
        .filter((each) => each.getBoundingClientRect().right > innerWidth)
        .map((each) => `${each.tagName.toLowerCase()}.${each.className}`).slice(0, 8)
}"""


def parts():
    """(who, names): a few addresses at a time, for two processes to share; then `more`."""
    for who, rules in {
        "visitor": lambda rule: rule == PUBLIC,
        "learner": lambda rule: rule in {PUBLIC, LEARNER, SIGNED_IN},
        "trainer": lambda rule: rule in {TEACHER, MANAGER},
        "office": lambda rule: rule not in {PUBLIC, *IN_THE_LMS},
    }.items():
        names = sorted(name for name, rule in TABLE.items() if rules(rule))
        for few in itertools.batched((n for n in names if n not in NO_PAGES), A_FEW):
            yield pytest.param(who, few, id=f"{who}, from {few[0]}")
        yield pytest.param(who, (), id=f"{who}, more")


@pytest.fixture
def made(office, ada, clock, settings, tmp_path, monkeypatch):
    """One of each thing, a unit of each kind, and items with and without a pass of Ada's; at a
    moment like those of a real clock, between two seconds.
    """
    clock.move(microseconds=123_456)
    settings.MEDIA_ROOT = tmp_path
    shorten_api(monkeypatch)
    made = world(ada, office, clock)
    unit = made["default"]["unit_id"]
    section = ContentUnitFactory(section_id=made["pk"]["section"]).section
    for form in (UnitForm.VIDEO, UnitForm.DOCUMENT, UnitForm.LINK):
        each = ContentUnitFactory(section=section, form=form, body="", url="http://localhost:9/")
        if form != UnitForm.LINK:
            each.file.save("one.mp4" if form == UnitForm.VIDEO else "one.pdf", ContentFile(b"%PDF"))
    open_one, closed = (LmsEventFactory(course__slug=slug).course for slug in ("mine", "theirs"))
    held(ada, PassTypeFactory(slug="mine", opens=[open_one]))
    PassTypeFactory(slug="theirs", opens=[closed])
    PriceFactory(of=closed)
    CourseFactory(slug="alone")
    # Who teaches the event, and looks after the account, too.
    made["trainer"] = LearnerFactory(account=ada.account, is_instructor=True)
    who = {"at": clock.at, "on": clock.on(), "by": office}
    session = Session.objects.filter(event=made["default"]["event_id"]).first()
    teaching.choose(session, [made["trainer"]], **who)
    managers.choose(ada.account, [made["trainer"]], **who)
    made["units"] = [each.pk for each in section.units.exclude(pk=unit)]
    return made


def more(who, made):
    """Addresses of a kind that the table names once, allauth's, and some dialogs."""
    slug = made["default"]["slug"]
    if who == "visitor":
        return [f"/account/{word}/" for word in ACCOUNT]
    if who == "learner":
        units = [f"/learn/{slug}/{pk}/" for pk in made["units"]]
        items = ["/catalogue/mine/", "/catalogue/theirs/", "/catalogue/?view=list"]
        return units + items + ["/catalogue/passes/mine/"]
    if who == "trainer":
        return [address(f"lms:my_team_{name}", made) for name in ("register", "assign")]
    mine = [f"/account/{word}/" if word else "/account/" for word in MY_ACCOUNT]
    return mine + [address(name, made) for name in DIALOGS.split()]


def is_page(answer, *, dialogs: bool) -> bool:
    """Not a file, a list of options, or an address that only takes answers."""
    return (
        answer.status_code == 200
        and not answer.streaming
        and answer.headers["Content-Type"].startswith("text/html")
        and b"</html>" in answer.content
        and (dialogs or not isinstance((answer.context or {}).get("view"), Dialog))
    )


def wrong_with(page, path, known, *, beside="") -> list[str]:
    """What is wrong with a page. In the dark only its colours differ: that rule alone is asked.

    `known`: by scheme, the texts whose contrast was looked at on pages before; `beside`: what is
    the same there.
    """
    page.set_viewport_size({"width": 1440, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(path)
    found = axe(page, without=CONTRAST, beside=beside) + contrast(page, known["light"])
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {each}" for each in contrast(page, known["dark"])]
    page.set_viewport_size({"width": 320, "height": 640})
    if sticking_out := page.evaluate(STICKING_OUT):
        found.append(f"sticks out at 320 px: {sticking_out}")
    return found


@pytest.mark.parametrize(("who", "names"), [*parts()])
def test_every_page_is_for_everybody(who, names, made, office, ada, browse, open_page):
    trainer = made["trainer"].user
    user = {"visitor": None, "learner": ada.user, "trainer": trainer, "office": office}[who]
    # axe writes styles of its own into the page, so the policy is off for it.
    page, client = open_page(user, bypass_csp=True), browse(user)
    at_hand(page)
    found, known = {}, {"light": set(), "dark": set()}
    for path in [address(name, made) for name in names] or more(who, made):
        if is_page(client.get(path), dialogs=not names):
            found[path] = wrong_with(page, path, known, beside=BAR if found else "")
    assert found or 0 < len(names) < A_FEW
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
