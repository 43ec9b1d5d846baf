// <order-board data-part data-person data-undo-ms>: the board of a merchant. It is fetched again after events, at most once
// a second, and takes over what is new ticket by ticket, so that what the reader is doing stays as it is.

import { Ageing } from "./ageing.js"
import { Chime } from "./chime.js"
import { ORDER_EVENTS } from "./events.js"
import { FetchedPart } from "./fetched.js"
import { Moves } from "./moves.js"
import { SharedStream } from "./shared.js"

const PAUSE_MS = 1000
const TICK_MS = 5000
const LOOK_MS = 30_000 // also without an event: a connection can be dead without anybody noticing

class OrderBoard extends HTMLElement {
  #moves = null
  #stream = null
  #ageing = new Ageing()
  #chime = new Chime()
  #part = null
  #title = document.title
  #timers = []
  #streams = true
  #answers = true

  connectedCallback() {
    this.#moves = new Moves(Number(this.dataset.undoMs), {
      moved: html => this.#take(html),
      refused: html => this.#take(html),
      failed: () => this.#failed(),
    })
    this.#part = new FetchedPart(this.dataset.part, html => this.#take(html), {
      answers: yes => this.#answered(yes),
      pauseMs: PAUSE_MS,
    })
    this.#stream = new SharedStream("/v1/events", this.dataset.person, [...ORDER_EVENTS, "reset"], this)
    this.addEventListener("click", event => this.#tapped(event))
    this.addEventListener("submit", event => this.#sent(event))
    document.addEventListener("pointerdown", this.#touched)
    document.addEventListener("keydown", this.#touched)
    addEventListener("pagehide", () => this.#moves.leave())
    addEventListener("beforeunload", event => {
      if (this.#moves.unsent) event.preventDefault()
    })
    this.#adjust()
    this.#timers = [setInterval(() => this.#age(), TICK_MS), setInterval(() => this.#part.renew(), LOOK_MS)]
    this.#showSound()
  }

  disconnectedCallback() {
    this.#stream.close()
    for (const timer of this.#timers) clearInterval(timer)
    document.removeEventListener("pointerdown", this.#touched)
    document.removeEventListener("keydown", this.#touched)
  }

  // For the stream.
  hear() {
    return this.#part.renew()
  }

  connected(yes) {
    this.#streams = yes
    this.#showConnection()
    if (!yes) return
    this.#moves.again()
    this.#part.renew()
  }

  async wanted() {
    await this.#part.renew()
    return true
  }

  #take(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html")
    const newBefore = this.#ids("confirmed")
    const focused = document.activeElement?.closest(".ticket")?.id
    for (const part of fresh.querySelectorAll("[data-swap]")) this.#swap(part)
    const versions = new Map()
    for (const list of fresh.querySelectorAll("[data-list]")) this.#merge(list, versions)
    this.#moves.keep(versions)
    if (focused && !document.activeElement?.closest(".ticket")) this.#focus(focused)
    for (const ticket of this.#tickets()) this.#moves.mark(ticket)
    this.#adjust()
    const arrived = [...this.#ids("confirmed")].filter(id => !newBefore.has(id))
    if (arrived.length > 0) this.#announce(arrived)
    const waiting = this.#ids("confirmed").size
    document.title = waiting > 0 ? `(${waiting}) ${this.#title}` : this.#title
  }

  #swap(fresh) {
    const own = this.querySelector(`[data-swap="${fresh.dataset.swap}"]`)
    const opened = [...own.querySelectorAll("details[open]")].map(each => each.id)
    if (fresh.dataset.now) own.dataset.now = fresh.dataset.now
    if (own.isEqualNode(fresh)) return
    own.replaceWith(fresh)
    for (const id of opened) document.getElementById(id)?.setAttribute("open", "")
  }

  // A ticket that has not changed stays the element that it is, with its focus and what is open in it.
  #merge(fresh, versions) {
    const own = this.querySelector(`[data-list="${fresh.dataset.list}"]`)
    const wanted = [...fresh.children]
    const before = new Map([...own.children].map(ticket => [ticket.id, ticket]))
    let place = null
    for (const ticket of wanted) {
      versions.set(ticket.id, ticket.dataset.version)
      const known = before.get(ticket.id)
      const same = known?.dataset.version === ticket.dataset.version
      const shown = same ? known : ticket
      if (!same) document.getElementById(ticket.id)?.remove()
      const next = place === null ? own.firstElementChild : place.nextElementSibling
      if (next !== shown) own.insertBefore(shown, next)
      place = shown
    }
    const ids = new Set(wanted.map(ticket => ticket.id))
    for (const ticket of [...own.children]) if (!ids.has(ticket.id)) ticket.remove()
  }

  #focus(id) {
    document.getElementById(id)?.querySelector("[data-move] button")?.focus({ preventScroll: true })
  }

  #tickets() {
    return this.querySelectorAll(".ticket")
  }

  #ids(column) {
    return new Set([...this.querySelectorAll(`[data-list="${column}"] > .ticket`)].map(ticket => ticket.id))
  }

  #announce(arrived) {
    for (const id of arrived) document.getElementById(id).classList.add("arrived")
    this.querySelector("[data-say]").textContent = this.querySelector("h1").textContent
    this.#chime.sound()
  }

  #adjust() {
    this.#ageing.adjust(this.querySelector("[data-now]").dataset.now)
    this.#age()
  }

  #age() {
    this.#ageing.show(this.#tickets())
  }

  #sent(event) {
    const form = event.target
    if (!form.matches("[data-move]")) return
    event.preventDefault()
    this.#failed(false)
    this.#moves.begin(form.closest(".ticket"), form, event.submitter ?? form.querySelector("button"))
  }

  async #tapped(event) {
    const undo = event.target.closest("[data-undo] button")
    // The second click of a double click is not meant for the button that has just appeared there.
    if (undo && event.detail < 2) this.#moves.undo(undo.closest(".ticket"))
    if (!event.target.closest("[data-sound]")) return
    this.#chime.switch()
    await this.#chime.allow()
    this.#chime.sound()
    this.#showSound()
  }

  #touched = async () => {
    if (!this.#chime.waits) return
    await this.#chime.allow()
    this.#showSound()
  }

  #showSound() {
    const button = this.querySelector("[data-sound]")
    button.hidden = false
    button.setAttribute("aria-pressed", this.#chime.on)
    button.querySelector("[data-when=on]").hidden = !this.#chime.on
    button.querySelector("[data-when=off]").hidden = this.#chime.on
    this.querySelector("[data-sound-waits]").hidden = !this.#chime.waits
  }

  #answered(yes) {
    this.#answers = yes
    this.#showConnection()
  }

  #showConnection() {
    this.querySelector("[data-offline]").hidden = this.#streams && this.#answers
  }

  #failed(yes = true) {
    this.querySelector("[data-failed]").hidden = !yes
    if (yes) this.#part.renew()
  }
}

customElements.define("order-board", OrderBoard)
