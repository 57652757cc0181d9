"""Which rules of WCAG 2.2 AA does this page break?"""

from axe_playwright_python.base import AXE_SCRIPT

RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
# Only what is wrong comes back: all that axe found right is many times the page. Stylesheets aren't
# fetched again: no rule of these reads them, and it takes four times as long as all rules.
RUN = """runOnly => axe.run({
    runOnly, resultTypes: ["violations"], preload: {assets: ["media"]},
}).then((found) =>
    found.violations.map((each) => `${each.id}: ${each.help}: ` +
        each.nodes.slice(0, 5).map((node) => node.target[0]).join("; ")))"""


def axe(page, only: str = "") -> list[str]:
    """One line a violation: the rule, its sentence and the first places; none is [].

    `only`: the one rule that is asked.
    """
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    return page.evaluate(RUN, {"type": "rule", "values": [only]} if only else RULES)
