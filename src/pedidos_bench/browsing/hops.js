// Notes when each event of the map's order could be seen: the first frame after the page has taken it in.
{
  const Native = EventSource
  window.hops = []
  let commit = ""
  const shown = (type, version, id) => {
    const map = document.querySelector("order-map")
    const before = commit
    ;[commit] = id.split("-")
    // An event of the same commit as the one before was not brought by a queue.
    const places = (JSON.parse(map.dataset.arrivals)[type] ?? []).filter(place => commit !== before || place !== "queue")
    const place = places.at(-1)
    const marks = [...map.querySelectorAll(`[data-place="${place}"][data-at]`)]
    // A part that was fetched meanwhile may show more already.
    const newer = Number(map.querySelector("[data-here]").dataset.version) >= version
    return newer || (marks.length > 0 && marks.every(mark => ["here", "waiting"].includes(mark.dataset.at)))
  }
  window.EventSource = class extends Native {
    constructor(...given) {
      super(...given)
      this.addEventListener("open", () => (window.hopsOpen = true))
    }

    addEventListener(type, listener, ...rest) {
      if (!type.startsWith("order.")) return super.addEventListener(type, listener, ...rest)
      return super.addEventListener(type, event => {
        const heard = performance.timeOrigin + performance.now()
        listener(event)
        const { version } = JSON.parse(event.data)
        const seen = shown(type, version, event.lastEventId)
        requestAnimationFrame(() => {
          // The message is handled after the frame was painted.
          const channel = new MessageChannel()
          channel.port1.onmessage = () => {
            window.hops.push({ type, version, heard, painted: performance.timeOrigin + performance.now(), seen })
          }
          channel.port2.postMessage(null)
        })
      }, ...rest)
    }
  }
}
