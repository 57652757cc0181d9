// Merge fields: pressing one puts it where one typed last, into the subject or the text.
// Without this script each stands there to be copied.
{
  let editor = null
  let subject = null

  document.addEventListener("prose-editor:ready", ({ detail }) => {
    if (detail.textarea.name === "body") editor = detail.editor
  })

  document.addEventListener("focusin", ({ target }) => {
    if (target.matches("[name=subject]")) subject = target
    else if (target.closest(".ProseMirror")) subject = null
  })

  document.addEventListener("click", ({ target }) => {
    const text = target.closest?.("[data-insert]")?.dataset.insert
    if (!text) return
    if (subject) {
      subject.setRangeText(text, subject.selectionStart, subject.selectionEnd, "end")
      subject.dispatchEvent(new Event("input", { bubbles: true }))
      subject.focus()
    } else {
      editor?.chain().focus().insertContent({ type: "text", text }).run()
    }
  })

  // A record belongs to a target: another target begins with examples again.
  document.addEventListener("change", ({ target }) => {
    if (!target.matches?.("select[name=target]")) return
    for (const name of ["record", "record_typed"]) {
      const control = target.form.elements[name]
      if (control) control.value = ""
    }
  }, true)
}
