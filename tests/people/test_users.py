"""Who works in the back office, and how somebody stops doing so at once."""

import pytest

from tests.races import meeting, race
from tms import journal
from tms.models import User
from tms.people import roles, staff
from tms.refusals import Refusal


def test_a_disabled_user_is_out_with_the_next_click_everywhere(visitor, admit, boss, said):
    sam = admit("sam@example.com", "Sales")
    here, there = visitor(), visitor()
    here.sign_in("sam@example.com")
    there.sign_in("sam@example.com")
    assert here.get("/control-panel/").status_code == 200
    with visitor().capture(execute=True):
        (closed,) = staff.disable(sam.pk, **said(boss), reason="Left the company")
    assert closed.sentence == "2 sessions end"
    assert here.get("/control-panel/").status_code == 302
    assert there.get("/control-panel/").status_code == 302
    fact = journal.about("user", sam.pk)[0]
    assert (fact.kind, fact.by_id, fact.reason) == ("user.disabled", boss.pk, "Left the company")
    staff.enable(sam.pk, **said(boss))
    assert here.get("/control-panel/").status_code == 302  # old sessions stay ended
    assert visitor().sign_in("sam@example.com").status_code == 302


def test_disabling_shows_first_what_it_ends(visitor, admit, boss, browse):
    sam = admit("sam@example.com", "Sales")
    visitor().sign_in("sam@example.com")
    page = browse(boss).get(f"/control-panel/users/{sam.pk}/disabling/")
    assert [each.sentence for each in page.context["consequences"]] == ["1 session ends"]
    assert User.objects.get(pk=sam.pk).is_active


def test_roles_count_from_the_next_click_on(visitor, admit, boss, said):
    sam = admit("sam@example.com", "Sales")
    browser = visitor()
    browser.sign_in("sam@example.com")
    assert browser.get("/control-panel/users/").status_code == 403
    staff.change_roles(sam.pk, ["Administrator"], **said(boss))
    assert browser.get("/control-panel/users/").status_code == 200
    staff.change_roles(sam.pk, [], **said(boss))
    assert browser.get("/control-panel/").status_code == 403
    facts = journal.about("user", sam.pk)
    assert (facts[1].before, facts[1].after) == ({"roles": ["Sales"]}, {"roles": ["Administrator"]})
    assert facts[0].kind == "user.roles_changed"


def test_the_last_administrator_stays(admit, boss, said):
    with pytest.raises(Refusal, match="That is the last administrator"):
        staff.change_roles(boss.pk, ["Sales"], **said(boss))
    with pytest.raises(Refusal, match="You can't disable yourself"):
        staff.disable(boss.pk, **said(boss))
    with pytest.raises(Refusal, match="That is the last administrator"):
        staff.disable(boss.pk, **said())
    second = admit("second@example.com", roles.ADMINISTRATOR)
    staff.disable(boss.pk, **said(second))
    assert not User.objects.get(pk=boss.pk).is_active
    with pytest.raises(Refusal, match="That is the last administrator"):
        staff.change_roles(second.pk, [], **said(second))


def test_who_holds_less_does_not_disable_who_holds_more(admit, boss, said):
    roles.create("Desk", ["tms.manage_users"], **said(boss))
    desk = admit("desk@example.com", "Desk")
    sam = admit("sam@example.com", "Sales")
    for user in (boss, sam):
        with pytest.raises(Refusal, match="You don't hold this yourself"):
            staff.disable(user.pk, **said(desk))
    staff.disable(sam.pk, **said(boss))
    with pytest.raises(Refusal, match="You don't hold this yourself"):
        staff.enable(sam.pk, **said(desk))


def test_the_list_names_status_and_roles(admit, boss, browse, said):
    sam = admit("sam@example.com", "Sales", "Finance")
    staff.disable(sam.pk, **said(boss))
    admit("ada@example.com")  # a learner
    page = browse(boss).get("/control-panel/users/").content.decode()
    assert "Finance, Sales" in page
    assert "Disabled" in page
    assert "ada@example.com" not in page


@pytest.mark.parametrize("users", [1, 3, 30])
def test_the_list_takes_as_many_queries_for_one_user_as_for_many(
    admit, boss, browse, count_queries, users
):
    for n in range(users - 1):
        admit(f"user{n}@example.com", "Sales", "Support")
    browser = browse(boss)
    assert count_queries(lambda: browser.get("/control-panel/users/")) == 5


def test_a_users_page_says_what_happened(admit, boss, browse, said):
    sam = admit("sam@example.com", "Sales")
    staff.change_roles(sam.pk, ["Finance"], **said(boss))
    page = browse(boss).get(f"/control-panel/users/{sam.pk}/").content.decode()
    assert "Roles changed" in page
    assert "Bea Boss" in page


def disable_each_other(ann, ben, said):
    return race(
        lambda: staff.disable(ben.pk, **said(ann)), lambda: staff.disable(ann.pk, **said(ben))
    )


@pytest.mark.django_db(transaction=True)
def test_two_administrators_can_not_disable_each_other_at_once(admit, said):
    ann, ben = (admit(f"{name}@example.com", roles.ADMINISTRATOR) for name in ("ann", "ben"))
    for _round in range(5):
        outcome = disable_each_other(ann, ben, said)
        assert (outcome.done, outcome.refused) == (1, 1)
        User.objects.update(is_active=True)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_nobody_is_left(admit, said, monkeypatch):
    ann, ben = (admit(f"{name}@example.com", roles.ADMINISTRATOR) for name in ("ann", "ben"))
    meet, look = meeting(), staff._refuse_without_administrator
    monkeypatch.setattr(staff, "_locked", lambda user_id: User.objects.get(pk=user_id))
    monkeypatch.setattr(staff, "_refuse_without_administrator", lambda: (look(), meet()))
    assert disable_each_other(ann, ben, said).done == 2
    assert not User.objects.filter(is_active=True).exists()
