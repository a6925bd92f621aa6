/** State shared by the sources of one reader: which of them is read, and how many bytes they hold together. */
class Window {
  readonly #limit: number
  #held = 0
  #waiting: (() => void)[] = []
  head: Prefetch | undefined
  stopped = false

  constructor(limit: number) {
    this.#limit = limit
  }

  get isFull(): boolean {
    return this.#held >= this.#limit
  }

  hold(bytes: number): void {
    this.#held += bytes
  }

  release(bytes: number): void {
    this.#held -= bytes
    this.changed()
  }

  /** Resolves when `source` may fetch more: there is room, or the reader has nothing else to read. */
  async room(source: Prefetch): Promise<void> {
    while (this.isFull && !this.stopped && !(source === this.head && source.isEmpty)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    }
  }

  changed(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const resolve of waiting) resolve()
  }
}

/** A source that runs ahead of its reader, as far as the window allows. */
class Prefetch {
  readonly #window: Window
  readonly #chunks: Uint8Array[] = []
  #ended = false
  #error: unknown
  #wake = () => {}

  constructor(source: AsyncIterable<Uint8Array>, window: Window, onEnd: () => void) {
    this.#window = window
    void this.#run(source).then(onEnd)
  }

  get isEmpty(): boolean {
    return this.#chunks.length === 0
  }

  async #run(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) {
        this.#chunks.push(chunk)
        this.#window.hold(chunk.length)
        this.#wake()
        await this.#window.room(this)
        if (this.#window.stopped) break
      }
    } catch (error) {
      this.#error = error
    }
    this.#ended = true
    this.#wake()
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) {
        this.#window.release(chunk.length)
        yield chunk
      }
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

export interface Ahead {
  /** Sources that may run at a time. */
  readonly active: number
  /** Bytes that all of them may have fetched before they are read; each may go beyond by a chunk. */
  readonly bytes: number
}

/**
 * The chunks of all `sources`, one source after the other, while several run ahead. One that finds no room waits before
 * it fetches more. To stop what has begun is up to the caller.
 */
export async function* inOrder(
  sources: Iterator<AsyncIterable<Uint8Array>>,
  { active, bytes }: Ahead,
): AsyncGenerator<Uint8Array> {
  const window = new Window(bytes)
  const begun: Prefetch[] = []
  let running = 0
  const fill = () => {
    while (!window.stopped && running < active && (!window.isFull || begun.length === 0)) {
      const { value, done } = sources.next()
      if (done) return
      running++
      begun.push(new Prefetch(value, window, onEnd))
    }
  }
  const onEnd = () => {
    running--
    fill()
  }
  fill()
  try {
    for (let head = begun[0]; head !== undefined; head = begun[0]) {
      window.head = head
      window.changed()
      for await (const chunk of head.chunks()) {
        fill()
        yield chunk
      }
      begun.shift()
      fill()
    }
  } finally {
    window.stopped = true
    window.changed()
  }
}
