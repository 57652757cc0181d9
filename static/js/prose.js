// The editor of rich text takes a textarea's place, and doesn't take its label along: it is given here.
document.addEventListener("prose-editor:ready", ({ detail }) => {
  const { editor, textarea } = detail
  const label = textarea.labels[0]
  if (!label) return
  label.id ||= `${textarea.id}_label`
  editor.view.dom.setAttribute("aria-labelledby", label.id)
  label.addEventListener("click", () => editor.commands.focus())
})
