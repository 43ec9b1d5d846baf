// <polled-part data-part="/address" data-every="1000">: a part of a page that is fetched again every so often (ms), while it
// contains an element with data-changing, the page can be seen, and nobody selects text in it.

const EVERY_MS = 1000

class PolledPart extends HTMLElement {
  #timer = 0

  connectedCallback() {
    this.#later()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
  }

  #later() {
    if (this.querySelector("[data-changing]") === null) return
    this.#timer = setTimeout(() => this.#renew().finally(() => this.#later()), Number(this.dataset.every) || EVERY_MS)
  }

  async #renew() {
    if (document.hidden || this.#inUse()) return
    try {
      const answer = await fetch(this.dataset.part, { headers: { "HX-Request": "true" } })
      if (answer.status === 401) location.reload() // which leads to the sign-in
      if (answer.ok && !this.#inUse()) this.#show(await answer.text())
      this.#connected(answer.ok)
    } catch {
      this.#connected(false)
    }
  }

  #inUse() {
    const selected = getSelection()
    const focused = document.activeElement
    return (!selected.isCollapsed && this.contains(selected.anchorNode)) ||
      (this.contains(focused) && focused.matches("input, select, textarea"))
  }

  #show(html) {
    const focused = document.activeElement?.id
    this.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes)
    if (focused) document.getElementById(focused)?.focus()
  }

  #connected(yes) {
    for (const notice of document.querySelectorAll("[data-offline]")) notice.hidden = yes
  }
}

customElements.define("polled-part", PolledPart)
