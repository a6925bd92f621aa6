import { finished } from 'node:stream/promises'
import { reworded, SluiceError } from '../errors.js'
import type { OpenSink, Sink, SinkContext, SinkResult, WrittenFile } from './contract.js'
import { openSink } from './open-sink.js'
import { type PromiseWithResolver, promiseWithResolver } from './promise-with-resolver.js'

/**
 * One of several sinks that become final together. Its `commit` is held back before its last step, the rename of a file
 * for example, until {@link publish}; so when one of them fails before that, none has left anything.
 */
export class Member {
  readonly format: string
  /** Name in messages. */
  readonly name: string
  readonly #sink: OpenSink
  readonly #published: PromiseWithResolver
  readonly #sealed: PromiseWithResolver
  #failure: Error | undefined
  #result: Promise<SinkResult> | undefined

  /** Opens a sink as a member. `context` is that of the whole, with the member's plan. */
  static async open(sink: Sink, context: SinkContext): Promise<Member> {
    const published = promiseWithResolver()
    const sealed = promiseWithResolver()
    const beforePublish = () => {
      sealed.resolve()
      return published.promise
    }
    return new Member(sink, await openSink(sink, { ...context, beforePublish }), sealed, published)
  }

  private constructor(
    { format, place = format }: Sink,
    sink: OpenSink,
    sealed: PromiseWithResolver,
    published: PromiseWithResolver,
  ) {
    this.format = format
    this.name = place
    this.#sink = sink
    this.#sealed = sealed
    this.#published = published
    finished(sink.input, { readable: false, cleanup: true }).catch((error: Error) => {
      this.#failure = error
    })
  }

  /** Rows read so far. */
  get rows(): number {
    return this.#sink.rows
  }

  /** Bytes of the output so far; see `OpenSink.bytes`. */
  get bytes(): number | undefined {
    return this.#sink.bytes
  }

  get copiesInput(): boolean {
    return this.#sink.copiesInput ?? false
  }

  /** Resolves when the sink has taken the bytes and wants more. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#settled((done) => this.#sink.input.write(bytes, done))
  }

  /** No more rows come. */
  end(): Promise<void> {
    return this.#settled((done) => this.#sink.input.end(done))
  }

  /** Makes everything durable that was written. It resolves when only the last step is left, if there is one. */
  async seal(): Promise<void> {
    this.#result = this.#sink.commit()
    await Promise.race([this.#result, this.#sealed.promise])
  }

  publish(): Promise<SinkResult> {
    this.#published.resolve()
    return this.#result!
  }

  async discard(reason: Error): Promise<void> {
    this.#published.reject(reason)
    await this.#result?.catch(() => {})
    await this.#sink.discard()
  }

  /** A stream that was destroyed says so to its writers, and only to those who asked before, why. */
  #settled(act: (done: (error?: Error | null) => void) => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      act((error) => {
        if (error) setImmediate(() => reject(this.#failure ?? error))
        else resolve()
      })
    })
  }
}

/** How many outputs a message names. */
const NAMED = 10

/**
 * Makes members final, `atOnce` at a time, once the whole that they belong to may be. Returns what each has written. When
 * one fails, those before it are final already, and the message names them.
 */
export async function publishAll(
  members: readonly Member[],
  context: SinkContext,
  atOnce = 1,
): Promise<SinkResult[]> {
  await context.beforePublish?.()
  const results: SinkResult[] = []
  for (let at = 0; at < members.length; at += atOnce) {
    const some = members.slice(at, at + atOnce)
    const settled = await Promise.allSettled(some.map((member) => member.publish()))
    results.push(...settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])))
    const failed = settled.find((one) => one.status === 'rejected')
    if (failed === undefined) continue
    const others = some.filter((_, i) => settled[i]!.status === 'fulfilled')
    throw partly(failed.reason, [...members.slice(0, at), ...others], members.length)
  }
  return results
}

/** Result of all members together; `results` is of {@link publishAll}. */
export function sumOf(members: readonly Member[], results: readonly SinkResult[]): SinkResult {
  return {
    path: undefined,
    bytesOut: results.reduce((sum, { bytesOut }) => sum + bytesOut, 0),
    replacedTexts: results.reduce((sum, { replacedTexts }) => sum + replacedTexts, 0),
    ...replacedCharactersOf(results),
    files: results.flatMap((result, i) => filesOf(result, members[i]!)),
  }
}

function replacedCharactersOf(results: readonly SinkResult[]): Pick<SinkResult, 'replacedCharacters'> {
  if (results.every((result) => result.replacedCharacters === undefined)) return {}
  return { replacedCharacters: results.reduce((sum, one) => sum + (one.replacedCharacters ?? 0), 0) }
}

function filesOf({ files, path, bytesOut, sha256 }: SinkResult, { rows }: Member): readonly WrittenFile[] {
  return (
    files ??
    (path === undefined ? [] : [{ path, rows, bytes: bytesOut, ...(sha256 !== undefined && { sha256 }) }])
  )
}

function partly(error: unknown, published: readonly Member[], all: number): unknown {
  if (published.length === 0 || !(error instanceof SluiceError)) return error
  const more = published.length > NAMED ? ` and ${published.length - NAMED} more` : ''
  const names = published.slice(0, NAMED).map(({ name }) => name)
  const final = `${published.length} of ${all} outputs are final already: ${names.join(', ')}${more}`
  return reworded(error, { message: `${error.message}; ${final}` })
}
