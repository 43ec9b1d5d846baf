// How long each ticket has waited, by the server's clock, and whether that is too long.

const MINUTE_MS = 60_000

export class Ageing {
  #ahead = 0 // how far the server's clock is ahead of this one, in milliseconds
  #minutes = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "minute", unitDisplay: "short" })

  // now: the server's time, as text.
  adjust(now) {
    this.#ahead = Date.parse(now) - Date.now()
  }

  show(tickets) {
    const now = Date.now() + this.#ahead
    for (const ticket of tickets) {
      const waited = Math.max(0, now - Date.parse(ticket.dataset.since))
      const lateness =
        waited >= Number(ticket.dataset.lateMs) ? "late" : waited >= Number(ticket.dataset.soonMs) ? "soon_late" : "on_time"
      ticket.dataset.lateness = lateness
      ticket.querySelector("[data-age]").textContent = this.#minutes.format(Math.floor(waited / MINUTE_MS))
      for (const word of ticket.querySelectorAll("[data-word]")) word.hidden = word.dataset.word !== lateness
    }
  }
}
