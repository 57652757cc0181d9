// Type a few letters, choose: <div data-combobox data-url="…"> around an input with role=combobox,
// a holder of the value, and a listbox. The server draws the options: GET url?q=… answers elements
// with role=option and data-value. Without this script the server matches what was typed.

let serial = 0

class Combobox {
  constructor(root) {
    this.root = root
    this.input = root.querySelector("[role=combobox]")
    this.list = root.querySelector("[role=listbox]")
    this.chips = "several" in root.dataset ? root.previousElementSibling : null
    this.holder = this.chips ? null : this.hidden(root.querySelector("[data-combobox-value]"))
    this.asked = 0
    this.input.addEventListener("input", () => this.later())
    this.input.addEventListener("keydown", (event) => this.key(event))
    this.input.addEventListener("click", () => this.list.childElementCount || this.fetch())
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 150))
    this.list.addEventListener("mousedown", (event) => {
      event.preventDefault()
      const option = event.target.closest("[role=option]")
      if (option) this.choose(option)
    })
  }

  // The list of matches that is drawn for readers without scripts becomes the hidden value again.
  hidden(holder) {
    if (holder.type === "hidden") return holder
    const input = document.createElement("input")
    input.type = "hidden"
    input.name = holder.name
    input.dataset.comboboxValue = ""
    holder.closest("[data-combobox-matches]")?.remove()
    this.root.prepend(input)
    return input
  }

  options() { return [...this.list.querySelectorAll("[role=option]:not([aria-disabled=true])")] }
  current() { return this.list.querySelector("[aria-selected=true]") }
  get open() { return this.input.getAttribute("aria-expanded") === "true" }

  later() {
    this.set("")
    clearTimeout(this.timer)
    this.timer = setTimeout(() => this.fetch(), 180)
  }

  async fetch() {
    const mine = ++this.asked
    const url = new URL(this.root.dataset.url, location.href)
    url.searchParams.set("q", this.input.value)
    for (const name of (this.root.dataset.with ?? "").split(" ").filter(Boolean)) {
      url.searchParams.set(name, this.input.form?.elements[name]?.value ?? "")
    }
    let response
    try {
      response = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" })
    } catch {
      return this.close()
    }
    if (mine !== this.asked || !response.ok) return
    this.list.innerHTML = await response.text()
    for (const option of this.options()) option.id ||= `option-${++serial}`
    this.input.setAttribute("aria-expanded", "true")
    if (this.input.value) this.point(this.options()[0])
  }

  point(option) {
    this.current()?.setAttribute("aria-selected", "false")
    if (!option) return this.input.removeAttribute("aria-activedescendant")
    option.setAttribute("aria-selected", "true")
    option.scrollIntoView({ block: "nearest" })
    this.input.setAttribute("aria-activedescendant", option.id)
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      if (!this.open) return this.fetch()
      const all = this.options()
      const to = all.indexOf(this.current()) + step
      this.point(all.at(to < -1 ? -1 : to % all.length))
    } else if (event.key === "Enter" && this.open && this.current()) {
      event.preventDefault()
      this.choose(this.current())
    } else if (event.key === "Escape" && this.open) {
      event.preventDefault()
      event.stopPropagation()
      this.close()
    }
  }

  choose(option) {
    if (this.chips) return this.add(option)
    this.input.value = option.dataset.label ?? option.textContent.trim()
    this.set(option.dataset.value)
    this.close()
  }

  // Of several, each chosen one becomes a chip before the input, once.
  add(option) {
    const { value, label } = option.dataset
    this.input.value = ""
    this.list.replaceChildren()
    this.close()
    if (this.chips.querySelector(`input[value="${CSS.escape(value)}"]`)) return
    const chip = this.chips.querySelector("template").content.firstElementChild.cloneNode(true)
    const holder = chip.querySelector("input")
    holder.value = value
    chip.querySelector("span").textContent = label
    chip.querySelector("button").ariaLabel += ` ${label}`
    this.chips.append(chip)
    holder.dispatchEvent(new Event("change", { bubbles: true }))
  }

  set(value) {
    if (!this.holder || this.holder.value === value) return
    this.holder.value = value
    this.holder.dispatchEvent(new Event("change", { bubbles: true }))
  }

  close() {
    this.asked++
    this.input.setAttribute("aria-expanded", "false")
    this.point(null)
  }
}

function wake(within) {
  for (const root of within.querySelectorAll("[data-combobox]:not([data-awake])")) {
    root.dataset.awake = ""
    new Combobox(root)
  }
}
wake(document)
document.addEventListener("htmx:afterSwap", ({ detail }) => wake(detail.target.parentElement ?? document))

document.addEventListener("click", ({ target }) => {
  const chip = target.closest?.("[data-chip-drop]")?.closest(".chip")
  if (!chip) return
  const chips = chip.parentElement
  chip.remove()
  chips.nextElementSibling?.querySelector("[role=combobox]")?.focus()
  chips.dispatchEvent(new Event("change", { bubbles: true }))
})
