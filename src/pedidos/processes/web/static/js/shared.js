// A stream that all tabs of a person in a browser share: over HTTP/1.1 a browser opens six connections to a site, and a
// seventh tab with a stream of its own would hang.
//
// The tab that holds a lock has the stream, and tells the others what it hears. If it is closed, the browser gives the lock
// to the next one, which goes on after the last event that it has heard of. Browsers may freeze a tab that is in the
// background: a tab that comes to the front asks for a sign of life, and takes the lock if there is none.

import { Stream } from "./stream.js"

const ANSWER_MS = 2000

export class SharedStream {
  #address
  #types
  #page
  #name
  #others
  #stream = null
  #connected = false
  #last = ""
  #release = null
  #waiting = new AbortController()
  #closed = false
  #asked = 0

  // person: who is signed in. The tabs of another person, who has signed in meanwhile, have a stream of their own. page: as
  // for a Stream; connected(true) also says: what happens from now on is heard, what happened before has to be looked at.
  constructor(address, person, types, page) {
    this.#address = address
    this.#types = types
    this.#page = page
    this.#name = `pedidos ${address} ${person}`
    this.#others = new BroadcastChannel(this.#name)
    this.#others.onmessage = message => this.#listen(message.data)
    document.addEventListener("visibilitychange", this.#shown)
    this.#queue({ signal: this.#waiting.signal })
    this.#others.postMessage({ kind: "question" })
  }

  close() {
    this.#closed = true
    document.removeEventListener("visibilitychange", this.#shown)
    clearTimeout(this.#asked)
    this.#others.close()
    this.#waiting.abort()
    this.#retire()
  }

  // Resolves when the lock is given back. Another tab may take it away: then this one waits for it again.
  async #queue(options) {
    try {
      await navigator.locks.request(this.#name, options, () => this.#lead())
    } catch (error) {
      if (error.name !== "AbortError") throw error
      if (this.#closed || options.signal?.aborted) return
      this.#retire()
      this.#queue({ signal: this.#waiting.signal })
    }
  }

  #lead() {
    if (this.#closed) return undefined
    this.#begin()
    return new Promise(resolve => (this.#release = resolve))
  }

  #begin() {
    const own = {
      hear: (type, data, id) => this.#hear(type, data, id),
      connected: yes => this.#tell(yes),
      wanted: () => this.#goesOn(),
    }
    this.#stream = new Stream(this.#address, [...this.#types, "end"], own, this.#last)
  }

  #retire() {
    this.#stream?.close()
    this.#stream = null
    this.#release?.()
    this.#release = null
  }

  async #hear(type, data, id) {
    if (id) this.#last = id
    if (type !== "end") {
      this.#others.postMessage({ kind: "event", type, data, id })
      await this.#page.hear(type, data)
      return
    }
    // The stream has ended with the session's token, and asking the page for its state has made the session go on.
    this.#stream.close()
    if (await this.#goesOn()) this.#begin()
  }

  // Whether this page still wants the stream. If it does not, another tab may have it.
  async #goesOn() {
    const yes = await this.#page.wanted()
    if (!yes) this.close()
    return yes && this.#stream !== null
  }

  #tell(yes) {
    this.#connected = yes
    if (!this.#closed) this.#others.postMessage({ kind: "state", yes })
    this.#page.connected(yes)
  }

  #listen(message) {
    if (message.kind === "question") {
      if (this.#stream) this.#others.postMessage({ kind: "state", yes: this.#connected, again: true })
      return
    }
    clearTimeout(this.#asked)
    if (message.kind === "event") {
      if (message.id) this.#last = message.id
      this.#page.hear(message.type, message.data)
    } else if (message.yes !== this.#connected || !message.again) {
      this.#connected = message.yes
      this.#page.connected(message.yes)
    }
  }

  #shown = () => {
    if (document.visibilityState !== "visible" || this.#stream) return
    this.#others.postMessage({ kind: "question" })
    this.#asked = setTimeout(() => {
      this.#waiting.abort()
      this.#waiting = new AbortController()
      this.#queue({ steal: true })
    }, ANSWER_MS)
  }
}
