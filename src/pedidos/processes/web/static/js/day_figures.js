// <day-figures data-part data-person>: today's figures of a shop. They are fetched again after events of its orders, at most
// every few seconds: a day in which nothing happens costs nothing.

import { ORDER_EVENTS } from "./events.js"
import { SharedStream } from "./shared.js"

const PAUSE_MS = 3000

class DayFigures extends HTMLElement {
  #stream = null
  #timer = 0
  #missed = false

  connectedCallback() {
    this.#stream = new SharedStream("/v1/events", this.dataset.person, [...ORDER_EVENTS, "reset"], this)
    document.addEventListener("visibilitychange", this.#back)
  }

  disconnectedCallback() {
    document.removeEventListener("visibilitychange", this.#back)
    clearTimeout(this.#timer)
    this.#stream.close()
  }

  // For the stream.
  hear() {
    if (document.hidden) this.#missed = true
    else this.#timer ||= setTimeout(() => this.#renew(), PAUSE_MS)
  }

  connected(yes) {
    for (const notice of document.querySelectorAll("[data-offline]")) notice.hidden = yes
    if (yes) this.hear()
  }

  async wanted() {
    await this.#renew()
    return true
  }

  #back = () => {
    if (document.hidden || !this.#missed) return
    this.#missed = false
    this.#renew()
  }

  async #renew() {
    try {
      const answer = await fetch(this.dataset.part, { headers: { "HX-Request": "true" } })
      if (answer.status === 401 || answer.status === 403) location.reload() // which says what to do
      if (answer.ok) this.#show(await answer.text())
    } catch {
      // Without a connection the figures stay as they are; the stream says when the connection is back.
    } finally {
      clearTimeout(this.#timer)
      this.#timer = 0
    }
  }

  #show(html) {
    const selection = getSelection()
    // While somebody selects, what is selected must not change: the next event brings it.
    if (!selection.isCollapsed && this.contains(selection.anchorNode)) return
    const focused = document.activeElement?.getAttribute("href")
    this.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes)
    if (focused) this.querySelector(`a[href="${focused}"]`)?.focus()
  }
}

customElements.define("day-figures", DayFigures)
