// Passkeys need a script and a browser that knows them: their buttons are shown only then, and
// what goes wrong with the device is said in a sentence.
if (window.PublicKeyCredential) {
  for (const button of document.querySelectorAll("[data-needs-script]")) button.hidden = false
}
document.addEventListener("allauth.error", (event) => {
  event.preventDefault()
  for (const sentence of document.querySelectorAll("[data-passkey-error]")) sentence.hidden = false
})
