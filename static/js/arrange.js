// Lists that are put in order by dragging; their buttons do the same one step at a time, without this.
//
// [data-arrange="unit"] is a list; its rows have [data-arrange-item] with the address that moves them,
// and [data-id]. Rows go from one list to another of the same name. Dropping posts `before` (the id of
// the row that follows, or nothing), `to` (the place, from 1) and `section` ([data-section] of the list)
// to that address; what comes back goes to [data-arrange-target] of the list, by its [data-arrange-swap].
let dragged = null
let drop = null

const row = (event) => (event.target instanceof Element ? event.target.closest("[data-arrange-item]") : null)
const list = (element) => element.closest("[data-arrange]")
const rows = (found) => [...found.children].filter((each) => each.matches("[data-arrange-item]"))

function clear() {
  for (const each of document.querySelectorAll("[data-drop]")) each.removeAttribute("data-drop")
  drop = null
}

// Over which row of which list is the pointer, and on which half of it?
function aim(event) {
  const name = list(dragged).dataset.arrange
  const into = event.target instanceof Element ? event.target.closest(`[data-arrange="${name}"]`) : null
  if (!into) return null
  const over = rows(into).find((each) => each.contains(event.target))
  if (!over) return { into, before: null, mark: rows(into).at(-1) ?? into, half: "after" }
  const { top, height } = over.getBoundingClientRect()
  const half = event.clientY < top + height / 2 ? "before" : "after"
  const others = rows(into)
  return { into, before: half === "before" ? over : others[others.indexOf(over) + 1] ?? null, mark: over, half }
}

document.addEventListener("dragstart", (event) => {
  dragged = row(event)
  if (!dragged) return
  dragged.toggleAttribute("data-dragging", true)
  event.dataTransfer.effectAllowed = "move"
  event.dataTransfer.setData("text/plain", "")
})

document.addEventListener("dragover", (event) => {
  if (!dragged) return
  const found = aim(event)
  clear()
  if (!found) return
  event.preventDefault()
  drop = found
  found.mark.dataset.drop = found.half
})

document.addEventListener("drop", (event) => {
  if (!dragged || !drop) return
  event.preventDefault()
  const { into, before } = drop
  clear()
  if (before === dragged || (before === null && into === list(dragged) && rows(into).at(-1) === dragged)) return
  const others = rows(into).filter((each) => each !== dragged)
  const to = (before ? others.indexOf(before) : others.length) + 1
  const values = { to, before: before?.dataset.id ?? "", section: into.dataset.section ?? "" }
  const { arrangeTarget: target, arrangeSwap: swap } = into.dataset
  htmx.ajax("POST", dragged.dataset.arrangeItem, { source: dragged, target, swap, values })
})

document.addEventListener("dragend", () => {
  dragged?.removeAttribute("data-dragging")
  dragged = null
  clear()
})
