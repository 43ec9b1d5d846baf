// Two short tones for a new order. Whether they sound is remembered in this browser.

const KEY = "pedidos.sound"
const TONES = [
  { hertz: 880, after: 0 },
  { hertz: 1175, after: 0.16 },
]
const SECONDS = 0.32

export class Chime {
  #context = null
  #on = localStorage.getItem(KEY) === "on"

  get on() {
    return this.#on
  }

  // Browsers allow sound only after the reader has touched the page. Until then it waits.
  get waits() {
    return this.#on && (this.#context === null || this.#context.state !== "running")
  }

  switch() {
    this.#on = !this.#on
    localStorage.setItem(KEY, this.#on ? "on" : "off")
  }

  // Called after the reader has touched the page.
  async allow() {
    if (!this.#on) return
    this.#context ??= new AudioContext()
    await this.#context.resume()
  }

  sound() {
    if (!this.#on || this.#context?.state !== "running") return
    const now = this.#context.currentTime
    for (const { hertz, after } of TONES) {
      const tone = new OscillatorNode(this.#context, { type: "sine", frequency: hertz })
      const volume = new GainNode(this.#context, { gain: 0.25 })
      volume.gain.setValueAtTime(0.25, now + after)
      volume.gain.exponentialRampToValueAtTime(0.0001, now + after + SECONDS)
      tone.connect(volume).connect(this.#context.destination)
      tone.start(now + after)
      tone.stop(now + after + SECONDS)
    }
  }
}
