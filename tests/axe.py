"""Which rules of WCAG 2.2 AA does this page break?"""

from axe_playwright_python.sync_playwright import Axe

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    }
}


def axe(page, only: str = "") -> list[str]:
    """One line a violation: the rule, its sentence and the first places; none is [].

    `only`: the one rule that is asked.
    """
    options = {"runOnly": {"type": "rule", "values": [only]}} if only else RULES
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {each['help']}: "
        + "; ".join(node["target"][0] for node in each["nodes"][:5])
        for each in found
    ]
