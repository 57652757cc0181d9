"""A dialog asks one question, does one thing, once."""

import json
import re

import pytest
from django.db import OperationalError, connection, transaction

from tests.factories import UserFactory
from tests.ui.site import write
from tms.models import JournalRow, OperationKey

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
NEW = "/facts/new/"
ANSWERS = {"name": "A name", "on": "2026-11-22"}


def hidden(response, name):
    """The value of the hidden field `name` in the page."""
    return re.search(rf'name="{name}" value="([^"]*)"', response.content.decode())[1]


def names():
    return list(JournalRow.objects.order_by("id").values_list("reason", flat=True))


def test_opened_by_htmx_it_is_the_inside_of_the_dialog(htmx, office):
    response = htmx(office).get(NEW)

    page = response.content.decode()
    assert response.status_code == 200
    assert '<h2 id="dialog-title">Add Fact</h2><p>to the record</p>' in page
    assert f'hx-post="{NEW}" hx-target="#dialog"' in page
    assert "<html" not in page
    assert 'value="2026-11-22"' in page
    assert "HX-Request" in response["Vary"]


def test_opened_in_a_tab_it_is_a_page(browse, office):
    page = browse(office).get(NEW).content.decode()

    assert '<h1 id="dialog-title">Add Fact</h1>' in page
    assert "hx-post" not in page
    assert 'class="bar"' in page


def test_a_page_restored_from_history_is_whole(htmx, office):
    response = htmx(office).get(NEW, headers={"HX-History-Restore-Request": "true"})
    assert "<html" in response.content.decode()


def test_done_it_announces_what_changed_and_closes(htmx, office):
    response = htmx(office).post(NEW, ANSWERS)

    assert response.status_code == 204
    assert list(json.loads(response["HX-Trigger"])) == [
        "facts:changed",
        "figures:changed",
        "dialog:close",
    ]
    assert names() == ["A name"]


def test_done_it_may_say_what_is_not_seen_on_the_page(htmx, office):
    response = htmx(office).post(NEW, ANSWERS | {"name": "told"})
    assert json.loads(response["HX-Trigger"])["toast"] == {"text": "It was sent."}


def test_done_it_may_lead_elsewhere(htmx, browse, office):
    response = htmx(office).post(NEW, ANSWERS | {"name": "far"})
    fact = JournalRow.objects.get()
    assert (response.status_code, response["HX-Redirect"]) == (204, f"/facts/{fact.pk}/")

    response = browse(office).post(NEW, ANSWERS | {"name": "far"})
    assert response["Location"] == f"/facts/{JournalRow.objects.latest('id').pk}/"


def test_without_htmx_it_redirects_when_done(browse, office):
    response = browse(office).post(NEW, ANSWERS)
    assert (response.status_code, response["Location"]) == (302, "/facts/")
    assert names() == ["A name"]


def test_a_missing_answer_is_shown_at_its_field_and_the_rest_stays(htmx, office):
    response = htmx(office).post(NEW, {"name": "", "on": "2026-11-23", "note": "keep me"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "This needs an answer." in page
    assert "One answer needs another look." in page
    assert 'aria-invalid="true"' in page
    assert 'value="2026-11-23"' in page
    assert "keep me" in page
    assert names() == []


def test_a_refusal_is_a_sentence_in_place_and_nothing_is_done(htmx, office):
    response = htmx(office).post(NEW, ANSWERS | {"name": "refused"})

    assert response.status_code == 422
    assert "<p>That takes 3 Gold and the account has 1.</p>" in response.content.decode()
    assert 'value="refused"' in response.content.decode()
    assert names() == []


def test_a_refusal_may_belong_to_a_field(htmx, office):
    response = htmx(office).post(NEW, ANSWERS | {"name": "taken"})
    page = response.content.decode()
    assert re.search(r'id="id_name_error">.*<p>Another one is called that\.</p>', page)
    assert 'aria-describedby="id_name_helptext id_name_error"' in page


def test_pressed_twice_it_is_done_once_and_answers_the_same(htmx, office):
    client = htmx(office)
    answers = ANSWERS | {"name": "far", "operation": hidden(client.get(NEW), "operation")}

    first, second = client.post(NEW, answers), client.post(NEW, answers)

    assert first["HX-Redirect"] == second["HX-Redirect"]
    assert names() == ["far"]
    assert OperationKey.objects.count() == 1


@pytest.mark.parametrize("key", ["a\x00b", "\u202e", "\n"])
def test_a_key_that_cant_be_kept_is_none(htmx, office, key):
    for _press in range(2):
        assert htmx(office).post(NEW, ANSWERS | {"operation": key}).status_code == 204
    assert names() == ["A name", "A name"]
    assert not OperationKey.objects.exists()


def test_a_refused_press_does_not_use_up_the_key(htmx, office):
    client = htmx(office)
    answers = ANSWERS | {"name": "refused", "operation": "k1"}
    client.post(NEW, answers)

    response = client.post(NEW, answers | {"name": "Another"})

    assert response.status_code == 204
    assert names() == ["Another"]


def test_the_same_key_with_other_answers_is_refused(htmx, office):
    client = htmx(office)
    client.post(NEW, ANSWERS | {"operation": "k1"})

    response = client.post(NEW, ANSWERS | {"name": "Another", "operation": "k1"})

    assert response.status_code == 422
    assert "This form was sent before, with other answers, and done." in response.content.decode()
    assert hidden(response, "operation") != "k1"
    assert names() == ["A name"]


def test_one_persons_key_is_not_anothers(htmx, office, colleague):
    htmx(office).post(NEW, ANSWERS | {"operation": "k1"})
    htmx(colleague("tms.change_settings")).post(NEW, ANSWERS | {"operation": "k1"})
    assert names() == ["A name", "A name"]


def test_what_somebody_else_changed_meanwhile_is_shown_and_nothing_is_saved(htmx, office, clock):
    user = UserFactory(name="Before", joined_at=clock.at)
    url = f"/users/{user.pk}/name/"
    client = htmx(office)
    opened = client.get(url)
    assert hidden(opened, "version") == "2026"
    client.post(url, {"name": "Theirs", "version": "2026"})

    response = client.post(url, {"name": "Mine", "version": "2026"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "This was changed meanwhile." in page
    assert 'value="Theirs"' in page
    assert "Mine" not in page
    assert hidden(response, "version") == "2027"
    user.refresh_from_db()
    assert user.name == "Theirs"


def test_an_error_does_not_make_a_stale_form_fresh(htmx, office, clock):
    user = UserFactory(name="Before", joined_at=clock.at)
    url = f"/users/{user.pk}/name/"
    client = htmx(office)
    client.post(url, {"name": "Theirs", "version": "2026"})

    refused = client.post(url, {"name": "", "version": "2026"})
    response = client.post(url, {"name": "Mine", "version": hidden(refused, "version")})

    assert response.status_code == 422
    assert "This was changed meanwhile." in response.content.decode()


def test_a_lock_that_others_hold_is_a_sentence(htmx, office, monkeypatch):
    def held(*args, **kwargs):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'held' USING ERRCODE = '55P03'; END $$")

    monkeypatch.setattr("tests.ui.site.write", held)
    response = htmx(office).post(NEW, ANSWERS)
    assert response.status_code == 422
    assert "Somebody else is changing this right now." in response.content.decode()


def test_any_other_error_of_the_database_is_a_bug(htmx, office, monkeypatch):
    def lost(*args, **kwargs):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr("tests.ui.site.write", lost)
    with pytest.raises(OperationalError):
        htmx(office).post(NEW, ANSWERS)


class TestPreview:
    """What a verb takes away is shown from running it, and confirmed by a digest."""

    @pytest.fixture
    def facts(self, organisation):
        return [write("Coaching <b>"), write("Leading")]

    def url(self, facts):
        return "/facts/end/?" + "&".join(f"ids={fact.pk}" for fact in facts)

    def test_it_says_what_would_happen_and_does_nothing(self, htmx, office, facts):
        page = htmx(office).get(self.url(facts)).content.decode()

        assert "<h3>2 end</h3>" in page
        assert "<span>Coaching &lt;b&gt;</span>" in page
        assert 'class="button button--danger" type="submit">End the facts</button>' in page
        assert names() == ["Coaching <b>", "Leading"]

    def test_confirmed_it_does_just_that(self, htmx, office, facts):
        client = htmx(office)
        digest = hidden(client.get(self.url(facts)), "digest")

        response = client.post(self.url(facts), {"reason": "over", "digest": digest})

        assert response.status_code == 204
        assert names() == ["Coaching <b>", "Leading", "an end"]

    def test_if_it_would_touch_something_else_by_now_nothing_is_done(self, htmx, office, facts):
        client = htmx(office)
        url = "/facts/end/?all=1"
        digest = hidden(client.get(url), "digest")
        write("Third")

        response = client.post(url, {"reason": "over", "digest": digest})

        assert response.status_code == 422
        assert "Nothing was done yet." in response.content.decode()
        assert "<h3>3 end</h3>" in response.content.decode()
        assert 'value="over"' in response.content.decode()
        assert names() == ["Coaching <b>", "Leading", "Third"]
        again = client.post(url, {"reason": "over", "digest": hidden(response, "digest")})
        assert again.status_code == 204

    def test_it_is_shown_again_as_answers_change(self, htmx, office, facts):
        answers = {"reason": "", "until": "2026-12-01", "show": "preview"}
        response = htmx(office).post(self.url(facts), answers)

        page = response.content.decode()
        assert response.status_code == 200
        # The element that listens stays: only what is in it comes back.
        assert "dialog-preview" not in page
        assert "<form" not in page
        assert "and 2 more" in page
        assert names() == ["Coaching <b>", "Leading"]

    def test_a_refusal_is_shown_at_once_and_there_is_no_button(self, htmx, office):
        page = htmx(office).get("/facts/end/").content.decode()
        assert "Nothing is ticked." in page
        assert 'type="submit"' not in page


class TestWhoMay:
    def test_a_visitor_is_sent_to_sign_in_and_back_to_the_page(self, htmx, browse, organisation):
        response = htmx().get(NEW)
        assert response.status_code == 401
        assert response["HX-Redirect"].endswith("?next=%2Ffacts%2F%3Fkind%3Dfact.open")

        response = browse().get(NEW)
        assert response.status_code == 302
        assert response["Location"].endswith("?next=/facts/new/")

    def test_a_foreign_page_is_not_where_one_comes_back_to(self, htmx, organisation):
        response = htmx().get(NEW, headers={"HX-Current-URL": "https://evil.example/facts/"})
        assert response["HX-Redirect"].endswith("?next=%2F")

    def test_without_the_permission_it_is_refused(self, htmx, colleague):
        client = htmx(colleague("tms.export"))
        assert client.get(NEW).status_code == 403
        assert client.post(NEW, ANSWERS).status_code == 403
        assert names() == []

    def test_it_is_refused_before_anything_is_looked_up(self, browse, htmx, ada, organisation):
        url = f"/users/{ada.user_id + 1000}/name/"
        assert htmx().get(url).status_code == 401
        assert browse().get(url).status_code == 302
        assert browse(ada.user).get(url).status_code == 403

    def test_with_it_alone_it_opens(self, htmx, colleague):
        assert htmx(colleague("tms.change_settings")).get(NEW).status_code == 200

    def test_a_learner_is_refused_with_a_sentence(self, browse, ada):
        response = browse(ada.user).get(NEW)
        assert response.status_code == 403
        assert "This page belongs to the back office" in response.content.decode()


def test_the_way_back_is_a_page_of_ours(browse, office):
    client = browse(office)
    page = client.get(NEW, headers={"Referer": "http://testserver/facts/?kind=x"})
    assert hidden(page, "back") == "http://testserver/facts/?kind=x"
    page = client.get(NEW, headers={"Referer": "https://evil.example/"})
    assert 'name="back"' not in page.content.decode()


def test_answering_costs_few_statements(htmx, office, count_queries):
    # user, organisation; begin, lock, key, the fact, key kept, commit
    answers = ANSWERS | {"operation": "k"}
    client, keys = htmx(office), iter("ab")
    assert count_queries(lambda: client.post(NEW, answers | {"operation": next(keys)})) == 8
