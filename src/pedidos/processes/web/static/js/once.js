// Sends a form with data-once once: a second click or Enter does nothing while the first is on its way. The server bears a
// second one anyway; this only says so to the reader.
document.addEventListener("submit", event => {
  const form = event.target
  if (!form.matches("[data-once]")) return
  if (form.dataset.sent) event.preventDefault()
  form.dataset.sent = "yes"
  for (const button of form.querySelectorAll("button")) button.setAttribute("aria-disabled", "true")
})

// The page may come back from the browser's memory, with the form as it was when it was sent.
addEventListener("pageshow", event => {
  if (!event.persisted) return
  for (const form of document.querySelectorAll("[data-once]")) {
    delete form.dataset.sent
    for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled")
  }
})
