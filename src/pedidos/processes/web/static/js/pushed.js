// Parts of a page that are pushed: <pushed-parts data-stream="/address" data-part="/address">, and the same for a script.
//
// A stream is open while the page is seen: a tab in the background has none, and nothing is made for it. Where there is no
// stream, because too many are open or the process starts again, the page asks for its parts instead until it has one.

import { morph } from "./morph.js"
import { Stream } from "./stream.js"

const PATIENCE_MS = 10_000

// The answer to a question of a page. One that is signed out meanwhile is loaded again, which says what to do.
export async function ask(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: AbortSignal.timeout(PATIENCE_MS) })
  if (answer.status === 401 || answer.status === 403) location.reload()
  if (!answer.ok) throw new Error(`HTTP ${answer.status}`)
  return answer
}

export class Pushed {
  #stream
  #part
  #page
  #open = null
  #waiting = new Map()

  // stream, part: the addresses of the stream, and of all parts at once. page: opened() is called when the stream begins,
  // also after a pause, connected(yes) when the connection comes or goes, and shown(element) when a part is new.
  constructor(stream, part, page) {
    this.#stream = stream
    this.#part = part
    this.#page = page
    document.addEventListener("visibilitychange", this.#look)
    document.addEventListener("selectionchange", this.#catchUp)
    this.#look()
  }

  close() {
    document.removeEventListener("visibilitychange", this.#look)
    document.removeEventListener("selectionchange", this.#catchUp)
    this.#open?.close()
  }

  // For the stream.
  hear(_type, data) {
    this.#take(JSON.parse(data).html)
  }

  connected(yes) {
    this.#page.connected(yes)
    if (yes) this.#page.opened()
  }

  // Before the stream is tried again. The answer also shows whether the reader is still signed in.
  async wanted() {
    try {
      this.#take(await (await ask(this.#part)).text())
      this.#page.connected(true)
    } catch {
      this.#page.connected(false)
    }
    return true
  }

  #look = () => {
    if (document.hidden) {
      this.#open?.close()
      this.#open = null
    } else {
      this.#open ??= new Stream(this.#stream, ["part"], this)
    }
  }

  #take(html) {
    for (const part of new DOMParser().parseFromString(html, "text/html").body.children) this.#show(part)
  }

  #show(part) {
    const shown = document.getElementById(part.id)
    if (!shown) location.reload() // from nothing to figures, or back
    else if (selected(shown)) this.#waiting.set(part.id, part)
    else {
      this.#waiting.delete(part.id)
      morph(shown, part)
      this.#page.shown(part)
    }
  }

  // While somebody selects, what is selected must not change.
  #catchUp = () => {
    for (const part of [...this.#waiting.values()]) if (!selected(document.getElementById(part.id))) this.#show(part)
  }
}

function selected(element) {
  const selection = getSelection()
  return !selection.isCollapsed && element.contains(selection.anchorNode)
}

class PushedParts extends HTMLElement {
  #pushed = null

  connectedCallback() {
    const notices = document.querySelectorAll("[data-offline]")
    this.#pushed = new Pushed(this.dataset.stream, this.dataset.part, {
      opened() {},
      connected: yes => notices.forEach(notice => (notice.hidden = yes)),
      shown() {},
    })
  }

  disconnectedCallback() {
    this.#pushed.close()
  }
}

customElements.define("pushed-parts", PushedParts)
