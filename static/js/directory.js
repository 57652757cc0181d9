// The control panel narrows itself as one types. Without this, Enter asks the server.
const form = document.querySelector("[data-directory-filter]")
const options = [...document.querySelectorAll("[data-directory] a")]
const none = document.querySelector("[data-directory-none]")

function narrow() {
  const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean)
  for (const option of options) {
    const text = option.dataset.words.toLowerCase()
    option.hidden = !words.every((word) => text.includes(word))
  }
  for (const group of document.querySelectorAll("[data-directory] section")) {
    group.hidden = !group.querySelector("a:not([hidden])")
  }
  none.hidden = options.some((option) => !option.hidden)
  const url = new URL(location.href)
  words.length ? url.searchParams.set("q", form.elements.q.value) : url.searchParams.delete("q")
  history.replaceState(history.state, "", url)
}

// What the server has left out already can't be shown again by typing: then the form is sent.
const whole = !new URL(location.href).searchParams.get("q")
if (whole) form.elements.q.addEventListener("input", narrow)
form.addEventListener("submit", (event) => {
  if (!whole) return
  event.preventDefault()
  const left = options.filter((option) => !option.hidden)
  if (left.length === 1) location.href = left[0].href
})
