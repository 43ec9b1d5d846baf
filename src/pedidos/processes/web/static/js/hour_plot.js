// <hour-plot data-table data-column data-colour data-as>: a plot of one column of a table by its hours. The table says the
// same to those who do not see the plot, so the plot itself says nothing to them.

const HEIGHT = 170
const LANGUAGE = document.documentElement.lang

// Each mark of an axis is a whole number of what it is written in, so no two marks are written the same.
const WHOLE = [1, 2, 5].flatMap(first => [0, 1, 2, 3, 4, 5, 6].map(zeros => first * 10 ** zeros)).sort((one, two) => one - two)
const OF_A_CLOCK = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400]

const money = new Intl.NumberFormat(LANGUAGE, { style: "currency", currency: "BRL", maximumFractionDigits: 0 })
const number = new Intl.NumberFormat(LANGUAGE)
const units = Object.fromEntries(["second", "minute", "hour"].map(unit =>
  [unit, new Intl.NumberFormat(LANGUAGE, { style: "unit", unit, unitDisplay: "narrow", maximumFractionDigits: 1 })]))

// Seconds in the unit that suits the distance between two marks.
function duration(seconds, step) {
  if (step >= 3600) return units.hour.format(seconds / 3600)
  return step >= 60 ? units.minute.format(seconds / 60) : units.second.format(seconds)
}

const FORMATS = {
  money: { write: value => money.format(value), steps: WHOLE },
  duration: { write: duration, steps: OF_A_CLOCK },
  number: { write: value => number.format(value), steps: WHOLE },
}

class HourPlot extends HTMLElement {
  #plot = null
  #size = new ResizeObserver(() => this.#plot?.setSize({ width: this.clientWidth, height: HEIGHT }))
  #dark = matchMedia("(prefers-color-scheme: dark)")
  #draw = () => this.#renew()

  connectedCallback() {
    this.setAttribute("aria-hidden", "true")
    this.#renew()
    this.#size.observe(this)
    this.#dark.addEventListener("change", this.#draw)
  }

  disconnectedCallback() {
    this.#size.disconnect()
    this.#dark.removeEventListener("change", this.#draw)
    this.#plot?.destroy()
  }

  #renew() {
    this.#plot?.destroy()
    const style = getComputedStyle(this)
    const colour = name => resolved(this, style.getPropertyValue(name))
    const format = FORMATS[this.dataset.as ?? "number"]
    const axis = { stroke: colour("--soft"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } }
    this.#plot = new uPlot(
      {
        width: this.clientWidth,
        height: HEIGHT,
        cursor: { show: false },
        legend: { show: false },
        scales: { x: { time: false, range: (_, least, most) => [least - 0.6, most + 0.6] }, y: { range: (_, __, most) => [0, most || 1] } },
        axes: [
          { ...axis, grid: { show: false }, incrs: [1, 2, 3, 4, 6, 12], values: (_, hours) => hours.map(hour => `${hour}h`) },
          { ...axis, size: 62, incrs: format.steps, values: (_, values, __, ___, step) => values.map(value => format.write(value, step)) },
        ],
        series: [
          {},
          {
            fill: colour(this.dataset.colour ?? "--brand"),
            stroke: colour(this.dataset.colour ?? "--brand"),
            paths: uPlot.paths.bars({ size: [0.7, 34], radius: 0.15 }),
            points: { show: false },
          },
        ],
      },
      this.#values(),
      this,
    )
  }

  #values() {
    const rows = [...document.getElementById(this.dataset.table).tBodies[0].rows]
    const read = (row, column) => (row.cells[column].dataset.value === "" ? null : Number(row.cells[column].dataset.value))
    return [rows.map(row => read(row, 0)), rows.map(row => read(row, Number(this.dataset.column)))]
  }
}

// A canvas does not know light-dark(): the browser resolves it for the colour of an element.
function resolved(element, value) {
  element.style.color = value
  const found = getComputedStyle(element).color
  element.style.color = ""
  return found
}

customElements.define("hour-plot", HourPlot)
