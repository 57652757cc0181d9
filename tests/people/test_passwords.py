"""Passwords that somebody would guess who knows the place."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from tms.people import passwords


@pytest.fixture
def northlight(organisation, settings):
    organisation.name = "Northlight Training"
    organisation.save()
    settings.SITE_URL = "https://academy.northlight.example"


@pytest.mark.parametrize(
    "password",
    [
        "northlight2026",
        "Northlight!!",
        "NorthlightTraining1",
        "lanyard-lanyard",
        "academy-northlight-9",
        "12training34",
    ],
)
def test_the_names_of_the_place_are_refused(northlight, password):
    with pytest.raises(ValidationError, match="a name that everybody here knows"):
        passwords.OurWords().validate(password)
    with pytest.raises(ValidationError):
        validate_password(password)


@pytest.mark.parametrize(
    "password",
    ["a quiet harbour 9", "northlight carries my boots", "ljus över fjället", "x" * 128, "1" * 30],
)
def test_everything_else_may_have_them_in_it(northlight, password):
    passwords.OurWords().validate(password)
