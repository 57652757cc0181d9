"""Rows for tests, by app: what a test does not name is made up, plausible and always different."""

import datetime
import zoneinfo
from decimal import Decimal

import factory
from django.db.models import F
from factory.django import DjangoModelFactory

from catalog.models import (
    Category,
    Event,
    EventStatus,
    EventType,
    Item,
    ItemKind,
    ItemStatus,
    Price,
    Priced,
    Region,
    Session,
    Step,
    TaxLevel,
    Unit,
    UnitKind,
)
from crm.models import Account, AccountKind, Contact, CustomField, CustomFieldKind
from lms.models import (
    Assignment,
    Certificate,
    ContentUnit,
    PaidBy,
    Payment,
    Progress,
    QuestionForm,
    Quiz,
    QuizQuestion,
    Registration,
    Section,
    UnitForm,
)
from passes.models import (
    Inclusion,
    OptionStatus,
    Pass,
    PassOption,
    PassType,
    PeriodUnit,
    TypeStatus,
)
from tms.models import User
from tokens.models import TokenPack, TokenType


def copies(row, number, **each):
    """`number` more rows like `row`, in one statement; `each` says by number what differs.

    `copies(course, 299, code=lambda n: f"C-{n}", priced=lambda n: prices[n])`. The quick way to
    many rows: make one by its verb or factory, and copy that.
    """
    fields = [f for f in row._meta.concrete_fields if not (f.generated or f.primary_key)]
    same = {field.attname: getattr(row, field.attname) for field in fields}
    for name in each:
        same.pop(row._meta.get_field(name).attname)
    return type(row)._base_manager.bulk_create(
        type(row)(**same, **{name: vary(n) for name, vary in each.items()}) for n in range(number)
    )


def several(thing, number, **each):
    """`number` items or events, of which this one is the first, each with prices of its own."""
    prices = copies(thing.priced, number - 1)
    each |= {"code": lambda n: f"{thing.code}-{n}", "priced": lambda n: prices[n]}
    if isinstance(thing, Item):
        each |= {"title": lambda n: f"{thing.title} {n}", "slug": lambda n: f"{thing.slug}-{n}"}
    return [thing, *copies(thing, number - 1, **each)]


# People


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@example.com")
    name = factory.Sequence(lambda n: f"User {n}")


# Catalogue


class CurrencyFactory(DjangoModelFactory):
    class Meta:
        model = Unit
        django_get_or_create = ("code",)

    kind = UnitKind.CURRENCY
    code = "EUR"
    label = "Euro"
    decimals = 2


class TaxLevelFactory(DjangoModelFactory):
    class Meta:
        model = TaxLevel
        django_get_or_create = ("name",)

    name = "Standard"
    percent = Decimal(20)


class RegionFactory(DjangoModelFactory):
    """A market with the euro; `is_default=True` for the one new accounts fall into."""

    class Meta:
        model = Region
        django_get_or_create = ("name",)
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Region {n}")
    tax_level = factory.SubFactory(TaxLevelFactory)

    @factory.post_generation
    def currencies(self, create, given, **_more):
        if create:
            self.currencies.set([CurrencyFactory()] if given is None else given)


class TokenUnitFactory(DjangoModelFactory):
    """What a price in tokens is counted in."""

    class Meta:
        model = Unit
        django_get_or_create = ("code",)

    kind = UnitKind.TOKEN
    code = "Gold"
    label = factory.SelfAttribute("code")
    decimals = 0


class TokenTypeFactory(DjangoModelFactory):
    """`TokenTypeFactory(unit__code="Silver", period=12)`: twelve months to redeem them."""

    class Meta:
        model = TokenType
        django_get_or_create = ("unit",)

    unit = factory.SubFactory(TokenUnitFactory)


class TokenPackFactory(DjangoModelFactory):
    """50 tokens, as long as their type says; without a price: `PriceFactory(of=pack)`."""

    class Meta:
        model = TokenPack

    token_type = factory.SubFactory(TokenTypeFactory)
    name = factory.Sequence(lambda n: f"Pack {n}")
    units = 50
    priced = factory.LazyFunction(Priced.objects.create)


class CategoryFactory(DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")
    slug = factory.Sequence(lambda n: f"category-{n}")


class PricedFactory(DjangoModelFactory):
    class Meta:
        model = Priced


class CourseFactory(DjangoModelFactory):
    """A published course; `categories=[...]` if it is about them."""

    class Meta:
        model = Item
        skip_postgeneration_save = True

    kind = ItemKind.COURSE
    title = factory.Sequence(lambda n: f"Course {n:03}")
    code = factory.Sequence(lambda n: f"C-{n:03}")
    slug = factory.Sequence(lambda n: f"item-{n}")
    status = ItemStatus.PUBLISHED
    published_at = datetime.datetime(2026, 1, 5, 9, tzinfo=datetime.UTC)
    priced = factory.SubFactory(PricedFactory)

    @factory.post_generation
    def categories(self, create, given, **_more):
        if create and given:
            self.categories.set(given)


class PathFactory(CourseFactory):
    """A published learning path through `courses=[...]`, in that order, each required."""

    kind = ItemKind.PATH
    title = factory.Sequence(lambda n: f"Path {n:03}")
    code = factory.Sequence(lambda n: f"P-{n:03}")
    slug = factory.Sequence(lambda n: f"path-{n}")

    @factory.post_generation
    def courses(self, create, given, **_more):
        for position, course in enumerate((create and given) or [], start=1):
            Step.objects.create(path=self, course=course, position=position)


def _moment(day, hour, zone="Europe/London"):
    wall = datetime.datetime.combine(day, datetime.time(hour), zoneinfo.ZoneInfo(zone))
    return wall.astimezone(datetime.UTC)


class EventFactory(DjangoModelFactory):
    """An open classroom event in London with 12 seats; on each day a session from 09:00 to 17:00.

    `first_on=` a day and `days=` how many; the default begins on 7 December 2026 and takes one.
    """

    class Meta:
        model = Event
        skip_postgeneration_save = True

    class Params:
        days = 1

    course = factory.SubFactory(CourseFactory)
    code = factory.Sequence(lambda n: f"E-{n:03}")
    type = EventType.CLASSROOM
    status = EventStatus.OPEN
    place = "London"
    capacity = 12
    first_on = datetime.date(2026, 12, 7)
    last_on = factory.LazyAttribute(lambda o: o.first_on + datetime.timedelta(days=o.days - 1))
    starts_at = factory.LazyAttribute(lambda o: _moment(o.first_on, 9))
    ends_at = factory.LazyAttribute(lambda o: _moment(o.last_on, 17))
    priced = factory.SubFactory(PricedFactory)

    @factory.post_generation
    def sessions(self, create, given, **_more):
        """`sessions=False`: without rows for them."""
        if not create or given is False or self.first_on is None:
            return
        for number in range((self.last_on - self.first_on).days + 1):
            day = self.first_on + datetime.timedelta(days=number)
            Session.objects.create(
                event=self,
                starts_at=_moment(day, 9),
                ends_at=_moment(day, 17),
                time_zone="Europe/London",
                place=self.place,
            )


class LmsEventFactory(EventFactory):
    """An open LMS event: always open, content for good unless `content_days=` says otherwise."""

    type = EventType.LMS
    place = ""
    capacity = None
    first_on = last_on = starts_at = ends_at = None


class PriceFactory(DjangoModelFactory):
    """What `of=` (anything that has `priced`) costs: 490 euros in Europe, net."""

    class Meta:
        model = Price

    class Params:
        of = None

    priced = factory.LazyAttribute(lambda o: o.of.priced if o.of else PricedFactory())
    region = factory.SubFactory(RegionFactory, name="Europe")
    unit = factory.SubFactory(CurrencyFactory)
    amount = Decimal(490)
    tax_level = factory.SelfAttribute("region.tax_level")


# Customers


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Account {n:03}")
    region = factory.SubFactory(RegionFactory, name="Europe")


class IndividualAccountFactory(AccountFactory):
    kind = AccountKind.INDIVIDUAL


class ContactFactory(DjangoModelFactory):
    """A person with an address and an account of their own organisation, without a sign-in."""

    class Meta:
        model = Contact

    first_name = "Robin"
    last_name = factory.Sequence(lambda n: f"Example {n:03}")
    email = factory.Sequence(lambda n: f"robin{n}@example.com")
    account = factory.SubFactory(AccountFactory)


class LearnerFactory(ContactFactory):
    """A contact who can sign in to the LMS."""

    user = factory.SubFactory(
        UserFactory,
        email=factory.SelfAttribute("..email"),
        name=factory.LazyAttribute(
            lambda o: f"{o.factory_parent.first_name} {o.factory_parent.last_name}"
        ),
    )


class CustomFieldFactory(DjangoModelFactory):
    class Meta:
        model = CustomField

    label = factory.Sequence(lambda n: f"Field {n}")
    key = factory.Sequence(lambda n: f"field-{n}")
    kind = CustomFieldKind.TEXT


# Passes


class PassTypeFactory(DjangoModelFactory):
    """An active pass type that opens `opens=[...]` (items and events)."""

    class Meta:
        model = PassType
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Library {n:03}")
    code = factory.Sequence(lambda n: f"LIB-{n:03}")
    slug = factory.Sequence(lambda n: f"library-{n}")
    status = TypeStatus.ACTIVE

    @factory.post_generation
    def opens(self, create, given, **_more):
        for thing in (create and given) or []:
            which = {"event": thing} if isinstance(thing, Event) else {"item": thing}
            Inclusion.objects.create(pass_type=self, **which)


class PassOptionFactory(DjangoModelFactory):
    """A published option: Annual, 12 months."""

    class Meta:
        model = PassOption
        django_get_or_create = ("pass_type", "name")

    pass_type = factory.SubFactory(PassTypeFactory)
    name = "Annual"
    period = 12
    period_unit = PeriodUnit.MONTHS
    status = OptionStatus.PUBLISHED
    priced = factory.SubFactory(PricedFactory)


class PassFactory(DjangoModelFactory):
    """An active annual pass from 22 November 2026, held by nobody yet; a row without history.

    `contact=` assigns it, and its account is then theirs. `lifecycle.issue` writes history too.
    """

    class Meta:
        model = Pass

    option = factory.SubFactory(PassOptionFactory)
    pass_type = factory.SelfAttribute("option.pass_type")
    contact = None
    account = factory.LazyAttribute(lambda o: o.contact.account if o.contact else AccountFactory())
    starts_on = datetime.date(2026, 11, 22)
    expires_on = datetime.date(2027, 11, 22)
    anchor_day = factory.SelfAttribute("starts_on.day")
    issued_at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
    assigned_on = factory.LazyAttribute(lambda o: o.starts_on if o.contact else None)


# Learning


class RegistrationFactory(DjangoModelFactory):
    """A place given by staff on 22 November 2026, for good, on `event=` or `path=`; a row without
    history. `used_pass=` makes it one by pass. The event's seat is counted.
    """

    class Meta:
        model = Registration

    contact = factory.SubFactory(ContactFactory)
    account = factory.LazyAttribute(
        lambda o: o.used_pass.account if o.used_pass else o.contact.account
    )
    event = None
    path = None
    used_pass = None
    paid_by = factory.LazyAttribute(lambda o: PaidBy.PASS if o.used_pass else PaidBy.STAFF)
    registered_at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
    registered_on = datetime.date(2026, 11, 22)

    @classmethod
    def _create(cls, model, *args, **given):
        made = super()._create(model, *args, **given)
        if made.event_id and made.cancelled_at is None:
            Event.objects.filter(pk=made.event_id).update(taken=F("taken") + 1)
        return made


class PaymentFactory(DjangoModelFactory):
    """100 euros and the tax, begun at the trial at nine on 22 November 2026; a row without history.

    Its seat isn't counted.
    """

    class Meta:
        model = Payment

    contact = factory.SubFactory(ContactFactory)
    account = factory.LazyAttribute(lambda o: o.contact.account)
    title = "Coaching"
    unit = factory.SubFactory(CurrencyFactory)
    net = 100
    tax = 20
    tax_name = "Standard"
    tax_percent = 20
    provider = "trial"
    reference = factory.Sequence(lambda n: f"trial-of-{n}")
    address = "/catalogue/"
    holds_until = datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.UTC)
    started_at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
    started_on = datetime.date(2026, 11, 22)


class SectionFactory(DjangoModelFactory):
    class Meta:
        model = Section

    course = factory.SubFactory(CourseFactory)
    title = factory.Sequence(lambda n: f"Section {n}")
    position = factory.Sequence(int)


class ContentUnitFactory(DjangoModelFactory):
    """A required page; `course=` puts it into a section of its own in that course."""

    class Meta:
        model = ContentUnit

    class Params:
        course = None

    section = factory.LazyAttribute(
        lambda o: SectionFactory(**({"course": o.course} if o.course else {}))
    )
    form = UnitForm.PAGE
    title = factory.Sequence(lambda n: f"Page {n}")
    body = "<p>Something to read.</p>"
    position = factory.Sequence(int)


class QuizFactory(DjangoModelFactory):
    """A quiz of no questions yet, in a required unit; `unit__course=` says of which course."""

    class Meta:
        model = Quiz

    unit = factory.SubFactory(
        ContentUnitFactory, form=UnitForm.QUIZ, title="What you know", body=""
    )


class QuizQuestionFactory(DjangoModelFactory):
    """A single choice of three, of which the second is right."""

    class Meta:
        model = QuizQuestion

    quiz = factory.SubFactory(QuizFactory)
    form = QuestionForm.SINGLE
    text = factory.Sequence(lambda n: f"Question {n}?")
    answers = factory.LazyFunction(
        lambda: [
            {"text": "Red", "right": False},
            {"text": "Green", "right": True},
            {"text": "Blue", "right": False},
        ]
    )
    position = factory.Sequence(int)


class AssignmentFactory(DjangoModelFactory):
    """An assignment that takes PDFs and texts of 1 MB at most, in a required unit."""

    class Meta:
        model = Assignment

    unit = factory.SubFactory(
        ContentUnitFactory, form=UnitForm.ASSIGNMENT, title="Your plan", body="<p>Write it.</p>"
    )
    kinds = ["pdf", "text"]
    megabytes = 1


class ProgressFactory(DjangoModelFactory):
    """`contact=` completed `unit=` on 22 November 2026; `completed_at=None`: only looked at it."""

    class Meta:
        model = Progress

    contact = factory.SubFactory(ContactFactory)
    unit = factory.SubFactory(ContentUnitFactory)
    first_at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
    last_at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
    completed_at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)


class CertificateFactory(DjangoModelFactory):
    """Of a course of its own, completed on the day of the tests; for good."""

    class Meta:
        model = Certificate

    number = factory.Sequence(lambda n: f"AAAA-BBBB-{n:04}")
    cause = factory.Sequence(lambda n: f"made-up-{n}")
    contact = factory.SubFactory(LearnerFactory)
    item = factory.SubFactory(CourseFactory)
    name = factory.LazyAttribute(lambda made: made.contact.name)
    title = factory.LazyAttribute(lambda made: made.item.title)
    issuer = "Harbour Training"
    completed_on = datetime.date(2026, 11, 22)
    issued_at = datetime.datetime(2026, 11, 22, 9, tzinfo=datetime.UTC)
