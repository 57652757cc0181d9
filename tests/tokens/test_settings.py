"""Control panel, Training Tokens, Settings: two switches, who switched, and what they forbid."""

import pytest

from tests.passes.pages import text
from tokens.models import LedgerEntry, TokenIssue, TokenSettings

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
URL = "/control-panel/tokens/settings/"
BY_HAND = (
    "Tokens aren't issued by hand here: they come from sales and refunds. "
    "Whoever sets up Training Tokens can allow it under Settings."
)
ADJUSTED = (
    "Balances aren't adjusted by hand here: correct them by a refund or a sale. "
    "Whoever sets up Training Tokens can allow it under Settings."
)


def test_both_are_allowed_until_somebody_switches_and_who_did_is_told(desk, now):
    said = text(desk.get(URL))
    assert "Allow Manual Raising of Issues" in said
    assert "Allow Adjustments to Token Issues" in said
    assert desk.post(URL, {"adjustments": "on"})["Location"] == URL
    assert (TokenSettings.current().manual_issues, TokenSettings.current().adjustments) == (
        False,
        True,
    )
    said = text(desk.get(URL))
    assert "Settings changed Allow Manual Raising of Issues on off Olive Office" in said
    assert "22 Nov 2026, 09:00" in said
    assert "Settings changed" in text(desk.get(f"{URL}history/"))


def test_saving_what_is_so_already_writes_nothing(desk):
    desk.post(URL, {"adjustments": "on", "manual_issues": "on"})
    assert "Nothing has happened here yet" in text(desk.get(URL))


@pytest.mark.parametrize(("manual", "shown"), [(True, True), (False, False)])
def test_without_manual_raising_the_button_is_gone(desk, kestrel, give, switch, manual, shown):
    give(5)
    switch(manual_issues=manual)
    for page in ("", "issues/"):
        said = text(desk.get(f"/accounts/{kestrel.pk}/tokens/{page}"))
        assert ("Issue Tokens" in said) == shown


def test_a_form_sent_after_the_switch_issues_nothing(dialog, kestrel, gold, switch):
    opened = dialog(f"/accounts/{kestrel.pk}/tokens/issues/new/")
    switch(manual_issues=False)
    answer = opened.send(token_type=gold.pk, quantity="5")
    assert answer.status_code == 422
    assert BY_HAND in text(answer)
    assert TokenIssue.objects.count() == 0
    shown = dialog(f"/accounts/{kestrel.pk}/tokens/issues/new/").answer
    assert BY_HAND in text(shown)
    assert "Issue the tokens" not in text(shown)


def test_without_adjustments_adjust_and_transfer_are_gone_and_refused(
    dialog, desk, give, switch, kestrel
):
    issue = give(5)
    addresses = [f"/tokens/issues/{issue.pk}/{word}/" for word in ("adjustment", "transfer")]
    opened = [dialog(url) for url in addresses]
    page = f"/tokens/issues/{issue.pk}/"
    assert all(f'href="{url}"' in desk.get(page).text for url in addresses)
    switch(adjustments=False)
    for where in (page, f"/accounts/{kestrel.pk}/tokens/"):
        assert not any(f'href="{url}"' in desk.get(where).text for url in addresses)
        assert f'href="/tokens/issues/{issue.pk}/expiry/"' in desk.get(where).text
    answers = {"direction": "off", "quantity": "1", "reason": "x", "to": str(kestrel.pk)}
    for each in opened:
        answer = each.send(**answers)
        assert (answer.status_code, ADJUSTED in text(answer)) == (422, True)
    assert LedgerEntry.objects.count() == 1


def test_change_expiry_obeys_neither_switch(dialog, give, switch):
    issue = give(5, "2026-12-31")
    switch(manual_issues=False, adjustments=False)
    opened = dialog(f"/tokens/issues/{issue.pk}/expiry/")
    opened.look(expires_on="2027-01-31", reason="Agreed")
    assert opened.send(expires_on="2027-01-31", reason="Agreed").status_code == 204
    issue.refresh_from_db()
    assert str(issue.expires_on) == "2027-01-31"
