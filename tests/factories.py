"""Rows for tests, by app: what a test doesn't name is made up, plausible and different each time."""

import factory
from factory.django import DjangoModelFactory

from catalog.models import Region, TaxLevel, Unit, UnitKind
from crm.models import Account, AccountKind, Contact, CustomField, CustomFieldKind
from tms.models import User

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
    percent = 20


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
