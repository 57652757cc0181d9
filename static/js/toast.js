// Sentences that aren't about anything on the page, and requests that failed.
const toasts = document.getElementById("toasts")
const STAY = 9000

function leave(toast) {
  let timer = setTimeout(() => toast.remove(), STAY)
  toast.addEventListener("pointerenter", () => clearTimeout(timer))
  toast.addEventListener("focusin", () => clearTimeout(timer))
  toast.addEventListener("pointerleave", () => { timer = setTimeout(() => toast.remove(), STAY) })
  const close = document.createElement("button")
  close.type = "button"
  close.textContent = "×"
  close.setAttribute("aria-label", toasts.dataset.close)
  close.addEventListener("click", () => toast.remove())
  toast.append(close)
}

function say({ text, url, label }) {
  const toast = document.createElement("div")
  toast.className = "toast"
  const words = document.createElement("span")
  words.textContent = text
  toast.append(words)
  if (url) {
    const link = document.createElement("a")
    link.href = url
    link.textContent = label
    toast.append(link)
  }
  // A modal dialog makes everything outside it inert: there the sentence stands inside the dialog.
  const place = document.querySelector("dialog:modal .dialog__body")
  if (place) {
    const banner = document.createElement("div")
    banner.className = "banner"
    banner.dataset.status = "bad"
    banner.dataset.failure = ""
    banner.setAttribute("role", "alert")
    banner.append(...toast.childNodes)
    place.querySelector("[data-failure]")?.remove()
    place.prepend(banner)
    place.scrollTop = 0
  } else {
    toasts.append(toast)
    leave(toast)
  }
}

for (const toast of toasts.querySelectorAll("[data-toast]")) leave(toast)
// Only once the dialog that it comes from has closed: `dialog:close` follows in the same answer.
document.body.addEventListener("toast", ({ detail }) => setTimeout(() => say(detail)))
document.body.addEventListener("htmx:responseError", ({ detail }) => {
  const status = detail.xhr.status
  say({ text: toasts.dataset[status] ?? toasts.dataset["5xx"] })
})
for (const event of ["htmx:sendError", "htmx:timeout"]) {
  document.body.addEventListener(event, () => say({ text: toasts.dataset.offline }))
}
