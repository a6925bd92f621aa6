import { Readable } from 'node:stream'
import { SluiceError } from '../errors.js'
import type { Source } from '../sources/contract.js'
import { batches, type IterateOptions } from './iterate.js'

/**
 * The rows of a result as a Node stream in object mode, one row a chunk, for `stream.pipeline` and everything that
 * takes a `Readable`; `Readable.toWeb` makes a web stream of it. Destroying it closes the connection at once.
 *
 * It ends only when the result was complete, and is destroyed with a `SluiceError` otherwise. For batches of
 * rows, which cost less, there is `Readable.from(batches(source))`.
 */
export function toReadable(source: Source, options: IterateOptions = {}): Readable {
  const ending = new AbortController()
  const signal =
    options.signal === undefined ? ending.signal : AbortSignal.any([options.signal, ending.signal])
  const iterator = batches(source, { ...options, signal })
  let batch: readonly unknown[] = []
  let at = 0
  const fill = async (stream: Readable) => {
    for (;;) {
      while (at < batch.length) if (!stream.push(batch[at++])) return
      const next = await iterator.next()
      if (next.done === true) return void stream.push(null)
      batch = next.value
      at = 0
    }
  }
  return new Readable({
    objectMode: true,
    read() {
      fill(this).catch((error) => this.destroy(error))
    },
    destroy(error, done) {
      ending.abort(new SluiceError('E_INTERRUPTED', 'the stream of rows was destroyed'))
      iterator.return(undefined).then(
        () => done(error),
        () => done(error),
      )
    },
  })
}
