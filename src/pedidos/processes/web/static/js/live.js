// <live-part data-part="/address" data-order data-person>: a part of a page that is fetched again after events of an order.
//
// As long as the part contains an element with data-changing, more is to come: "order" is told by events, "money" may not be.

import { ORDER_EVENTS } from "./events.js"
import { FetchedPart } from "./fetched.js"
import { SharedStream } from "./shared.js"

const LOOK_AGAIN_MS = 2000

class LivePart extends HTMLElement {
  #stream = null
  #timer = 0
  #part = null

  connectedCallback() {
    this.#part = new FetchedPart(this.dataset.part, html => this.#show(html))
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
    await this.#part.renew()
    return this.#changing()
  }

  #changing() {
    return this.querySelector("[data-changing]")?.dataset.changing
  }

  async #look() {
    await this.#part.renew()
    clearTimeout(this.#timer)
    if (!this.#changing()) this.#stream.close()
    else if (this.#changing() === "money") this.#timer = setTimeout(() => this.#look(), LOOK_AGAIN_MS)
  }

  #show(html) {
    const focused = document.activeElement?.id
    this.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes)
    if (focused) document.getElementById(focused)?.focus()
  }
}

customElements.define("live-part", LivePart)
