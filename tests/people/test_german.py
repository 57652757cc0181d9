"""What a German reads: words, numbers, days and money, on both sides; and what they may type."""

import datetime
from decimal import Decimal

import pytest
from django.utils import translation
from django.utils.translation import ngettext

from catalog.models import Unit
from catalog.money import written
from crm import documents, fields
from crm.importing import rows
from crm.models import Contact, CustomFieldKind
from tms import days
from tms.models import Organisation

NBSP = "\N{NO-BREAK SPACE}"


@pytest.fixture
def german():
    with translation.override("de"):
        yield


@pytest.fixture
def reads_german(browse):
    """`reads_german(user)`: a client of somebody who chose German."""

    def made(user):
        user.language = "de"
        user.save(update_fields=["language"])
        return browse(user)

    return made


def test_a_colleague_works_in_german(reads_german, office, ada):
    browser = reads_german(office)
    page = browser.get(f"/contacts/{ada.pk}/").content.decode()
    for said in ("Kontakte", "Kundenkonten", "Verkaufschancen", "Bearbeiten", "Trainingspässe"):
        assert f">{said}<" in page or f"{said}</" in page, said
    dialog = browser.get(f"/contacts/{ada.pk}/editing/", headers={"hx-request": "true"})
    assert "Speichern" in dialog.content.decode()


def test_a_learner_learns_in_german(reads_german, ada):
    page = reads_german(ada.user).get("/catalogue/").content.decode()
    assert "<title>Katalog" in page
    assert "Was möchten Sie lernen?" in page


def test_one_and_many(german):
    said = [ngettext("%(n)s user", "%(n)s users", n) % {"n": n} for n in (0, 1, 2)]
    assert said == ["0 Benutzer", "1 Benutzer", "2 Benutzer"]
    passes = [
        ngettext("%(n)d training pass", "%(n)d training passes", n) % {"n": n} for n in (1, 2)
    ]
    assert passes == ["1 Trainingspass", "2 Trainingspässe"]


def test_days_numbers_and_money(german, europe):
    on, euro = datetime.date(2026, 11, 22), Unit.objects.get(code="EUR")
    assert (days.day_text(on), days.day_short(on)) == ("22. November 2026", "22.11.2026")
    assert days.day_brief(on) == "22. Nov."
    assert (days.number(1284), days.percent(Decimal("0.375"))) == ("1.284", f"38{NBSP}%")
    assert written(Decimal("1490.00"), euro) == f"1.490,00{NBSP}€"


def test_a_number_is_typed_with_a_comma_and_shown_with_one(reads_german, office, ada, clock):
    said = {"by": office, "at": clock.at, "on": clock.on()}
    fields.create(label="Hours", kind=CustomFieldKind.NUMBER, help_text="", choices=[], **said)
    browser = reads_german(office)
    page = browser.get(f"/contacts/{ada.pk}/editing/")
    answers = {name: value or "" for name, value in page.context["form"].initial.items()}
    browser.post(f"/contacts/{ada.pk}/editing/", answers | {"custom_hours": "12,5"})
    assert Contact.objects.get(pk=ada.pk).custom == {"hours": "12.5"}
    assert "12,5" in browser.get(f"/contacts/{ada.pk}/").content.decode()


def test_a_paper_is_in_the_language_of_whom_it_goes_to(kestrel, ada, organisation):
    assert documents.language_of(kestrel, organisation) == "en"
    Organisation.objects.update(language="de")
    organisation.refresh_from_db()
    assert documents.language_of(kestrel, organisation) == "de"
    kestrel.main_contact = ada
    kestrel.save()
    Contact.objects.filter(pk=ada.pk).update(language="en-us")
    assert documents.language_of(kestrel, organisation) == "en-us"
    assert documents.language_of(kestrel, organisation, "de") == "de"


@pytest.mark.parametrize(
    ("said", "code"),
    [("German", "de"), ("Deutsch", "de"), ("tyska", "de"), ("de-AT", "de"), ("Englisch", "en")],
)
def test_an_import_knows_a_language_by_its_names(said, code):
    assert rows.language(said) == code
