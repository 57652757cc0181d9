// "/" opens the search dialog; it asks the server as one types. Without this the glass is a link.
const opener = document.querySelector("[data-search]")
const box = document.getElementById("search")

if (opener && box) {
  const input = box.querySelector("[role=combobox]")
  const list = box.querySelector("[role=listbox]")
  const told = box.querySelector("[data-search-count]")
  let asked = 0, timer

  const options = () => [...list.querySelectorAll("[role=option]")]
  const current = () => list.querySelector("[aria-selected=true]")

  function point(option) {
    current()?.setAttribute("aria-selected", "false")
    if (!option) return input.removeAttribute("aria-activedescendant")
    option.setAttribute("aria-selected", "true")
    option.scrollIntoView({ block: "nearest" })
    input.setAttribute("aria-activedescendant", option.id)
  }

  async function ask() {
    const mine = ++asked
    const url = new URL(opener.href)
    url.searchParams.set("q", input.value)
    let response
    try {
      response = await fetch(url, { headers: { "HX-Request": "true" } })
    } catch {
      told.textContent = document.getElementById("toasts").dataset.offline
      return
    }
    if (mine !== asked) return
    if (response.headers.get("HX-Redirect")) return location.assign(response.headers.get("HX-Redirect"))
    if (!response.ok) return
    list.innerHTML = await response.text()
    input.setAttribute("aria-expanded", String(options().length > 0))
    told.textContent = input.value.trim() ? list.querySelector("[data-count]")?.content.textContent ?? "" : ""
    point(null)
  }

  function open() {
    if (box.open || document.querySelector("dialog:modal")) return
    box.showModal()
    input.select()
  }

  opener.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return
    event.preventDefault()
    open()
  })
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, select, textarea, [contenteditable]")
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    open()
  })
  input.addEventListener("input", () => {
    clearTimeout(timer)
    timer = setTimeout(ask, 160)
  })
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
    if (step) {
      event.preventDefault()
      const all = options()
      const to = all.indexOf(current()) + step
      point(all.at(to < -1 ? -1 : to % all.length))
    } else if (event.key === "Enter" && current()) {
      event.preventDefault()
      current().click()
    }
  })
  box.addEventListener("click", (event) => {
    if (event.target === box || event.target.closest("[data-search-close]")) box.close()
  })
}
