// The board: a card moves to another column, by mouse or by the arrow keys on its button.
//
// [data-board] holds columns [data-stage] with [data-kind]: open, won or lost; in them cards with
// [data-card], [data-version] and the addresses [data-move], [data-win], [data-lose]. Moving posts to
// the dialog `Move to stage`, which says what is refused; winning and losing open their dialogs.
// [data-board-status] tells screen readers what happened. The board fetches itself again after it.
let dragged = null
let told = null

const board = () => document.querySelector("[data-board]")
const columns = () => [...board().querySelectorAll("[data-stage]")]
const drops = (column) => dragged && column && column !== dragged.closest("[data-stage]") && address(dragged, column)

function address(card, column) {
  return { open: card.dataset.move, won: card.dataset.win, lost: card.dataset.lose }[column.dataset.kind]
}

function move(card, column) {
  const url = address(card, column)
  if (!url) return
  const { stage, kind, name } = column.dataset
  const source = card.querySelector(`#move-${card.dataset.card}`)
  if (kind !== "open") return htmx.ajax("GET", `${url}?stage=${stage}`, { source, target: "#dialog" })
  told = { id: source.id, text: board().dataset.moved.replace("%name%", card.dataset.name).replace("%stage%", name) }
  htmx.ajax("POST", url, { source, target: "#dialog", values: { stage, version: card.dataset.version } })
}

function mark(column) {
  for (const each of columns()) each.toggleAttribute("data-drop", each === column)
}

document.addEventListener("dragstart", (event) => {
  dragged = event.target instanceof Element ? event.target.closest("[data-card]") : null
  if (!dragged) return
  dragged.toggleAttribute("data-dragging", true)
  event.dataTransfer.effectAllowed = "move"
  event.dataTransfer.setData("text/plain", dragged.dataset.name)
})

document.addEventListener("dragover", (event) => {
  const column = event.target instanceof Element && event.target.closest("[data-stage]")
  if (!drops(column)) return dragged && mark(null)
  event.preventDefault()
  mark(column)
})

document.addEventListener("drop", (event) => {
  const column = event.target instanceof Element && event.target.closest("[data-stage]")
  if (!drops(column)) return
  event.preventDefault()
  move(dragged, column)
})

document.addEventListener("dragend", () => {
  dragged?.removeAttribute("data-dragging")
  dragged = null
  if (board()) mark(null)
})

document.addEventListener("keydown", (event) => {
  const button = event.target instanceof Element && event.target.closest("[data-card] [id^=move-]")
  if (!button || !["ArrowLeft", "ArrowRight"].includes(event.key)) return
  event.preventDefault()
  const all = columns()
  const forward = (event.key === "ArrowRight") === (document.documentElement.dir !== "rtl")
  const column = all[all.indexOf(button.closest("[data-stage]")) + (forward ? 1 : -1)]
  if (column) move(button.closest("[data-card]"), column)
})

// The board is there anew: say what happened, and leave the focus on the card that moved.
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (!told || !(detail.elt instanceof Element) || !detail.elt.matches("[data-board]")) return
  document.querySelector("[data-board-status]").textContent = told.text
  document.getElementById(told.id)?.focus()
  told = null
})
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.failed) told = null
})
