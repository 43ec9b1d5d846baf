// Moves of tickets that can still be undone: each is sent when its time is up, or at once when the page goes away.
//
// A move names the state that it leads to, so sending it twice is harmless. Without a connection it is kept and tried again.

const AGAIN_MS = 2000

export class Moves {
  #pending = new Map() // by the ticket's id: { action, to, minutes, timer, sent }
  #undoMs
  #board

  // board: moved(html) and refused(html) are called with the answer, failed() if there is none that helps.
  constructor(undoMs, board) {
    this.#undoMs = undoMs
    this.#board = board
  }

  begin(ticket, form, button) {
    if (this.#pending.has(ticket.id)) return
    const { version } = ticket.dataset
    const minutes = form.elements.minutes?.value
    const move = { action: form.action, to: button.value, minutes, moving: button.dataset.moving, version, sent: false, unsent: false, timer: 0 }
    this.#pending.set(ticket.id, move)
    this.mark(ticket)
    ticket.querySelector("[data-undo] button").focus()
    move.timer = setTimeout(() => this.#send(ticket.id, move), this.#undoMs)
  }

  undo(ticket) {
    const move = this.#pending.get(ticket.id)
    if (!move || move.sent) return
    clearTimeout(move.timer)
    this.#drop(ticket.id)
    ticket.querySelector("[data-move] button").focus()
  }

  // Shows on the ticket whether it has a move.
  mark(ticket) {
    const move = this.#pending.get(ticket.id)
    const undo = ticket.querySelector("[data-undo]")
    undo.hidden = !move
    ticket.toggleAttribute("data-pending", Boolean(move))
    if (!move) return
    undo.querySelector("[data-moving-word]").textContent = move.moving
    undo.querySelector("[data-unsent]").hidden = !move.unsent
    undo.classList.toggle("unsent", move.unsent)
  }

  // The versions of the tickets that the board shows now, by their ids. Where somebody else has made a move meanwhile, ours
  // has become pointless.
  keep(versions) {
    for (const [id, move] of this.#pending) {
      if (move.sent || versions.get(id) === move.version) continue
      clearTimeout(move.timer)
      this.#pending.delete(id)
    }
  }

  // Whether there are moves that could not be sent.
  get unsent() {
    return [...this.#pending.values()].some(move => move.unsent)
  }

  // The connection is back.
  again() {
    for (const [id, move] of this.#pending) if (move.unsent) this.#send(id, move)
  }

  // The page goes away: the browser sends these requests even so.
  leave() {
    for (const [id, move] of this.#pending) {
      clearTimeout(move.timer)
      if (!move.sent) fetch(move.action, { ...this.#request(move), keepalive: true }).catch(() => {}) // nobody is here
      this.#pending.delete(id)
    }
  }

  #request(move) {
    return { method: "POST", headers: { "HX-Request": "true" }, body: this.#body(move) }
  }

  #body({ to, minutes }) {
    return new URLSearchParams(minutes ? { to, minutes } : { to })
  }

  async #send(id, move) {
    if (move.sent) return
    clearTimeout(move.timer)
    move.sent = true
    let answer
    try {
      answer = await fetch(move.action, this.#request(move))
    } catch {
      this.#wait(id, move)
      return
    }
    if (answer.status === 401) return location.reload() // which leads to the sign-in
    if (answer.status >= 500) return this.#wait(id, move)
    this.#drop(id)
    const text = await answer.text()
    if (answer.ok) this.#board.moved(text)
    else if (answer.status === 409) this.#board.refused(text)
    else this.#board.failed()
  }

  // It can be undone while it waits: whether the server has got it is not known, and it may have been carried out.
  #wait(id, move) {
    move.sent = false
    move.unsent = true
    this.#show(id)
    move.timer = setTimeout(() => this.#send(id, move), AGAIN_MS)
  }

  #drop(id) {
    this.#pending.delete(id)
    this.#show(id)
  }

  #show(id) {
    const ticket = document.getElementById(id)
    if (ticket) this.mark(ticket)
  }
}
