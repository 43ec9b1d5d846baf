// A part of a page that is fetched again whenever something may have changed.
//
// Many calls in a moment cost one or two requests: while one is on its way, it is only noted that another is needed.

export class FetchedPart {
  #address
  #show
  #answers
  #pauseMs
  #fetching = null
  #again = false

  // show: gets the HTML. answers: gets whether the server answered. pauseMs: between one request and the next.
  constructor(address, show, { answers = () => {}, pauseMs = 0 } = {}) {
    this.#address = address
    this.#show = show
    this.#answers = answers
    this.#pauseMs = pauseMs
  }

  // Returns when the part is as new as this call.
  renew() {
    this.#again = true
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = null))
    return this.#fetching
  }

  async #fetch() {
    while (this.#again) {
      this.#again = false
      const [status, html] = await this.#ask()
      if (status === 401) location.reload() // which leads to the sign-in
      if (html !== null) this.#show(html)
      this.#answers(status !== 0 && status < 500)
      if (this.#again && this.#pauseMs) await new Promise(resolve => setTimeout(resolve, this.#pauseMs))
    }
  }

  // The status, and what to show. 0 and null without a connection: the part stays as it is until it is back.
  async #ask() {
    try {
      const answer = await fetch(this.#address, { headers: { "HX-Request": "true" } })
      return [answer.status, answer.ok ? await answer.text() : null]
    } catch {
      return [0, null]
    }
  }
}
