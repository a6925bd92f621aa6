/** Something that runs ahead of its reader: a generator whose chunks are kept until they are asked for. */
class Prefetch {
  readonly #chunks: Uint8Array[] = []
  #ended = false
  #error: unknown
  #wake = () => {}

  constructor(source: AsyncIterable<Uint8Array>, onEnd: () => void) {
    void this.#run(source).then(onEnd)
  }

  async #run(source: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of source) {
        this.#chunks.push(chunk)
        this.#wake()
      }
    } catch (error) {
      this.#error = error
    }
    this.#ended = true
    this.#wake()
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let chunk = this.#chunks.shift(); chunk !== undefined; chunk = this.#chunks.shift()) yield chunk
      if (this.#error !== undefined) throw this.#error
      if (this.#ended) return
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }
}

/**
 * The chunks of all `sources`, one source after the other, while up to `active` of them run at a time and up to `ahead`
 * are begun and not yet delivered. Sources that have begun run to their end whether anybody reads or not, so each must
 * be of a limited size. To stop them is up to the caller.
 */
export async function* inOrder(
  sources: Iterator<AsyncIterable<Uint8Array>>,
  { active, ahead }: { readonly active: number; readonly ahead: number },
): AsyncGenerator<Uint8Array> {
  const window: Prefetch[] = []
  let running = 0
  let stopped = false
  const fill = () => {
    while (!stopped && running < active && window.length < ahead) {
      const { value, done } = sources.next()
      if (done) return
      running++
      window.push(new Prefetch(value, onEnd))
    }
  }
  const onEnd = () => {
    running--
    fill()
  }
  fill()
  try {
    for (let head = window[0]; head !== undefined; head = window[0]) {
      yield* head.chunks()
      window.shift()
      fill()
    }
  } finally {
    stopped = true
  }
}
