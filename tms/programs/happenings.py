"""Of what may programs ask to be told? Every kind of fact that an app offers, by area."""

from tms.ui import register


def kinds() -> frozenset[str]:
    return frozenset(each.kind for each in register.all_of().happenings)


def labels() -> dict[str, str]:
    """{kind: label}, as the register has them."""
    return {each.kind: str(each.label) for each in register.all_of().happenings}


def by_area() -> list[tuple[str, list[tuple[str, str]]]]:
    """(area, [(kind, label)]), in the areas' order: the choices of a form."""
    areas: dict[str, list] = {}
    for each in register.all_of().happenings:
        areas.setdefault(str(each.area), []).append((each.kind, str(each.label)))
    return list(areas.items())
