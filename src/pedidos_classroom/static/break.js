// <break-page data-now="/break/now.json?…">: asks once a second for the parts that change, and draws the figures.
//
// Its asking also keeps what it broke: without it, the supervisor undoes it. data-predicting: nothing of an experiment is
// shown yet.

const EACH_MS = 1000

// From zero, with room for a word above the lines.
const ROOM = (_, low, high) => [0, Math.max(1, high * 1.3)]

class BreakPage extends HTMLElement {
  #timer = 0
  #rates = []
  #broken = []
  #chart = null
  #shown = new Map()

  connectedCallback() {
    addEventListener("resize", () => this.#fit())
    this.#ask()
  }

  disconnectedCallback() {
    clearTimeout(this.#timer)
  }

  async #ask() {
    try {
      const answer = await fetch(`${this.dataset.now}&after=${this.#rates.length}`, { headers: { Accept: "application/json" } })
      if (answer.status === 401) location.reload() // which leads to the sign-in
      if (answer.ok) this.#take(await answer.json())
      this.#offline(!answer.ok)
    } catch {
      this.#offline(true)
    }
    this.#timer = setTimeout(() => this.#ask(), EACH_MS)
  }

  #take(now) {
    this.#show("[data-board]", now.board)
    if (now.run !== null) this.#show("[data-run]", now.run)
    this.#rates.push(...now.rates)
    this.#broken = now.broken
    if (now.run !== null) this.#draw()
  }

  #offline(yes) {
    for (const notice of this.querySelectorAll("[data-offline]")) notice.hidden = !yes
  }

  // A part that is the same is left alone: what is open in it stays open, and what has the focus keeps it.
  #show(selector, html) {
    const part = this.querySelector(selector)
    if (part === null || this.#shown.get(selector) === html) return
    const focused = part.contains(document.activeElement)
    part.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes)
    if (focused) part.querySelector("button")?.focus()
    this.#shown.set(selector, html)
  }

  #draw() {
    const place = this.querySelector("[data-chart]")
    if (place === null || this.#rates.length < 2) return
    const data = ["at", "accepted", "confirmed", "waiting"].map(name => this.#rates.map(rate => rate[name]))
    if (this.#chart === null) this.#chart = new uPlot(this.#options(place), data, place)
    else this.#chart.setData(data)
  }

  #options(place) {
    const colour = name => getComputedStyle(this.querySelector(`.legend .${name}`)).color
    const look = getComputedStyle(place)
    const axis = { stroke: look.color, grid: { stroke: look.borderColor, width: 1 }, ticks: { show: false }, font: `12px ${look.fontFamily}` }
    return {
      width: place.clientWidth,
      height: place.clientHeight,
      legend: { show: false },
      cursor: { show: false },
      scales: { x: { time: false }, y: { range: ROOM }, orders: { range: ROOM } },
      axes: [{ ...axis, values: (_, marks) => marks.map(mark => `${mark} s`) }, axis, { ...axis, scale: "orders", side: 1, grid: { show: false } }],
      series: [
        {},
        { stroke: colour("accepted"), width: 2.5, points: { show: false } },
        { stroke: colour("confirmed"), width: 2.5, points: { show: false } },
        { stroke: colour("waiting"), width: 1.5, dash: [5, 4], scale: "orders", points: { show: false } },
      ],
      hooks: { drawClear: [chart => this.#shade(chart, look.outlineColor, colour("accepted"), place.dataset.broken)] },
    }
  }

  // The time in which something was broken.
  #shade(chart, colour, ink, word) {
    const { ctx, bbox } = chart
    ctx.save()
    for (const [began, ended] of this.#broken) {
      const left = Math.max(bbox.left, chart.valToPos(began, "x", true))
      const right = Math.min(bbox.left + bbox.width, chart.valToPos(ended ?? this.#rates.at(-1).at, "x", true))
      ctx.fillStyle = colour
      ctx.fillRect(left, bbox.top, Math.max(0, right - left), bbox.height)
      ctx.fillStyle = ink
      ctx.font = `${12 * devicePixelRatio}px sans-serif`
      if (right - left > 60 * devicePixelRatio) ctx.fillText(word, left + 8, bbox.top + 14 * devicePixelRatio)
    }
    ctx.restore()
  }

  #fit() {
    const place = this.querySelector("[data-chart]")
    if (place !== null) this.#chart?.setSize({ width: place.clientWidth, height: place.clientHeight })
  }
}

customElements.define("break-page", BreakPage)
