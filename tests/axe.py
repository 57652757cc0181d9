"""Which rules of WCAG 2.2 AA does this page break?"""

from axe_playwright_python.base import AXE_SCRIPT

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
CONTRAST = "color-contrast"
# Only what is wrong comes back: all that axe found right is many times the page. Stylesheets aren't
# fetched again: no rule of these reads them, and it takes four times as long as all rules.
RUN = """async ({ context, ...options }) => {
    const found = await axe.run(context ?? document, {
        ...options, resultTypes: ["violations"], preload: {assets: ["media"]},
    })
    return found.violations.map((each) => `${each.id}: ${each.help}: ` +
        each.nodes.slice(0, 5).map((node) => node.target[0]).join("; "))
}"""
# Contrast takes as long as all other rules together, and is the same wherever the same letters
# stand on the same ground: what is seen of each text is written as a key, and it is asked only of
# those whose key is new. Who is lifted out of the flow may lie over anything: the key says where.
NEW_TEXTS = """(known) => {
    const keys = new Map(), fresh = new Map(), seen = new Set(known)
    const ground = (element) => {
        if (!element) return ""
        if (!keys.has(element)) {
            const style = getComputedStyle(element)
            const lifted = ["static", "relative"].includes(style.position) ? "" : element.className
            const own = [style.backgroundColor, style.backgroundImage, style.opacity, style.filter,
                style.mixBlendMode, style.visibility, lifted].join(" ")
            const plain = "rgba(0, 0, 0, 0) none 1 none normal visible "
            keys.set(element, ground(element.parentElement) + (own === plain ? "" : `/${own}`))
        }
        return keys.get(element)
    }
    const writes = (node) => node.nodeType === Node.TEXT_NODE && node.data.trim()
    for (const element of document.body.querySelectorAll("*")) {
        const field = element.matches("input, select, textarea")
        if (!field && ![...element.childNodes].some(writes)) continue
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue
        const style = getComputedStyle(element)
        const key = [style.color, style.fontSize, style.fontWeight, style.textShadow,
            Boolean(element.closest(":disabled, [aria-disabled=true]")),
            Boolean(element.closest("label")?.control?.disabled), ground(element)].join(" ")
        if (!seen.has(key)) fresh.set(key, [...fresh.get(key) ?? [], element])
    }
    window.freshTexts = [...fresh.values()].flat()
    return [...fresh.keys()]
}"""


# What stands around every page of the back office, and of the learner site.
BAR = "body > .bar"


def axe(page, without: str = "", beside: str = "") -> list[str]:
    """One line a violation: the rule, its sentence and the first places; none is [].

    `without`: the rule that is not asked; `beside`: what was looked at before (a selector).
    """
    bring(page)
    asked = {"runOnly": {"type": "tag", "values": RULES}}
    if without:
        asked["rules"] = {without: {"enabled": False}}
    if beside:
        asked["context"] = {"exclude": [[beside]]}
    return page.evaluate(RUN, asked)


def contrast(page, known: set[str]) -> list[str]:
    """Texts too faint on their ground, as `axe` says it; `known` is what was looked at before, on
    this page or others, and grows by what is new here.
    """
    bring(page)
    if not (new := page.evaluate(NEW_TEXTS, sorted(known))):
        return []
    known.update(new)
    return page.evaluate(
        f"""(asked) => ({RUN})({{ ...asked, context: {{ include: window.freshTexts }} }})""",
        {"runOnly": {"type": "rule", "values": [CONTRAST]}},
    )


def at_hand(page) -> None:
    """Let every page that this one opens from now on come with axe, as many of them are asked."""
    page.context.add_init_script(AXE_SCRIPT)


def bring(page) -> None:
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
