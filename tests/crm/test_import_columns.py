"""The columns of a file are recognised by what HubSpot, Salesforce and spreadsheets call them."""

import io

import pytest

from crm.importing import columns
from crm.importing.plan import Plan
from crm.importing.rows import Reader
from tests.factories import CustomFieldFactory
from tms.long_sheets import LongSheet
from tms.refusals import Refusal

pytestmark = pytest.mark.django_db


def proposed(headings, about=columns.CONTACTS):
    names = headings.split(";")
    found = columns.proposed(names, about)
    return {names[place]: field for place, field in found.columns.items()}, found.system


CONTACTS = [
    (
        "Record ID;First Name;Last Name;Email;Phone Number;Lifecycle Stage;Create Date;"
        "Associated Company;Associated Company IDs",
        "id first_name last_name email phone - - account_names account_ids",
        "HubSpot",
    ),
    (
        "Contact ID;First Name;Last Name;Account Name;Email;Phone;Mailing Street;"
        "Mailing Zip/Postal Code;Email Opt Out;Title;Account ID",
        "id first_name last_name account_names email phone street postcode opt_out job_title "
        "account_ids",
        "Salesforce",
    ),
    (
        "Id;FirstName;LastName;AccountId;MailingStreet;HasOptedOutOfEmail;Email",
        "id first_name last_name account_ids street opt_out email",
        "Salesforce",
    ),
    (
        "Datensatz-ID;Vorname;Nachname;E-Mail-Adresse;Telefonnummer;Firma;PLZ;Straße",
        "id first_name last_name email phone account_names postcode street",
        "HubSpot",
    ),
    ("Prénom;Nom;Adresse e-mail;Fonction;Entreprise", "first_name last_name email job_title "
     "account_names", ""),
    ("Nombre;Apellidos;Correo electrónico;Empresa", "first_name last_name email account_names", ""),
    ("Nome;Cognome;E-mail;Azienda", "first_name last_name email account_names", ""),
    ("Voornaam;Achternaam;E-mail;Bedrijf", "first_name last_name email account_names", ""),
    ("Förnamn;Efternamn;E-post;Företag", "first_name last_name email account_names", ""),
    ("NAME;email", "name email", ""),
    ("Email;Work email;email", "email - -", ""),
    ("Row;Column;Reason;Email;Number", "- - - email -", ""),
    # Our own list, as it is exported.
    (
        "Name;Email;Primary account;Job title;Phone;Signs in;External IDs;Number;Language",
        "name email account_names job_title phone - ids number language",
        "",
    ),
    ("Name;First name;Last name;Email", "- first_name last_name email", ""),
]  # fmt: skip


@pytest.mark.parametrize(("headings", "fields", "system"), CONTACTS)
def test_columns_about_people_are_recognised(headings, fields, system):
    names = dict(zip(headings.split(";"), fields.split(), strict=True))
    expected = {heading: field for heading, field in names.items() if field != "-"}
    assert proposed(headings) == (expected, system)


@pytest.mark.parametrize(
    ("headings", "fields", "system"),
    [
        (
            "Record ID;Company name;Street Address;City;Postal Code;Country/Region;Company owner",
            "id name street city postcode country -",
            "HubSpot",
        ),
        (
            "Account ID;Account Name;Billing Street;Billing City;Billing Zip/Postal Code;"
            "Billing Country;Parent Account;Account Owner",
            "id name street city postcode country parent -",
            "Salesforce",
        ),
        ("Firma;Straße;PLZ;Ort;Land;USt-IdNr.", "name street postcode city country tax_number", ""),
        (
            "Name;Kind;Region;Parent account;Contacts;Owner;External IDs;Street;Number",
            "name - region parent - owner ids street number",
            "",
        ),
    ],
)
def test_columns_about_accounts_are_recognised(headings, fields, system):
    names = dict(zip(headings.split(";"), fields.split(), strict=True))
    expected = {heading: field for heading, field in names.items() if field != "-"}
    assert proposed(headings, columns.ACCOUNTS) == (expected, system)


def test_a_custom_field_is_recognised_by_its_label():
    field = CustomFieldFactory(label="Lifecycle stage", kind="text")
    assert proposed("Email;Lifecycle Stage")[0]["Lifecycle Stage"] == f"custom_{field.key}"


@pytest.mark.parametrize(
    ("chosen", "system", "field", "sentence"),
    [
        ({0: "first_name"}, "", None,
         "Choose the column with the email address or the one with the ID: people are known by "
         "these, never by their name."),
        ({0: "id"}, " ", "system", "Name the system that the IDs come from."),
        ({0: "id"}, "x" * 61, "system", "The name of the system takes 60 characters."),
        ({0: "email", 4: "email"}, "", "c4", "Two columns are “Email”. Leave one of them out."),
        ({0: "email", 1: "custom_gone"}, "", "c1",
         "There is no such field any more. Choose another."),
        ({0: "email", 1: "is_instructor"}, "", "c1",
         "There is no such field any more. Choose another."),
    ],
)  # fmt: skip
def test_columns_that_cannot_be_are_refused(chosen, system, field, sentence):
    with pytest.raises(Refusal) as no:
        columns.refuse_unless_possible(chosen, columns.CONTACTS, system)
    assert (no.value.field, str(no.value)) == (field, sentence)


# What a cell may hold


@pytest.fixture
def read():
    """`read("email", "A@b.example")`: what a row of this one cell, and an address, says."""

    def one(name, text, about=columns.CONTACTS):
        key = "email" if about == columns.CONTACTS else "name"
        text = text.replace('"', '""')
        file = io.BytesIO(f'K,V\nk@example.org,"{text}"\n'.encode())
        plan = Plan(about, {0: key, 1: name} if name != key else {1: name}, "ERP")
        (row,) = Reader(plan, LongSheet(file)).rows()
        return row

    return one


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("email", " ADA@Example.ORG ", "ada@example.org"),
        ("first_name", "Ada\nMaria", "Ada Maria"),
        ("first_name", "'=1+1", "=1+1"),
        ("first_name", "'Tis", "'Tis"),
        ("first_name", "O'Brien", "O'Brien"),
        ("phone", "'+44 20", "+44 20"),
        ("language", "English", "en"),
        ("language", "en_GB", "en"),
        ("time_zone", "Europe/Oslo", "Europe/Oslo"),
        ("announcements", "TRUE", True),
        ("announcements", "nein", False),
        ("notes", "One\nTwo", "One\nTwo"),
    ],
)
def test_a_value_is_kept_as_the_form_keeps_it(read, name, text, value):
    assert read(name, text).values[name] == value


def test_who_opts_out_receives_no_announcements(read):
    assert read("opt_out", "TRUE").values["announcements"] is False
    assert read("opt_out", "0").values["announcements"] is True


def test_a_whole_name_is_parted_at_its_last_blank(read):
    values = read("name", "Ada  Maria Lind").values
    assert (values["first_name"], values["last_name"]) == ("Ada Maria", "Lind")
    assert read("name", "Cher").values["last_name"] == "Cher"


def test_ids_of_several_systems_stand_in_one_cell(read):
    assert read("ids", "ERP: 7; HubSpot: a:b").keys == (("ERP", "7"), ("HubSpot", "a:b"))


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("first_name", "x" * 101, "First name takes 100 characters, and this has 101."),
        ("first_name", "a\x07b",
         "There is a character in it that can't be shown. Type it anew."),
        ("time_zone", "Mars/Olympus", "There is no time zone called “Mars/Olympus”."),
        ("language", "Klingon", "“Klingon” is not one of the languages here: en, en-us, de."),
        ("announcements", "maybe", "“maybe” is neither yes nor no."),
        ("country", "Deutschlannd", "There is no country “Deutschlannd”."),
        ("number", "12a", "“12a” is not a number as our exports have it."),
        ("number", "-1", "“-1” is not a number as our exports have it."),
        ("id", "x" * 121, "An ID takes 120 characters, and this has 121."),
        ("ids", "1234", "“1234” is not an ID with its system, such as HubSpot: 1234."),
        ("email", "ada@", "“ada@” is not an email address. One looks like ada@example.com."),
    ],
)  # fmt: skip
def test_a_value_that_the_form_would_refuse_is_refused_at_its_column(read, name, text, sentence):
    row = read(name, text)
    assert (row.refused, row.place) == (sentence, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [("GB", "GB"), ("Germany", "DE"), ("Deutschland", "DE"), ("royaume-uni", "GB"), ("USA", "US"),
     ("España", "ES")],
)  # fmt: skip
def test_a_country_is_known_by_code_or_name(read, text, code):
    assert read("country", text, columns.ACCOUNTS).values["country"] == code


def test_custom_values_obey_their_kind(read):
    kinds = {
        kind: CustomFieldFactory(label=kind, kind=kind, choices=["Red"] if kind == "choice" else [])
        for kind in ("text", "number", "date", "choice", "yes_no")
    }

    def value(kind, text):
        key = kinds[kind].key
        row = read(f"custom_{key}", text)
        return row.refused or row.custom[key]

    assert value("text", "=x") == "=x"
    assert value("number", "12.50") == "12.50"
    assert value("date", "2026-11-22 10:00") == "2026-11-22"
    assert value("choice", "Red") == "Red"
    assert value("yes_no", "ja") is True
    assert value("number", "1,5") == "number takes a number, such as 12 or 12.5."
    assert value("date", "01/02/2026") == "date takes a day, such as 2026-11-22."
    assert value("date", "46348") == "date takes a day, such as 2026-11-22."
    assert value("choice", "Green") == "“Green” is not among the choices of choice."
    assert value("yes_no", "perhaps") == "“perhaps” is neither yes nor no."


def test_who_is_marked_as_receiving_no_reminders_receives_none(read):
    assert read("reminders", "FALSE").values["reminders"] is False
