// A small plot of an hour, in the colours of the page. uPlot is loaded by the page.

const language = document.documentElement.lang
const formats = {
  rate: value => number(value, value < 100 ? 1 : 0),
  count: value => number(value, 0),
  duration: seconds => seconds < 1 ? `${number(seconds * 1000, 0)} ms` : `${number(seconds, seconds < 10 ? 1 : 0)} s`,
}

function number(value, digits) {
  return new Intl.NumberFormat(language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value)
}

const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
const HEIGHT = 150
const HOUR = 3600

export class Plot {
  #figure
  #columns
  #format
  #plot = null
  #points = []

  // figure: with data-columns, the places of its series in a point, and one [data-line] with an <output> for each.
  constructor(figure) {
    this.#figure = figure
    this.#columns = figure.dataset.columns.split(" ").map(Number)
    this.#format = formats[figure.dataset.kind]
    new ResizeObserver(() => this.#plot?.setSize({ width: figure.clientWidth, height: HEIGHT })).observe(figure)
    for (const wish of ["(prefers-color-scheme: dark)"]) matchMedia(wish).addEventListener("change", () => this.#begin())
  }

  show(points) {
    this.#points = points
    if (this.#plot) this.#plot.setData(this.#data())
    else this.#begin()
    this.#say(points.length - 1)
  }

  add(point) {
    const last = this.#points.at(-1)
    if (last && point[0] <= last[0]) return
    this.show([...this.#points, point].filter(each => each[0] > point[0] - HOUR))
  }

  #data() {
    return [0, ...this.#columns].map(column => this.#points.map(point => point[column]))
  }

  #begin() {
    this.#plot?.destroy()
    const colour = element => getComputedStyle(element).color
    const lines = [...this.#figure.querySelectorAll("[data-line]")]
    const soft = colour(document.querySelector(".soft"))
    const grid = { stroke: getComputedStyle(this.#figure.closest(".sheet")).borderTopColor, width: 1 }
    const axis = { stroke: soft, font: "11px system-ui", grid, ticks: { show: false } }
    this.#plot = new uPlot({
      width: this.#figure.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, points: { size: 6 } },
      scales: { y: { range: (_, least, most) => [0, Math.max(most * 1.1, this.#figure.dataset.kind === "count" ? 4 : 1)] } },
      axes: [
        { ...axis, size: 26, space: 60, values: (_, times) => times.map(time => clock.format(time * 1000)) },
        { ...axis, size: 52, space: 28, values: (_, values) => values.map(this.#format) },
      ],
      series: [{}, ...lines.map(line => ({ stroke: colour(line), width: 1.75, points: { size: 4 }, spanGaps: true }))],
      hooks: { setCursor: [plot => this.#say(plot.cursor.idx ?? this.#points.length - 1)] },
    }, this.#data(), this.#figure)
  }

  // The values at a place, beside the names of the lines.
  #say(place) {
    const point = this.#points[place]
    this.#figure.querySelectorAll("output").forEach((output, line) => {
      const value = point?.[this.#columns[line]]
      output.textContent = value === undefined || value === null ? "–" : this.#format(value)
    })
  }
}
