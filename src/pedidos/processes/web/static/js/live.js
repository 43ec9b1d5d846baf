// <live-part data-part="/address" data-order data-person>: a part of a page that is fetched again after events of an order.
//
// As long as the part contains an element with data-changing, more is to come: "order" is told by events, "money" may not be.
// Many events in a moment cost one or two fetches: while one is on its way, it is only noted that another is needed.

import { ORDER_EVENTS } from "./events.js"
import { SharedStream } from "./shared.js"

const LOOK_AGAIN_MS = 2000

class LivePart extends HTMLElement {
  #stream = null
  #timer = 0
  #fetching = null
  #again = false

  connectedCallback() {
    if (this.#changing()) this.#stream = new SharedStream("/v1/events", this.dataset.person, [...ORDER_EVENTS, "reset"], this)
  }

  disconnectedCallback() {
    this.#stream?.close()
    clearTimeout(this.#timer)
  }

  // For the stream, which has the events of all orders of the person.
  async hear(type, data) {
    if (type === "reset" || JSON.parse(data).order_id === this.dataset.order) await this.#look()
  }

  connected(yes) {
    for (const notice of document.querySelectorAll("[data-offline]")) notice.hidden = yes
    if (yes) this.#look()
  }

  async wanted() {
    await this.#renew()
    return this.#changing()
  }

  #changing() {
    return this.querySelector("[data-changing]")?.dataset.changing
  }

  async #look() {
    await this.#renew()
    clearTimeout(this.#timer)
    if (!this.#changing()) this.#stream.close()
    else if (this.#changing() === "money") this.#timer = setTimeout(() => this.#look(), LOOK_AGAIN_MS)
  }

  // Returns when the part is as new as this call.
  #renew() {
    this.#again = true
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = null))
    return this.#fetching
  }

  async #fetch() {
    while (this.#again) {
      this.#again = false
      try {
        const answer = await fetch(this.dataset.part, { headers: { "HX-Request": "true" } })
        if (answer.status === 401) location.reload() // which leads to the sign-in
        if (answer.ok) this.#show(await answer.text())
      } catch {
        // Without a connection the part stays as it is; the stream says when the connection is back.
      }
    }
  }

  #show(html) {
    const focused = document.activeElement?.id
    this.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes)
    if (focused) document.getElementById(focused)?.focus()
  }
}

customElements.define("live-part", LivePart)
