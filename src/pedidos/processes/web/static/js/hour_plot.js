// <hour-plot data-table data-column data-colour data-as>: a plot of one column of a table by its hours. The table says the
// same to those who do not see the plot, so the plot itself says nothing to them.

const HEIGHT = 170
const LANGUAGE = document.documentElement.lang

const FORMATS = {
  money: new Intl.NumberFormat(LANGUAGE, { style: "currency", currency: "BRL", maximumFractionDigits: 0 }),
  minutes: new Intl.NumberFormat(LANGUAGE, { style: "unit", unit: "minute", unitDisplay: "narrow", maximumFractionDigits: 1 }),
  number: new Intl.NumberFormat(LANGUAGE),
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
          { ...axis, size: 62, values: (_, values) => values.map(value => format.format(value)) },
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
