// The overview: its parts are pushed every second while it is seen, and the newest point goes to the plots.

import { Plot } from "./plot.js"
import { Pushed, ask } from "./pushed.js"

const offline = document.querySelector("[data-offline]")
const hour = document.querySelector("[data-hour]")
const plots = [...hour.querySelectorAll("figure")].map(figure => new Plot(figure))

new Pushed(hour.dataset.stream, hour.dataset.part, {
  // The hour is read at the beginning, and after a pause, for what came meanwhile.
  async opened() {
    try {
      const points = await (await ask(hour.dataset.hour)).json()
      for (const plot of plots) plot.show(points)
    } catch {
      offline.hidden = false // the next figures hide it again
    }
  },
  connected(yes) {
    offline.hidden = yes
  },
  shown(part) {
    if (!part.dataset.point) return
    offline.hidden = true
    for (const plot of plots) plot.add(JSON.parse(part.dataset.point))
  },
})
