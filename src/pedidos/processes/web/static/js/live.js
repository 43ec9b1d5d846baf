// <live-part data-part="/address" data-stream="/v1/…/events">: a part of a page that is fetched again after events.
//
// As long as the part contains an element with data-changing, more is to come. Many events in a moment cost one or two
// fetches: while one is on its way, it is only noted that another is needed.

import { Stream } from "./stream.js"

const TYPES = [
  "placed", "validated", "reserved", "charging", "paid", "confirmed", "preparing", "on_its_way", "delivered", "rejected",
  "unavailable", "declined", "expired", "cancelled", "refunded",
].map(type => `order.${type}`)

const LOOK_AGAIN_MS = 2000

class LivePart extends HTMLElement {
  #stream = null
  #timer = 0
  #fetching = null
  #again = false

  connectedCallback() {
    if (this.#changing()) this.#listen()
  }

  disconnectedCallback() {
    this.#stream?.close()
    clearTimeout(this.#timer)
  }

  // For the stream.
  async hear(type, data) {
    if (type !== "end") {
      await this.#renew()
      return
    }
    this.#stream.close()
    const { reason } = JSON.parse(data)
    await this.#renew()
    // The stream ends with its session's token, and the fetch has shown that the session goes on.
    if (reason === "token expired" && this.#changing()) this.#listen()
    // The stream of an order ends with the order. Its money may still be on the way back.
    else this.#lookAgain()
  }

  connected(yes) {
    for (const notice of document.querySelectorAll("[data-offline]")) notice.hidden = yes
  }

  async wanted() {
    await this.#renew()
    return this.#changing()
  }

  #changing() {
    return this.querySelector("[data-changing]") !== null
  }

  #listen() {
    this.#stream = new Stream(this.dataset.stream, [...TYPES, "reset", "end"], this)
  }

  #lookAgain() {
    if (!this.#changing()) return
    this.#timer = setTimeout(async () => {
      await this.#renew()
      this.#lookAgain()
    }, LOOK_AGAIN_MS)
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
