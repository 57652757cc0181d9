// The one <dialog> in base.html. htmx puts a form in it; the server says when it closes.
const dialog = document.getElementById("dialog")
let opener = null

// What opened it gets the focus back. What stands in a menu is gone by then: its button gets it.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target !== dialog || dialog.contains(detail.elt)) return
  const menu = detail.elt.closest("[popover]")
  opener = menu ? document.querySelector(`[popovertarget="${menu.id}"]`) : detail.elt
  if (menu?.matches(":popover-open")) menu.hidePopover()
})

const first = (...selectors) => selectors.map((each) => dialog.querySelector(each)).find(Boolean)

dialog.addEventListener("htmx:afterSwap", ({ detail }) => {
  if (detail.target !== dialog) return
  if (!dialog.open) dialog.showModal()
  first(
    "[aria-invalid='true']", "[autofocus]", "fieldset[aria-describedby$='_error'] input",
    ".dialog__body :is(input:not([type=hidden]), select, textarea)", ".dialog__footer button",
  )?.focus()
})

dialog.addEventListener("close", () => {
  dialog.replaceChildren()
  const to = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id)
  to?.focus()
})

dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-dialog-close]")) dialog.close()
})
document.body.addEventListener("dialog:close", () => dialog.close())

// A part of the page that fetched itself again took the focus with it: give it back.
document.addEventListener("htmx:afterSettle", () => {
  if (dialog.open || document.activeElement !== document.body || !opener) return
  if (opener.isConnected || !opener.id) return
  document.getElementById(opener.id)?.focus()
})
