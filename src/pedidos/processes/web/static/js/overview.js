// The overview: asks for its part every second while it is seen, and adds the newest point to the plots.

import { morph } from "./morph.js"
import { Plot } from "./plot.js"

const SECOND = 1000
const PATIENCE_MS = 10_000

const offline = document.querySelector("[data-offline]")
const hour = document.querySelector("[data-hour]")
const plots = [...hour.querySelectorAll("figure")].map(figure => new Plot(figure))

async function ask(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) })
  if (answer.status === 401 || answer.status === 403) location.reload() // which says what to do
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  return answer
}

async function renew() {
  const text = await (await ask(hour.dataset.part)).text()
  const fresh = new DOMParser().parseFromString(text, "text/html").body
  for (const part of fresh.children) {
    const shown = document.getElementById(part.id)
    if (!shown) location.reload() // from nothing to figures
    // While somebody selects, what is selected must not change.
    else if (getSelection().isCollapsed || !shown.contains(getSelection().anchorNode)) morph(shown, part)
  }
  const point = fresh.querySelector("[data-point]")?.dataset.point
  if (point) for (const plot of plots) plot.add(JSON.parse(point))
}

let missed = true // the hour has to be read, at the beginning and after a pause

async function look() {
  if (document.hidden) {
    missed = true
    return
  }
  try {
    if (missed) {
      const points = await (await ask(hour.dataset.hour)).json()
      for (const plot of plots) plot.show(points)
    }
    await renew()
    missed = false
    offline.hidden = true
  } catch {
    missed = true
    offline.hidden = false
  }
}

async function go() {
  const began = performance.now()
  await look()
  setTimeout(go, Math.max(SECOND / 4, SECOND - (performance.now() - began)))
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) look() })
go()
