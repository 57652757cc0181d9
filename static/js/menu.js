// Menus are popovers: they open and close without this. Here are the arrows, and a place for menus
// where the browser doesn't put them beside their button by itself.
const anchored = CSS.supports("position-area: block-end")

document.addEventListener("toggle", (event) => {
  const menu = event.target
  if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return
  const button = document.querySelector(`[popovertarget="${menu.id}"]`)
  button?.setAttribute("aria-expanded", String(event.newState === "open"))
  if (event.newState !== "open" || !button || anchored) return
  const at = button.getBoundingClientRect()
  const box = menu.getBoundingClientRect()
  const below = at.bottom + box.height < innerHeight
  menu.style.position = "fixed"
  menu.style.inset = "auto"
  menu.style.top = `${below ? at.bottom + 4 : Math.max(4, at.top - box.height - 4)}px`
  menu.style.left = `${Math.max(4, Math.min(at.right - box.width, innerWidth - box.width - 4))}px`
}, true)

document.addEventListener("keydown", (event) => {
  const menu = event.target instanceof Element && event.target.closest(".menu[popover]")
  const opener = event.target instanceof Element && event.target.closest("[popovertarget]")
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return
  if (opener && event.key === "ArrowDown") {
    const opened = document.getElementById(opener.getAttribute("popovertarget"))
    if (!opened?.matches(".menu")) return
    opened.showPopover({ source: opener })
    opened.querySelector("a, button")?.focus()
    event.preventDefault()
  } else if (menu) {
    const entries = [...menu.querySelectorAll("a, button, input")]
    const now = entries.indexOf(document.activeElement)
    const to = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: -1 }[event.key]
    entries.at(to % entries.length)?.focus()
    event.preventDefault()
  }
})
