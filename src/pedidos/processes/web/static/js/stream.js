// A stream of server-sent events that does not end while the page wants it.
//
// A native EventSource reconnects after a lost connection, but is closed for good by an answer such as 503, which the edge
// and live give while they restart. Then it is opened again, after the last event that was seen. It also does not notice that
// the machine has no network: the browser says so, and when the network is back, the old connection is not trusted.

const PAUSE_MS = [1000, 3000]

export class Stream {
  #address
  #types
  #page
  #source = null
  #last = ""
  #timer = 0

  // types: the events to listen for. page: hear(type, data, id) is called for each, connected(yes) when the connection comes
  // or goes, and wanted() before the stream is opened again: whether there is still something to wait for. after: the id of
  // the last event that is known already.
  constructor(address, types, page, after = "") {
    this.#address = address
    this.#types = types
    this.#page = page
    this.#last = after
    addEventListener("offline", this.#cut)
    addEventListener("online", this.#back)
    this.#open()
  }

  close() {
    removeEventListener("offline", this.#cut)
    removeEventListener("online", this.#back)
    clearTimeout(this.#timer)
    this.#source.close()
  }

  #cut = () => this.#page.connected(false)

  #back = () => {
    clearTimeout(this.#timer)
    this.#source.close()
    this.#open()
  }

  #open() {
    const after = this.#last ? `?last_event_id=${encodeURIComponent(this.#last)}` : ""
    const source = new EventSource(this.#address + after)
    this.#source = source
    source.onopen = () => this.#page.connected(true)
    source.onerror = () => {
      this.#page.connected(false)
      if (source.readyState === EventSource.CLOSED) this.#later()
    }
    for (const type of this.#types) source.addEventListener(type, event => this.#take(event))
  }

  #take(event) {
    if (event.lastEventId) this.#last = event.lastEventId
    this.#page.hear(event.type, event.data, event.lastEventId)
  }

  // At random, so that many pages do not come back at the same moment.
  #later() {
    const [least, most] = PAUSE_MS
    this.#timer = setTimeout(async () => {
      if (await this.#page.wanted()) this.#open()
      else this.#page.connected(true)
    }, least + Math.random() * (most - least))
  }
}
