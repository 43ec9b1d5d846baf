// The token of an order in a drawing of the pipeline. It goes along the pipes, one place after the other.
//
// Places have data-x and data-y, the point at which the token rests; pipes have data-from, data-to and their points.

const STILL = matchMedia("(prefers-reduced-motion: reduce)")

export class Token {
  #drawing
  #mark
  #place
  #way = []
  #running = null

  // place: where the server has drawn it.
  constructor(drawing, place) {
    this.#drawing = drawing
    this.#mark = drawing.querySelector("[data-token]")
    this.#place = place
  }

  // Goes to these places, after those to which it is on its way. ms: for each.
  go(places, ms) {
    for (const place of places) {
      const before = this.#way.at(-1)?.place ?? this.#place
      if (place !== before) this.#way.push({ place, ms })
    }
    this.#running ??= this.#walk().finally(() => (this.#running = null))
  }

  // Is there at once, and forgets where it was going.
  jump(place) {
    this.#way = []
    this.#place = place
    for (const animation of this.#mark.getAnimations()) animation.cancel()
    this.#rest()
  }

  async #walk() {
    while (this.#way.length) {
      const { place, ms } = this.#way.shift()
      const from = this.#place
      this.#place = place
      if (!STILL.matches && !document.hidden) await this.#move(from, place, ms)
      if (this.#place === place) this.#rest()
    }
  }

  #rest() {
    const { x, y } = this.#point(this.#place)
    this.#mark.setAttribute("transform", `translate(${x} ${y})`)
  }

  async #move(from, to, ms) {
    const points = [this.#point(from), ...this.#pipe(from, to), this.#point(to)]
    const lengths = points.slice(1).map((point, i) => Math.hypot(point.x - points[i].x, point.y - points[i].y))
    const whole = lengths.reduce((sum, length) => sum + length, 0) || 1
    let gone = 0
    const frames = points.map(({ x, y }, i) => {
      if (i) gone += lengths[i - 1]
      return { transform: `translate(${x}px, ${y}px)`, offset: Math.min(gone / whole, 1) }
    })
    const animation = this.#mark.animate(frames, { duration: ms, easing: "ease-in-out" })
    await animation.finished.catch(() => {}) // it was cancelled: the token has jumped elsewhere
  }

  #point(place) {
    const { x, y } = this.#drawing.querySelector(`[data-place="${place}"]`).dataset
    return { x: Number(x), y: Number(y) }
  }

  // The corners between two places; none where there is no pipe.
  #pipe(from, to) {
    for (const pipe of this.#drawing.querySelectorAll(".pipe")) {
      const points = [...pipe.points].map(({ x, y }) => ({ x, y }))
      if (pipe.dataset.from === from && pipe.dataset.to === to) return points
      if (pipe.dataset.from === to && pipe.dataset.to === from) return points.reverse()
    }
    return []
  }
}
