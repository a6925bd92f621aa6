import { Readable } from 'node:stream'
import { SluiceError } from '../errors.js'
import type { Source } from '../sources/contract.js'
import type { OptionsFor } from '../transforms/options-for.js'
import type { OutputOf, StandardSchema } from '../transforms/validate.js'
import { checkedBatches } from './read-batches.js'
import { ITERATE_OPTIONS, type IterateOptions, type RowOf } from './row-types.js'
import { checkRun, openRun } from './run.js'

/**
 * The rows of a result, one at a time: objects in schema order that inherit nothing, or arrays with `shape: 'array'`.
 * Name their type (`rows<{ time: number }>(…)`), which is believed, or give a schema to `validate`, which is checked. A type
 * that needs an option, as `bigint` needs `int64: 'bigint'`, compiles only with it.
 *
 * At most about 8 MiB are read ahead of the loop. Leaving it by `break`, `return` or `throw`, or the option `signal`,
 * closes the connection at once.
 *
 * Rows are provisional until the loop has ended by itself: a failure, or a count that disagrees with the job record,
 * throws after rows were seen.
 *
 * @example
 * for await (const row of rows(job('123456'))) console.log(row.path)
 * @throws SluiceError from the loop, as all functions that run; from the call `E_USAGE` for what is no source, and for an
 *   option that is unknown or has another shape.
 */
export function rows<S extends StandardSchema>(
  source: Source,
  options: Omit<IterateOptions, 'validate'> & { validate: S },
): AsyncGenerator<OutputOf<S>>
export function rows<O extends IterateOptions = Record<never, never>>(
  source: Source,
  options?: O,
): AsyncGenerator<RowOf<O>>
export function rows<T extends object>(
  source: Source,
  ...options: OptionsFor<T, IterateOptions>
): AsyncGenerator<T>
export function rows(source: Source, options: IterateOptions = {}): AsyncGenerator<unknown> {
  return each(batches(source, options))
}

/**
 * As {@link rows}, an array of rows at a time, some thousand of them: quicker where a row is little work.
 *
 * @example
 * let count = 0
 * for await (const batch of batches(job('123456'))) count += batch.length
 */
export function batches<S extends StandardSchema>(
  source: Source,
  options: Omit<IterateOptions, 'validate'> & { validate: S },
): AsyncGenerator<OutputOf<S>[]>
export function batches<O extends IterateOptions = Record<never, never>>(
  source: Source,
  options?: O,
): AsyncGenerator<RowOf<O>[]>
export function batches<T extends object>(
  source: Source,
  ...options: OptionsFor<T, IterateOptions>
): AsyncGenerator<T[]>
export function batches(source: Source, options: IterateOptions = {}): AsyncGenerator<unknown[]> {
  checkRun(source, options, ITERATE_OPTIONS)
  return run(source, options)
}

async function* each<T>(lists: AsyncIterable<readonly T[]>): AsyncGenerator<T> {
  for await (const list of lists) yield* list
}

async function* run(source: Source, options: IterateOptions): AsyncGenerator<unknown[]> {
  yield* checkedBatches(await openRun(source, options, ITERATE_OPTIONS), options)
}

/**
 * The rows of a result as a Node stream in object mode, one row a chunk, for `stream.pipeline` and everything that
 * takes a `Readable`; `Readable.toWeb` makes a web stream of it. Destroying it closes the connection at once.
 *
 * It ends only when the result was complete, and is destroyed with a `SluiceError` otherwise. For batches of
 * rows, which cost less, there is `Readable.from(batches(source))`.
 *
 * @example
 * toReadable(job('123456')).on('data', (row) => console.log(row.path))
 */
export function toReadable(source: Source, options: IterateOptions = {}): Readable {
  checkRun(source, options, ITERATE_OPTIONS)
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
