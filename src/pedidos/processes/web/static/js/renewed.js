// <renewed-part data-part="/address" data-seconds="2">: a part of a page that is fetched again every few seconds, as long as
// it contains an element with data-changing and somebody sees it.

import { morph } from "./morph.js"

class RenewedPart extends HTMLElement {
  #timer = 0

  connectedCallback() {
    this.#timer = setInterval(() => this.#renew(), this.dataset.seconds * 1000)
  }

  disconnectedCallback() {
    clearInterval(this.#timer)
  }

  async #renew() {
    if (document.hidden || !this.querySelector("[data-changing]")) return
    // Somebody decides or selects: what they look at must not change.
    if (this.querySelector(":popover-open") || !getSelection().isCollapsed) return
    try {
      const answer = await fetch(this.dataset.part, { headers: { "HX-Request": "true" } })
      if (answer.status === 401 || answer.status === 403) location.reload() // which says what to do
      if (answer.ok) morph(this, new DOMParser().parseFromString(await answer.text(), "text/html").body)
    } catch {
      // Without a connection the part stays as it is, and the next one is tried.
    }
  }
}

customElements.define("renewed-part", RenewedPart)
