// The button of a page that is made to be printed.
const button = document.querySelector("[data-print]")
if (button) {
  button.hidden = false
  button.addEventListener("click", () => print())
}
