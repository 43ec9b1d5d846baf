// <order-map data-part="…/now" data-stream="/v1/orders/…/events" data-arrivals="{…}">: the map of one order.
//
// The token and the places move with the order's events, which arrive within milliseconds. What the spans say about it is
// in the store up to a second later: after each event, and while the order moves, the parts of the page are fetched again.

import { Stream } from "./stream.js"
import { Token } from "./token.js"

const LIVE_MS = 140
const REPLAY_MS = 420
const SPANS_MS = 800

class OrderMap extends HTMLElement {
  #stream = null
  #arrivals = {}
  #tokens = []
  #timers = new Map()
  #fetching = null
  #again = false
  #step = null // of the replay; null while the map shows what is now
  #playing = 0
  #heard = false
  #seen = 0
  #commit = "" // of the event that was heard last
  #asked = 0 // how often facts were asked for, or put away

  connectedCallback() {
    this.#seen = Number(this.#head().dataset.version)
    this.#arrivals = JSON.parse(this.dataset.arrivals)
    this.#tokens = [...this.querySelectorAll(".drawing")].map(drawing => new Token(drawing, this.#here()))
    this.#scrub.addEventListener("input", () => {
      this.#stop()
      this.#show(Number(this.#scrub.value))
    })
    this.querySelector("[data-play]").addEventListener("click", () => (this.#playing ? this.#stop() : this.#play()))
    this.querySelector("[data-live]").addEventListener("click", () => this.#toNow())
    this.addEventListener("click", event => this.#open(event))
    document.querySelector("[data-facts]")?.addEventListener("close", () => this.#asked++)
    document.addEventListener("visibilitychange", () => document.hidden || this.#plan())
    this.#say()
    if (this.#changing()) this.#listen()
    this.#plan()
  }

  disconnectedCallback() {
    this.#stream?.close()
    this.#stop()
    for (const timer of this.#timers.values()) clearTimeout(timer)
  }

  // For the stream.
  hear(type, data, id) {
    if (type === "end") {
      this.#stream.close()
      const { reason } = JSON.parse(data)
      // The stream ends with its session's token, and the fetch shows that the session goes on.
      this.#renew().then(() => reason === "token expired" && this.#changing() && this.#listen())
      return
    }
    if (type in this.#arrivals) {
      if (!this.#isNew(JSON.parse(data).version)) return
      this.#arrive(this.#since(id, this.#arrivals[type]))
    }
    this.#renew()
    this.#after("spans", SPANS_MS, () => this.#renew())
  }

  connected(yes) {
    for (const notice of document.querySelectorAll("[data-offline]")) notice.hidden = yes
  }

  async wanted() {
    await this.#renew()
    return this.#changing()
  }

  get #scrub() {
    return this.querySelector("[data-scrub]")
  }

  get #steps() {
    return [...this.querySelectorAll("[data-steps] > li")]
  }

  #head() {
    return this.querySelector("[data-here]")
  }

  #here() {
    return this.#head().dataset.here
  }

  #changing() {
    return "changing" in this.#head().dataset
  }

  #listen() {
    this.#stream = new Stream(this.dataset.stream, [...Object.keys(this.#arrivals), "reset", "end"], this)
  }

  // A stream begins with the events that were before; the page shows these already.
  #isNew(version) {
    if (version <= this.#seen) return false
    this.#seen = version
    return true
  }

  // The places since the event before. An event of the same commit needed no message in between.
  #since(id, places) {
    const [commit] = id.split("-")
    const same = commit === this.#commit
    this.#commit = commit
    return same ? places.filter(place => place !== "queue") : places
  }

  // The order has passed these places and is at the last one: shown at once, and the token follows.
  #arrive(places) {
    if (this.#step !== null) return
    this.#heard = true
    for (const mark of this.querySelectorAll("[data-place][data-at]")) {
      if (["here", "waiting"].includes(mark.dataset.at)) mark.dataset.at = "passed"
      if (places.includes(mark.dataset.place)) mark.dataset.at = mark.dataset.place === places.at(-1) ? "here" : "passed"
    }
    for (const token of this.#tokens) token.go(places, LIVE_MS)
  }

  // Looks again after the time that the server has said.
  #plan() {
    const again = Number(this.#head().dataset.again)
    if (again && !document.hidden) this.#after("again", again, () => this.#renew())
  }

  #after(name, ms, work) {
    clearTimeout(this.#timers.get(name))
    this.#timers.set(name, setTimeout(work, ms))
  }

  // Returns when the page is as new as this call.
  #renew() {
    this.#again = true
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = null
      this.#plan()
    })
    return this.#fetching
  }

  async #fetch() {
    while (this.#again) {
      this.#again = false
      this.#heard = false
      try {
        const answer = await fetch(this.dataset.part, { headers: { "HX-Request": "true" } })
        if (answer.status === 401) location.reload() // which leads to the sign-in
        // What was heard meanwhile is newer than this answer.
        if (answer.ok && !this.#heard) this.#take(await answer.text())
      } catch {
        // Without a connection the map stays as it is; the stream says when the connection is back.
      }
    }
  }

  #take(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html")
    const focused = document.activeElement?.id
    const opened = this.querySelector("details")?.open
    for (const part of this.querySelectorAll("[data-fresh]")) {
      const other = fresh.querySelector(`[data-fresh="${part.dataset.fresh}"]`)
      if (other && !part.isEqualNode(other)) part.replaceChildren(...other.childNodes)
    }
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus()
    this.#seen = Math.max(this.#seen, Number(this.#head().dataset.version))
    const details = this.querySelector("details")
    if (details && opened) details.open = true
    const status = this.querySelector("[data-status]")
    const headline = this.querySelector("h1").textContent
    if (status.textContent !== headline) status.textContent = headline
    const last = this.#steps.length
    this.#scrub.max = last
    if (this.#step === null) {
      this.#scrub.value = last
      for (const token of this.#tokens) token.go([this.#here()], LIVE_MS)
    } else {
      this.#paint()
    }
    this.#say()
  }

  // The replay: the map as it was at a step, and what is now after the last one.
  #show(step, ms = 0) {
    if (step >= this.#steps.length) {
      this.#toNow(ms)
      return
    }
    this.#step = step
    this.#scrub.value = step
    this.#paint()
    const place = this.#steps[step].dataset.place
    for (const token of this.#tokens) ms ? token.go([place], ms) : token.jump(place)
    this.#say()
  }

  #paint() {
    const passed = this.#steps.slice(0, this.#step + 1).map(step => step.dataset.place)
    const here = passed.at(-1)
    for (const mark of this.querySelectorAll("[data-place][data-at]")) {
      const place = mark.dataset.place
      mark.dataset.at = place === here ? "here" : passed.includes(place) ? "passed" : "ahead"
    }
    const gone = passed.slice(1).map((place, i) => [passed[i], place])
    for (const pipe of this.querySelectorAll(".pipe")) {
      const ends = [pipe.dataset.from, pipe.dataset.to]
      pipe.classList.toggle("gone", gone.some(pair => ends.every(end => pair.includes(end))))
    }
    for (const bar of this.querySelectorAll(".waterfall tr[data-place]")) bar.toggleAttribute("data-lit", bar.dataset.place === here)
    for (const step of this.#steps) step.toggleAttribute("data-lit", step === this.#steps[this.#step])
  }

  #toNow(ms = 0) {
    this.#stop()
    this.#step = null
    this.#scrub.value = this.#steps.length
    for (const lit of this.querySelectorAll("[data-lit]")) lit.removeAttribute("data-lit")
    for (const token of this.#tokens) ms ? token.go([this.#here()], ms) : token.jump(this.#here())
    this.#say()
    this.#renew()
  }

  #play() {
    if (this.#step === null) this.#show(0)
    const button = this.querySelector("[data-play]")
    button.setAttribute("aria-pressed", "true")
    this.#label(button, true)
    this.#playing = setInterval(() => this.#show(this.#step + 1, REPLAY_MS), REPLAY_MS + 80)
  }

  #stop() {
    clearInterval(this.#playing)
    this.#playing = 0
    const button = this.querySelector("[data-play]")
    button.setAttribute("aria-pressed", "false")
    this.#label(button, false)
  }

  #label(button, playing) {
    button.querySelector("[data-when=stopped]").hidden = playing
    button.querySelector("[data-when=playing]").hidden = !playing
  }

  // What the scrubber stands at, in words.
  #say() {
    this.toggleAttribute("data-replay", this.#step !== null)
    const step = this.#step === null ? null : this.#steps[this.#step]
    const text = step ? step.textContent.trim().replace(/\s+/g, " ") : this.#scrub.dataset.now
    this.#scrub.setAttribute("aria-valuetext", text)
    this.querySelector("[data-said]").textContent = step ? text : ""
    this.querySelector("[data-live]").setAttribute("aria-pressed", String(step === null))
  }

  // The facts about a place, in a dialog. With a key held down the link opens as links do.
  async #open(event) {
    const link = event.target.closest("a[href*='/map/']")
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    const href = link.href.baseVal ?? link.href
    const mine = ++this.#asked
    const answer = await fetch(href, { headers: { "HX-Request": "true" } }).catch(() => null)
    if (mine !== this.#asked) return // another place was asked for, or the reader has closed the dialog meanwhile
    if (!answer?.ok) {
      location.assign(href) // which says what is wrong
      return
    }
    const dialog = document.querySelector("[data-facts]")
    const html = await answer.text()
    if (mine !== this.#asked) return
    const content = new DOMParser().parseFromString(html, "text/html").body
    dialog.querySelector("[data-facts-content]").replaceChildren(...content.childNodes)
    if (!dialog.open) dialog.showModal()
  }
}

customElements.define("order-map", OrderMap)
