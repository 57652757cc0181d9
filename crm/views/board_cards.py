"""What does a card on the board look like? Html from values, without a template for each."""

from html import escape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tms.days import day_short
from tms.ui import icons
from tms.ui.address import page_of
from tms.ui.alike import initials


def draw(cards, *, is_open: bool, may_change: bool, may_win: bool) -> SafeString:
    """The cards of a stage. Those of an open one are moved by who may change them."""
    moves = is_open and may_change
    label, drawing = escape(_("Move %(name)s")), icons.icon("move-horizontal")
    return SafeString(
        "".join([_card(each, is_open, moves, may_win, label, drawing) for each in cards])
    )


def _card(card, is_open, moves, may_win, label, drawing) -> str:
    pk, name = card["pk"], escape(card["name"])
    dragged = button = owner = ""
    if moves:
        move = page_of("crm:move_opportunity", pk)
        wins = f' data-win="{page_of("crm:win", pk)}"' if may_win else ""
        dragged = (
            f' draggable="true" data-card="{pk}" data-version="{card["version"]}" '
            f'data-name="{name}" data-move="{move}"{wins} data-lose="{page_of("crm:lose", pk)}"'
        )
        # A name may hold a per cent sign of its own: it is put in by replacing, once.
        moving = label.replace("%(name)s", name)
        button = (
            f'<a class="button button--quiet button--icon button--small" id="move-{pk}" '
            f'href="{move}" hx-get="{move}" hx-target="#dialog" aria-label="{moving}" '
            f'aria-describedby="board-help">{drawing}</a>'
        )
    if card["owner__name"]:
        whose = escape(card["owner__name"])
        letters = escape(initials(card["owner__name"]))
        owner = (
            f'<span class="initials" title="{whose}"><span aria-hidden="true">{letters}</span>'
            f'<span class="hidden-visually">{whose}</span></span>'
        )
    day = escape(day_short(card["closes_on"] if is_open else card["closed_on"]))
    return (
        f'<li class="board__card"{dragged}>\n<a href="{page_of("crm:opportunity", pk)}">'
        f"<bdi>{name}</bdi></a>{button}\n"
        f'<span class="muted small"><bdi>{escape(card["account__name"])}</bdi></span>\n'
        f'<p class="board__foot"><span>{day}{owner}</span>'
        f'<span class="num">{escape(card["money"])}</span></p></li>'
    )
