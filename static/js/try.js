// The API is tried on its own page: the form's fields become a call with the key that was typed.
// The key is kept nowhere; without scripts the page is read, and the command copied.
const key = document.querySelector("[data-api-key]")

function address(form) {
  let path = form.dataset.path
  for (const input of form.querySelectorAll("[data-in-path]")) {
    path = path.replace(`{${input.dataset.inPath}}`, encodeURIComponent(input.value.trim()))
  }
  const asked = new URLSearchParams()
  for (const input of form.querySelectorAll("[data-in-query]")) {
    if (input.value.trim()) asked.set(input.dataset.inQuery, input.value.trim())
  }
  return asked.size ? `${path}?${asked}` : path
}

async function send(form) {
  const line = form.querySelector("[data-status-line]")
  const shown = form.querySelector("[data-answer]")
  const body = form.querySelector("[data-body]")
  const headers = { Authorization: `Bearer ${key.value.trim()}` }
  if (body) {
    headers["Content-Type"] = "application/json"
    headers["Idempotency-Key"] = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`
  }
  line.textContent = "…"
  try {
    const answer = await fetch(address(form), {
      method: form.dataset.method, headers, body: body?.value, credentials: "omit", cache: "no-store",
    })
    const text = await answer.text()
    line.textContent = `${answer.status} ${answer.statusText}`
    shown.textContent = text ? JSON.stringify(JSON.parse(text), null, 2) : ""
    shown.hidden = !text
  } catch (error) {
    line.textContent = String(error)
    shown.hidden = true
  }
}

for (const form of document.querySelectorAll("[data-try]")) {
  form.hidden = false
  form.addEventListener("submit", (event) => {
    event.preventDefault()
    if (!key.value.trim()) return key.focus()
    send(form)
  })
}

// An operation has an address of its own, which opens it.
document.getElementById(decodeURIComponent(location.hash.slice(1)))?.setAttribute("open", "")
