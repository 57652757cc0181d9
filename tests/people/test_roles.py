"""Who may do what, and that nobody hands out more than they hold."""

import itertools

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from tms import journal
from tms.models import JournalRow, User
from tms.people import permissions, roles, staff
from tms.refusals import Refusal


@pytest.fixture
def role(said, boss):
    """`role("Desk", "crm.view_people")`: a role of the house's own."""
    return lambda name, *codes: roles.create(name, codes, **said(boss))


def allowed(name) -> set[str]:
    group = Group.objects.prefetch_related("permissions__content_type").get(name=name)
    return set(permissions.of_group(group))


def test_every_right_that_a_model_declares_can_be_given_in_words():
    rights = [right for area in permissions.areas() for right in area.rights]
    assert {right.code for right in rights} >= {
        "catalog.view_catalogue",
        "crm.change_people",
        "passes.issue_pass",
        "passes.cancel_pass",
        "lms.manage_registrations",
        "tms.manage_users",
    }
    assert [right.code for right in rights if not right.label[0].isupper()] == []
    assert [area.label for area in permissions.areas()][:3] == [
        "Catalogue",
        "Contacts and accounts",
        "Training passes",
    ]


def test_the_built_in_roles_are_there_after_a_migration(db):
    assert set(Group.objects.values_list("name", flat=True)) == set(roles.ROLES)
    assert allowed("Administrator") == permissions.codes()
    assert allowed("Support") == {
        code for code in permissions.codes() if code.partition(".")[2].startswith("view_")
    }
    assert "tms.manage_users" not in allowed("Training Manager")
    assert "passes.cancel_pass" not in allowed("Sales")
    assert "passes.issue_pass" in allowed("Sales")


def test_a_later_migration_makes_a_built_in_role_what_this_version_says(db):
    sales = Group.objects.get(name="Sales")
    sales.permissions.set(Permission.objects.filter(codename="manage_users"))
    call_command("migrate", verbosity=0)
    assert allowed("Sales") == roles.rights_of("Sales")


def test_who_has_a_role_may_do_what_it_allows_and_nothing_else(admit):
    sam = admit("sam@example.com", "Sales")
    assert sam.has_perm("passes.issue_pass")
    assert not sam.has_perm("passes.cancel_pass")
    sam.user_permissions.add(Permission.objects.get(codename="cancel_pass"))
    assert not User.objects.get(pk=sam.pk).has_perm("passes.cancel_pass")  # roles alone count


def test_a_role_is_made_changed_and_removed_and_all_of_it_written_down(role, said, boss, admit):
    desk = role("Front desk", "crm.view_people")
    desk = roles.change(desk.pk, "Desk", {"crm.view_people", "tms.export"}, **said(boss))
    admit("dot@example.com", "Desk", name="Dot")
    (gone,) = roles.remove(desk.pk, **said(boss))
    assert (gone.sentence, gone.lines) == ("1 user loses this role", ("Dot",))
    facts = JournalRow.objects.filter(subject_kind="role").order_by("id")
    assert [(fact.kind, fact.by_id) for fact in facts] == [
        ("role.created", boss.pk),
        ("role.changed", boss.pk),
        ("role.removed", boss.pk),
    ]
    assert facts[1].before == {"name": "Front desk", "rights": ["crm.view_people"]}
    assert facts[1].after == {"name": "Desk", "rights": ["crm.view_people", "tms.export"]}


def test_built_in_roles_stay_as_they_are(said, boss, db):
    for name in roles.ROLES:
        pk = Group.objects.get(name=name).pk
        with pytest.raises(Refusal, match="This role is built in"):
            roles.change(pk, "Mine", {"tms.export"}, **said(boss))
        with pytest.raises(Refusal, match="This role is built in"):
            roles.remove(pk, **said(boss))


@pytest.mark.parametrize("name", ["sales", " Sales ", "Front desk"])
def test_two_roles_have_two_names(role, name):
    role("Front  Desk", "crm.view_people")
    with pytest.raises(Refusal, match="There is a role with this name already"):
        role(name, "crm.view_people")


def test_nobody_makes_a_role_of_more_than_they_hold(role, admit, said):
    """Every pair of what one holds and what one wants to give."""
    rights = sorted({"crm.view_people", "passes.cancel_pass", "tms.export"})
    bundles = [set(some) for n in range(1, 4) for some in itertools.combinations(rights, n)]
    for number, holds in enumerate(bundles):
        role(f"Holder {number}", "tms.manage_users", *holds)
        holder = admit(f"holder{number}@example.com", f"Holder {number}")
        for wanted in bundles:
            if wanted <= holds:
                made = roles.create("New", wanted, **said(holder))
                made.delete()
            else:
                with pytest.raises(Refusal, match="You don't hold this yourself"):
                    roles.create("New", wanted, **said(holder))
                assert not Group.objects.filter(name="New").exists()


def test_nobody_changes_or_removes_a_role_that_allows_more_than_they_hold(role, admit, said):
    role("Desk", "tms.manage_users", "crm.view_people")
    strong = role("Strong", "passes.cancel_pass")
    desk = admit("desk@example.com", "Desk")
    with pytest.raises(Refusal, match=r"You don't hold this yourself: Cancel training passes\."):
        roles.change(strong.pk, "Strong", {"crm.view_people"}, **said(desk))
    with pytest.raises(Refusal, match="You don't hold this yourself"):
        roles.remove(strong.pk, **said(desk))


def test_nobody_gives_or_takes_a_role_of_more_than_they_hold(role, admit, said, boss):
    role("Desk", "tms.manage_users", "crm.view_people")
    role("Reader", "crm.view_people")
    desk, dot = admit("desk@example.com", "Desk"), admit("dot@example.com", "Reader")
    for names in (["Administrator"], ["Reader", "Sales"], ["Desk", "Finance"]):
        with pytest.raises(Refusal, match="You don't hold this yourself"):
            staff.change_roles(dot.pk, names, **said(desk))
        with pytest.raises(Refusal, match="You don't hold this yourself"):
            staff.change_roles(desk.pk, [*names, "Desk"], **said(desk))
    with pytest.raises(Refusal, match="You don't hold this yourself"):
        staff.change_roles(boss.pk, ["Reader"], **said(desk))
    staff.change_roles(dot.pk, ["Desk"], **said(desk))
    assert [group.name for group in dot.groups.all()] == ["Desk"]


def test_the_editor_offers_only_what_one_holds_and_refuses_what_is_forced(
    role, admit, browse, boss
):
    role("Desk", "tms.manage_users", "crm.view_people")
    browser = browse(admit("desk@example.com", "Desk"))
    page = browser.get("/control-panel/roles/creation/").content.decode()
    assert "crm.view_people" in page
    assert "passes.cancel_pass" not in page
    forced = {"name": "New", "area_crm": ["crm.view_people", "crm.change_people"]}
    assert browser.post("/control-panel/roles/creation/", forced).status_code == 422
    assert not Group.objects.filter(name="New").exists()
    offered = browser.get("/control-panel/users/invitation/").content.decode()
    assert 'value="Desk"' in offered
    assert 'value="Administrator"' not in offered
    invited = {"email": "eve@example.com", "name": "Eve", "roles": ["Administrator"]}
    assert browser.post("/control-panel/users/invitation/", invited).status_code == 422
    assert not User.objects.filter(email="eve@example.com").exists()


def test_roles_and_users_are_closed_to_who_may_not_manage_users(admit, browse):
    sam, ada = admit("sam@example.com", "Sales"), admit("ada@example.com")
    pk = Group.objects.get(name="Sales").pk
    addresses = [
        "/control-panel/users/",
        "/control-panel/users/invitation/",
        f"/control-panel/users/{ada.pk}/",
        f"/control-panel/users/{ada.pk}/roles/",
        f"/control-panel/users/{ada.pk}/disabling/",
        f"/control-panel/users/{ada.pk}/enabling/",
        f"/control-panel/users/{ada.pk}/invitation/",
        "/control-panel/roles/",
        "/control-panel/roles/creation/",
        f"/control-panel/roles/{pk}/",
        f"/control-panel/roles/{pk}/removal/",
        "/control-panel/organisation/",
        "/control-panel/mail/",
        "/control-panel/mail/1/",
    ]
    assert {browse(sam).get(address).status_code for address in addresses} == {403}
    assert {browse(ada).get(address).status_code for address in addresses} == {403}
    assert {browse().get(address).status_code for address in addresses} == {302}


def test_the_pages_work_for_who_may(role, boss, browse):
    role("Desk", "crm.view_people")
    browser = browse(boss)
    page = browser.get("/control-panel/roles/").content.decode()
    assert page.count("built in") == 5
    made = {"name": "Sorter", "area_crm": ["crm.view_people"], "area_tms": ["tms.export"]}
    assert browser.post("/control-panel/roles/creation/", made).status_code == 302
    assert allowed("Sorter") == {"crm.view_people", "tms.export"}
    pk = Group.objects.get(name="Sorter").pk
    kept = {"name": "Sorter", "area_crm": ["crm.view_people"]}
    assert browser.post(f"/control-panel/roles/{pk}/", kept).status_code == 302
    assert allowed("Sorter") == {"crm.view_people"}
    assert [fact.kind for fact in journal.about("role", pk)] == ["role.changed", "role.created"]
