"""Rows of one kind share a menu, each with its own ids and names."""

import html
import re
from types import SimpleNamespace

import pytest

from tms.ui.lists import LINE, Action
from tms.ui.menus import Menus, StandIn

NASTY = '<b>A & "B"</b> %(name)s 7310'


class Page:
    """A list of pots; which of its entries the reader may see, `may` says."""

    menu_ids, menu_names = ("owner_id",), ("owner",)

    def __init__(self, may=("paint", "break")):
        self.may, self.drawn = may, 0

    def kind(self, row):
        return {"state": row["state"]}

    def menu(self, row):
        self.drawn += 1
        yield Action("Paint", f"/pots/{row['pk']}/paint/?a=1&b=2", "pencil", permission="paint")
        yield Action(f"Open {row['owner']}", f"/owners/{row['owner_id']}/", dialog=False)
        yield LINE
        if row["state"] == "whole":
            yield Action("Break", f"/pots/{row['pk']}/", danger=True, permission="break")
        else:
            yield Action("Break", "", why="It is broken & gone.", permission="break")

    def permitted(self, actions):
        return [each for each in actions if each.permission in self.may]


def pot(pk, state="whole", owner="Ada"):
    return {"pk": pk, "state": state, "owner_id": pk + 100, "owner": owner}


def menus_of(page):
    return Menus(SimpleNamespace(page=page, id="pots"))


def addresses(drawn):
    return [html.unescape(each) for each in re.findall(r'href="(/[^"]*)"', drawn)]


def test_rows_of_a_kind_are_drawn_once_and_come_out_as_if_each_was_drawn():
    page = Page()
    menus = menus_of(page)
    rows = [pot(1), pot(2, "broken"), pot(3, owner=NASTY), pot(4, "broken", NASTY), pot(5)]
    shared = [menus.draw(row, f"Pot {row['pk']}") for row in rows]
    assert page.drawn == 2

    page.kind = lambda row: None
    assert shared == [menus_of(page).draw(row, f"Pot {row['pk']}") for row in rows]
    assert page.drawn == 7


def test_each_row_has_its_own_addresses():
    menus = menus_of(Page())
    assert addresses(menus.draw(pot(7), "Pot")) == [
        "/pots/7/paint/?a=1&b=2",
        "/owners/107/",
        "/pots/7/",
    ]
    assert addresses(menus.draw(pot(8), "Pot")) == [
        "/pots/8/paint/?a=1&b=2",
        "/owners/108/",
        "/pots/8/",
    ]
    assert 'id="pots-menu-8-button" popovertarget="pots-menu-8"' in menus.draw(pot(8), "Pot")


def test_the_state_decides_which_entries_there_are():
    menus = menus_of(Page())
    assert "data-danger" in menus.draw(pot(1), "Pot")
    broken = menus.draw(pot(2, "broken"), "Pot")
    assert "data-danger" not in broken
    assert "<small>It is broken &amp; gone.</small>" in broken


def test_what_the_role_does_not_include_is_in_no_row():
    menus = menus_of(Page(may=("break",)))
    assert addresses(menus.draw(pot(1), "Pot")) == ["/owners/101/", "/pots/1/"]
    none = menus_of(Page(may=()))
    none.page.menu = lambda row: [Action("Paint", "/", permission="paint")]
    assert none.draw(pot(1), "Pot") == '<td class="table__menu"></td>'


def test_names_are_escaped_and_are_text_to_the_end():
    drawn = menus_of(Page()).draw(pot(1, owner=NASTY), html.escape(NASTY))
    assert f"Open {html.escape(NASTY)}</a>" in drawn
    assert f'aria-label="Actions for {html.escape(NASTY)}"' in drawn
    assert "<b>" not in drawn


def test_a_name_that_looks_like_a_stand_in_stays_as_it_is():
    name = str(StandIn(0))
    drawn = menus_of(Page()).draw(pot(1, owner=name), name)
    assert f"Open {name}</a>" in drawn


@pytest.mark.parametrize(
    "menu",
    [
        lambda row: [Action("Odd", "/")] if row["pk"] else [],
        lambda row: [Action("Ada's", "/")] if row["owner"] == "Ada" else [],
        lambda row: [Action("Late", "/")] if row["pk"] > 5 else [],
    ],
)
def test_a_menu_can_not_decide_by_what_differs_in_every_row(menu):
    page = Page()
    page.menu = menu
    with pytest.raises(TypeError, match="decides only by"):
        menus_of(page).draw(pot(1), "Pot")


def test_a_menu_reads_nothing_that_was_not_named():
    page = Page()
    page.menu = lambda row: [Action(row["glaze"], "/")]
    with pytest.raises(KeyError, match="glaze"):
        menus_of(page).draw(pot(1) | {"glaze": "blue"}, "Pot")


def test_a_name_can_not_stand_in_an_address():
    page = Page()
    page.menu = lambda row: [Action("Find", f"/pots/?owner={row['owner']}")]
    with pytest.raises(TypeError, match="address"):
        menus_of(page).draw(pot(1), "Pot")
