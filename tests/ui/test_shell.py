"""What stands around every page: bars, search, control panel, errors."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from tests.factories import LearnerFactory
from tms.models import Organisation
from tms.people.backend import Backend
from tms.ui import checks, register
from tms.ui.register import (
    CRM,
    FINANCIAL,
    Hit,
    MenuEntry,
    Option,
    Panel,
    SearchKind,
    Tab,
    gather,
)
from tms.ui.shell import Shell

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]


def find_facts(query, user, limit):
    return (
        [Hit("A <b>fact</b>", "/facts/1/", "subtitle", "Kestrel")][:limit] if "fa" in query else []
    )


def find_people(query, user, limit):
    return [Hit(f"Fatima {number}", f"/facts/{number}/") for number in range(min(limit, 7))]


def brought_by(**lists):
    return gather([module(**lists)])


def module(**lists):
    return type("module", (), {"__name__": "someapp.register", **lists})


BROUGHT = brought_by(
    MENU=(
        MenuEntry("Facts", "facts", "tms.change_settings", 10),
        MenuEntry("Home", "search", None, 20),
    ),
    CONTROL_PANEL=(
        Option(
            FINANCIAL, "Training Passes", "Part of the catalogue, for a set time", "facts",
            "tms.change_settings", "id-card-lanyard", ("Passes", "subscription"),
        ),
        Option(CRM, "Pipeline Stages", "Open, won or lost", "facts", None, "columns-3"),
    ),
    SEARCH=(
        SearchKind("People", find_people, None, 10, "user"),
        SearchKind("Facts", find_facts, "tms.change_settings", 20, "book-open"),
    ),
    PANELS=(
        Panel("contact", "first", lambda request, subject: f"<p>one {subject}</p>", None, 1),
        Panel("contact", "hidden", lambda request, subject: "<p>two</p>", "tms.manage_users", 2),
        Panel("contact", "side", lambda request, subject: "<p>side</p>", None, 1, "side"),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _brought(monkeypatch):
    monkeypatch.setattr(register, "all_of", lambda: BROUGHT)


def bar(page):
    """(label, is it here?) of the menu on top."""
    nav = re.search(r'<nav class="bar__nav".*?</nav>', page, re.DOTALL)[0]
    return [
        (label, bool(here))
        for here, label in re.findall(r'<a [^>]*?( aria-current="page")?>([^<]*)', nav)
    ]


class TestBar:
    def test_it_has_what_one_may_open_and_says_where_one_is(self, browse, office, colleague):
        assert bar(browse(office).get("/facts/").content.decode()) == [
            ("Facts", True),
            ("Home", False),
        ]
        page = browse(colleague("tms.export")).get("/search/").content.decode()
        assert bar(page) == [("Home", True)]

    def test_who_is_both_is_known_to_be_a_learner_too(self, rf, office, kestrel):
        request = rf.get("/facts/")
        request.user = Backend().get_user(office.pk)
        assert Shell(request).is_learner is False
        LearnerFactory(user=office, account=kestrel)
        request.user = Backend().get_user(office.pk)
        assert Shell(request).is_learner is True

    def test_the_menu_says_ones_roles(self, browse, colleague):
        user = colleague("tms.change_settings")
        user.groups.add(Group.objects.create(name="A role"))
        page = browse(user).get("/facts/").content.decode()
        assert '<span class="muted">A role, May' in page

    def test_it_costs_two_statements(self, browse, colleague, count_queries):
        client = browse(colleague("tms.change_settings"))
        # the organisation; the user with rights, roles and contact
        assert count_queries(lambda: client.get("/control-panel/")) == 2

    def test_the_learners_bar_has_no_search_and_no_settings(self, browse, ada):
        page = browse(ada.user).get("/mine/").content.decode()
        assert "Ada Lindqvist" in page
        assert bar(page) == [("Catalogue", False), ("My Learning", False)]
        assert "/control-panel/" not in page
        assert 'id="search"' not in page

    def test_a_visitor_is_offered_to_sign_in_and_to_create_an_account(self, browse, organisation):
        page = browse().get("/catalogue/").content.decode()
        assert bar(page) == [("Catalogue", True)]
        assert "Sign in</a>" in page
        assert "Create account</a>" in page
        Organisation.objects.update(sign_up_open=False)
        assert "Create account</a>" not in browse().get("/catalogue/").content.decode()

    def test_the_menu_of_who_is_both_leads_to_the_other_site(self, browse, office, kestrel):
        assert "Learner site" not in browse(office).get("/facts/").content.decode()
        LearnerFactory(user=office, account=kestrel)
        assert "Learner site" in browse(office).get("/facts/").content.decode()
        assert "Back office" in browse(office).get("/mine/").content.decode()

    def test_the_organisations_logo_stands_in_the_learners_bar(self, browse, organisation):
        Organisation.objects.update(logo="logo/harbour.png")
        page = browse().get("/catalogue/").content.decode()
        assert 'src="/files/logo/harbour.png"' in page

    def test_the_organisation_names_it(self, browse, office):
        assert (
            "<title>Facts · Harbour Training</title>"
            in browse(office).get("/facts/").content.decode()
        )


class TestTheme:
    def test_dark_is_kept_and_drawn_by_the_server(self, browse, office):
        client = browse(office)
        assert "data-theme" not in client.get("/facts/").content.decode()
        response = client.post("/theme/", {"theme": "dark", "next": "/facts/?q=a"})
        assert response["Location"] == "/facts/?q=a"
        assert (
            '<html lang="en" dir="ltr" data-theme="dark">' in client.get("/facts/").content.decode()
        )
        client.post("/theme/", {"theme": "system"})
        assert "data-theme" not in client.get("/facts/").content.decode()

    def test_it_leads_nowhere_else_and_keeps_nothing_else(self, browse, office):
        response = browse(office).post("/theme/", {"theme": "<x>", "next": "https://evil.example"})
        assert response["Location"] == "/"
        assert response.cookies["theme"].value == ""

    @pytest.mark.parametrize("address", ["24:61", "facts", "2026-11-24", "//evil.example/"])
    def test_what_is_no_address_leads_to_the_front_door(self, browse, office, address):
        response = browse(office).post("/theme/", {"theme": "dark", "next": address})
        assert (response.status_code, response["Location"]) == (302, "/")


class TestSearch:
    def test_everything_is_grouped_by_kind_in_order(self, browse, office):
        page = browse(office).get("/search/?q=fa").content.decode()
        assert re.findall(r'<h2 id="kind-\d">(.*?)</h2>', page) == ["People", "Facts"]
        assert page.count('class="hit"') == 8
        assert "<span>A &lt;b&gt;<mark>fa</mark>ct&lt;/b&gt; <small>subtitle</small></span>" in page

    def test_kinds_one_may_not_see_are_not_asked(self, browse, colleague):
        page = browse(colleague("tms.export")).get("/search/?q=fa").content.decode()
        assert re.findall(r'<h2 id="kind-\d">(.*?)</h2>', page) == ["People"]

    def test_as_one_types_the_first_five_of_each_come(self, htmx, office):
        page = htmx(office).get("/search/?q=fa").content.decode()
        assert page.count('role="option"') == 6
        assert "<html" not in page
        assert "6 found" in page

    @pytest.mark.parametrize(
        ("query", "sentence"),
        [
            ("", "Part of a name, an email address or a code"),
            ("f", "Two letters at least."),
            ("%00fa", "People"),
        ],
    )
    def test_nothing_asked_is_answered_kindly(self, browse, office, query, sentence):
        assert sentence in browse(office).get(f"/search/?q={query}").content.decode()

    def test_nothing_found_says_what_to_try(self, browse, office, monkeypatch):
        monkeypatch.setattr(register, "all_of", lambda: gather([]))
        page = browse(office).get("/search/?q=<zz>").content.decode()
        assert "Nothing is called “&lt;zz&gt;”" in page

    def test_it_is_for_staff(self, browse, htmx, ada):
        assert browse(ada.user).get("/search/?q=fa").status_code == 403
        assert htmx().get("/search/?q=fa").status_code == 401


class TestControlPanel:
    def entries(self, client, query=""):
        page = client.get(f"/control-panel/{query}").content.decode()
        return re.findall(r"<h2 id=\"group-\d\">(.*?)</h2>|<b>(.*?)</b>", page)

    def test_options_stand_under_their_headings(self, browse, office):
        assert self.entries(browse(office)) == [
            ("Financial", ""),
            ("", "Training Passes"),
            ("CRM", ""),
            ("", "Pipeline Stages"),
        ]

    @pytest.mark.parametrize("words", ["passes", "SUBSCRIPTION", "set time", "time training"])
    def test_words_of_name_description_and_synonyms_find_them(self, browse, office, words):
        assert self.entries(browse(office), f"?q={words}") == [
            ("Financial", ""),
            ("", "Training Passes"),
        ]

    def test_nothing_found_is_said(self, browse, office):
        page = browse(office).get("/control-panel/?q=zz").content.decode()
        assert "No setting is called that" in page

    def test_what_one_may_not_use_is_not_there(self, browse, colleague):
        client = browse(colleague("tms.export"))
        assert self.entries(client) == [("CRM", ""), ("", "Pipeline Stages")]
        assert self.entries(client, "?q=passes") == []


class TestRegister:
    @pytest.mark.parametrize(
        ("name", "entry"),
        [
            ("MENU", MenuEntry("Facts", "facts")),
            ("CONTROL_PANEL", Option(CRM, "Facts", "", "facts", None, "user")),
            ("SEARCH", SearchKind("Facts", find_facts, None)),
            ("PANELS", Panel("contact", "facts", "x.html")),
            ("TABS", Tab("account", "Facts", "facts", "facts")),
        ],
    )
    def test_two_of_the_same_name_are_an_error(self, name, entry):
        with pytest.raises(ImproperlyConfigured, match="twice"):
            gather([module(**{name: [entry]}), module(**{name: [entry]})])

    def test_entries_come_in_their_positions(self):
        found = gather(
            [module(MENU=[MenuEntry("B", "b", position=2), MenuEntry("A", "a", position=1)])]
        )
        assert [entry.label for entry in found.menu] == ["A", "B"]

    def test_something_else_in_a_list_is_an_error(self):
        with pytest.raises(ImproperlyConfigured, match="not a MenuEntry"):
            gather([module(MENU=["facts"])])

    def test_an_entry_that_leads_nowhere_fails_the_check(self, monkeypatch):
        assert checks.entries_lead_somewhere(None) == []
        monkeypatch.setattr(
            register,
            "all_of",
            lambda: gather(
                [
                    module(
                        MENU=[MenuEntry("A", "nowhere")],
                        SEARCH=[SearchKind("A", find_facts, None, icon="no-icon")],
                    )
                ]
            ),
        )
        assert [error.id for error in checks.entries_lead_somewhere(None)] == [
            "tms.E001",
            "tms.E002",
        ]


class TestErrors:
    def test_nothing_at_an_address(self, browse, office):
        response = browse(office).get("/nowhere/")
        assert response.status_code == 404
        assert "There is nothing at this address" in response.content.decode()

    def test_a_bug_says_so_without_any_context(self, browse, organisation):
        client = browse()
        client.raise_request_exception = False
        response = client.get("/broken/")
        assert response.status_code == 500
        assert "Something broke on our side" in response.content.decode()

    def test_a_form_from_before_the_last_sign_in(self, organisation):
        response = Client(enforce_csrf_checks=True).post("/theme/", {"theme": "dark"})
        assert response.status_code == 403
        assert "This page was open for too long" in response.content.decode()

    def test_a_permission_may_be_several(self, browse, colleague):
        assert browse(colleague("tms.change_settings")).get("/both/").status_code == 403
        assert (
            browse(colleague("tms.change_settings", "tms.export")).get("/both/").status_code == 200
        )


class TestFrontDoor:
    def test_it_leads_learners_and_visitors_to_the_catalogue(self, browse, ada):
        assert browse().get("/")["Location"] == "/catalogue/"
        assert browse(ada.user).get("/")["Location"] == "/catalogue/"

    def test_it_leads_staff_to_the_first_page_of_their_menu(self, browse, office, colleague):
        assert browse(office).get("/")["Location"] == "/facts/"
        assert browse(colleague("tms.export")).get("/")["Location"] == "/search/"

    def test_and_to_the_control_panel_where_there_is_none(self, browse, office, monkeypatch):
        monkeypatch.setattr(register, "all_of", lambda: gather([]))
        assert browse(office).get("/")["Location"] == "/control-panel/"
