// The tip of a button: a popover that also opens on hover and focus, and closes on leaving.
// Pressing it works without this. Choices that send their form when they change are here, too.
const tipOf = (element) => {
  const button = element instanceof Element && element.closest("[data-tip]")
  return button ? [button, document.getElementById(button.getAttribute("popovertarget"))] : []
}

const open = ({ target }) => {
  const [button, tip] = tipOf(target)
  if (tip && !tip.matches(":popover-open")) tip.showPopover({ source: button })
}

const close = ({ target, relatedTarget }) => {
  const [button, tip] = tipOf(target)
  if (!tip || button.contains(relatedTarget) || tip.contains(relatedTarget)) return
  if (tip.matches(":popover-open")) tip.hidePopover()
}

document.addEventListener("mouseover", open)
document.addEventListener("focusin", open)
document.addEventListener("mouseout", close)
document.addEventListener("focusout", close)
document.addEventListener("click", (event) => {
  // Opened by hover already: pressing keeps it open instead of toggling it away.
  if (tipOf(event.target)[1]?.matches(":popover-open")) event.preventDefault()
}, true)

document.addEventListener("change", ({ target }) => {
  if (target.matches?.("[data-submit]")) target.form.requestSubmit()
})
