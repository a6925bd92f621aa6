import { Duplex } from 'node:stream'

/**
 * Buffer sizes of a stage that unpacks. Packed bytes are few, as each stage before has some too. Decoded data waits in
 * chunks and not as bytes: the asynchronous iterator of a stream of bytes joins what is waiting, and copying it all
 * costs as much as encoding it.
 */
export const QUEUES = {
  writableHighWaterMark: 256 * 1024,
  readableObjectMode: true,
  readableHighWaterMark: 1,
}

/** A stream that unpacks. */
export interface Stage extends Duplex {
  /** Takes back a chunk that was read from this stream, when it and all chunks before it are no longer needed. */
  recycle?(chunk: Uint8Array): void
}

/** A stage that is chosen when the first bytes are there. What `choose` throws is the error of the stream. */
export class Detect extends Duplex implements Stage {
  readonly #headBytes: number
  readonly #choose: (head: Uint8Array) => Stage
  #head: Uint8Array = new Uint8Array()
  #stage: Stage | undefined

  /** @param headBytes how many bytes `choose` needs to see; it gets fewer when there are no more */
  constructor(headBytes: number, choose: (head: Uint8Array) => Stage) {
    super(QUEUES)
    this.#headBytes = headBytes
    this.#choose = choose
  }

  recycle(chunk: Uint8Array): void {
    this.#stage?.recycle?.(chunk)
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error | null) => void): void {
    if (this.#stage !== undefined) {
      this.#stage.write(chunk, done)
      return
    }
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    if (this.#head.length < this.#headBytes) done()
    else this.#start(done, (stage) => stage.write(this.#head, done))
  }

  override _read(): void {
    this.#stage?.resume()
  }

  override _final(done: (error?: Error | null) => void): void {
    const end = (stage: Duplex) => {
      stage.once('end', () => {
        this.push(null)
        done()
      })
      stage.end()
    }
    if (this.#stage !== undefined) end(this.#stage)
    else {
      this.#start(done, (stage) => {
        if (this.#head.length > 0) stage.write(this.#head)
        end(stage)
      })
    }
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stage?.destroy()
    done(error)
  }

  #start(failed: (error: Error) => void, next: (stage: Duplex) => void): void {
    try {
      this.#stage = this.#choose(this.#head)
    } catch (error) {
      failed(error as Error)
      return
    }
    const stage = this.#stage
    stage.on('data', (chunk) => {
      if (!this.push(chunk)) stage.pause()
    })
    stage.on('error', (error) => this.destroy(error))
    next(stage)
  }
}
