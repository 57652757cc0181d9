// Rows with a box to tick: all of a page at once, and how many.
//
// A form with [data-rows] holds boxes called "ids". [data-tick-page] ticks all of the page,
// [data-ticked] says how many, [data-untick] unticks, [data-all-match] appears once the page is full.
// [data-kept] holds hidden inputs of what is ticked elsewhere, one a row or several by commas.

const boxes = (form) => [...form.querySelectorAll("tbody input[type=checkbox][name=ids]:enabled")]

function count(form) {
  const all = boxes(form)
  const ticked = all.filter((box) => box.checked)
  const everything = form.querySelector("[data-all-match] input")
  const kept = [...form.querySelectorAll("[data-kept] input")]
    .reduce((sum, note) => sum + note.value.split(",").filter(Boolean).length, 0)
  for (const place of form.querySelectorAll("[data-ticked]")) place.textContent = ticked.length + kept
  const head = form.querySelector("[data-tick-page]")
  if (head) {
    head.checked = all.length > 0 && ticked.length === all.length
    head.indeterminate = ticked.length > 0 && !head.checked
  }
  const offer = form.querySelector("[data-all-match]")
  if (offer) {
    offer.hidden = !(head?.checked)
    if (offer.hidden) everything.checked = false
  }
}

document.addEventListener("change", ({ target }) => {
  const form = target.closest?.("[data-rows]")
  if (!form) return
  if (target.matches("[data-tick-page]")) for (const box of boxes(form)) box.checked = target.checked
  count(form)
})

// With the shift key: everything between the last tick and this one.
let last = null
document.addEventListener("click", (event) => {
  const box = event.target
  const form = box.closest?.("[data-rows]")
  if (!form) return
  if (box.closest("[data-tick-all]")) {
    for (const each of boxes(form)) each.checked = true
    return count(form)
  }
  if (box.matches("[data-untick]") || box.closest("[data-untick]")) {
    for (const each of boxes(form)) each.checked = false
    form.querySelector("[data-kept]")?.replaceChildren()
    return count(form)
  }
  if (!box.matches("tbody input[name=ids]")) return
  const all = boxes(form)
  if (event.shiftKey && last && all.includes(last)) {
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b)
    for (const each of all.slice(from, to + 1)) each.checked = box.checked
    count(form)
  }
  last = box
})

document.addEventListener("htmx:afterSwap", () => {
  for (const form of document.querySelectorAll("[data-rows]")) count(form)
  // The filters stand outside of what was replaced: one that makes sense again says so no more.
  if (document.querySelector(".filters__trouble")) return
  for (const control of document.querySelectorAll(".filters [aria-invalid]")) control.removeAttribute("aria-invalid")
})

for (const form of document.querySelectorAll("[data-rows]")) count(form)
