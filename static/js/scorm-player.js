// Plays a SCORM package: <iframe data-scorm="where its states go" data-from="their origin">. Takes
// what the runtime tells by message, and nothing else, to the server: the newest state, once a
// second at most, again where it fails, with a sentence where it can't go.
const frame = document.querySelector("iframe[data-scorm]")
const status = document.querySelector("[data-scorm-status]")
const csrf = () => document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? ""
const PACE = 1000
const LIFE = 60_000
const LARGEST_AT_THE_END = 60_000

let newest = null
let sent = 0
let busy = false
let closed = false
let wait = PACE
let timer = 0

const say = (words, trouble = false) => {
  status.textContent = words
  status.toggleAttribute("data-trouble", trouble)
}

const isState = (data) =>
  data !== null && typeof data === "object" && data.lanyard === "state" &&
  data.key === frame.dataset.key &&
  Number.isSafeInteger(data.sequence) && data.sequence > 0 && typeof data.finished === "boolean" &&
  data.values !== null && typeof data.values === "object" &&
  Object.values(data.values).every((value) => typeof value === "string")

const post = (body, more = {}) => fetch(frame.dataset.scorm, {
  method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() }, ...more,
})

const due = (after) => {
  clearTimeout(timer)
  timer = setTimeout(send, after)
}

async function send() {
  if (busy || closed || !newest || newest.sequence <= sent) return
  busy = true
  const { sequence, values, finished } = newest
  try {
    const answer = await post(JSON.stringify({ sequence, values, finished }))
    const told = await answer.json().catch(() => ({}))
    if (answer.ok) {
      sent = sequence
      wait = PACE
      if (newest.sequence === sequence) say(frame.dataset.saved)
      if (told.completed) document.querySelector("[data-scorm-done]")?.removeAttribute("hidden")
      if (finished) finish(told)
    } else if (answer.status === 429 || answer.status >= 500) {
      throw new Error(String(answer.status))
    } else {
      closed = true
      say(told.detail ?? frame.dataset.failed, true)
    }
  } catch {
    say(frame.dataset.failed, true)
    wait = Math.min(wait * 2, 60_000)
  }
  busy = false
  due(wait)
}

function finish(told) {
  const go = document.querySelector(told.to ? "[data-scorm-to]" : "[data-scorm-out]")
  if (told.to && go) {
    closed = true
    go.elements.item.value = told.to
    go.requestSubmit()
  } else if (told.leave && go) {
    closed = true
    location.assign(go.href)
  }
}

if (frame) {
  window.addEventListener("message", ({ source, origin, data }) => {
    // The last words of a page that goes come from a window that is gone; the key says whose.
    if (source !== null && source !== frame.contentWindow) return
    if (origin !== frame.dataset.from || !isState(data)) return
    if (newest && data.sequence <= newest.sequence) return
    newest = data
    if (!busy) due(data.finished ? 0 : PACE)
  })
  // Who leaves by a button of the page lets the package say its last words first.
  for (const way of document.querySelectorAll("a[data-scorm-out], form[data-scorm-way]")) {
    way.addEventListener(way.matches("form") ? "submit" : "click", async (event) => {
      if (closed || way.dataset.ready) return
      event.preventDefault()
      const submitter = event.submitter
      way.dataset.ready = "1"
      frame.src = "about:blank"
      await new Promise((done) => { setTimeout(done, 400) })
      for (let tries = 0; tries < 20 && !closed && newest && newest.sequence > sent; tries++) {
        if (!busy) await send()
        else await new Promise((done) => { setTimeout(done, 100) })
      }
      closed = true
      if (way.matches("form")) way.requestSubmit(submitter)
      else location.assign(way.href)
    })
  }
  window.addEventListener("pagehide", () => {
    if (closed || !newest || newest.sequence <= sent) return
    const { sequence, values, finished } = newest
    const body = JSON.stringify({ sequence, values, finished })
    post(body, { keepalive: body.length < LARGEST_AT_THE_END }).catch(() => {})
  })
  setInterval(() => { if (!closed) post("{}").catch(() => {}) }, LIFE)
  frame.src = frame.dataset.start
}
