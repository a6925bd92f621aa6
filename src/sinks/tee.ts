import { Writable } from 'node:stream'
import { destroyQuietly } from '../abort.js'
import { requireShape, SluiceError } from '../errors.js'
import { assertFinished } from './assert-finished.js'
import type { OpenSink, Sink, SinkContext, SinkResult, WrittenOutput } from './contract.js'
import { Member, publishAll, sumOf } from './together.js'

/**
 * Writes the same rows to several sinks, at the pace of the slowest. They become final together: only when each of them
 * has everything durable, files are renamed, transactions committed, one after another. A failure before that leaves
 * none of them; one in between leaves those that came first, and the message names them.
 *
 * @example
 * await pipeline(source, tee(csv('result.csv.gz'), parquet('result.parquet')))
 * @throws SluiceError `E_USAGE` without a sink.
 */
export function tee(...sinks: readonly Sink[]): Sink {
  if (sinks.length === 0) throw new SluiceError('E_USAGE', 'tee needs at least one sink')
  const areSinks = sinks.every((sink) => typeof (sink as Sink | null)?.open === 'function')
  requireShape(areSinks, 'each argument of tee', 'a sink, such as csv(path)')
  // Those that were not opened yet.
  const waiting = [...sinks]
  return {
    format: sinks.map(({ format }) => format).join('+'),
    place: sinks.map(({ format, place = format }) => place).join(', '),
    isEncrypted: sinks.some(({ isEncrypted }) => isEncrypted),
    prepare: async () => {
      for (const sink of sinks) await sink.prepare?.()
    },
    open: (context) => openTee(waiting, context),
    abandon: (reason) => {
      for (const sink of waiting) sink.abandon?.(reason)
    },
  }
}

async function openTee(waiting: Sink[], context: SinkContext): Promise<OpenSink> {
  const count = waiting.length
  const members: Member[] = []
  const satisfied = new Set<number>()
  try {
    for (let i = 0; i < count; i++) {
      const limitReached = () => {
        // All have the same limit and get the same chunks, but each has its own pace.
        if (satisfied.add(i).size === count) context.limitReached()
      }
      members.push(await Member.open(waiting.shift()!, { ...context, limitReached }))
    }
  } catch (error) {
    await Promise.all(members.map((member) => member.discard(error as Error)))
    throw error
  }
  return new OpenTee(members, context)
}

class OpenTee implements OpenSink {
  readonly input: Writable
  readonly copiesInput: boolean
  readonly #members: readonly Member[]
  readonly #context: SinkContext

  constructor(members: readonly Member[], context: SinkContext) {
    this.#members = members
    this.#context = context
    this.copiesInput = members.every((member) => member.copiesInput)
    const all = (act: (member: Member) => Promise<void>, done: (error?: Error | null) => void) => {
      Promise.all(members.map(act)).then(() => done(), done)
    }
    this.input = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => all((member) => member.write(chunk), done),
      final: (done) => all((member) => member.end(), done),
    })
  }

  get rows(): number {
    return this.#members[0]!.rows
  }

  /** Of the largest. */
  get bytes(): number {
    return Math.max(...this.#members.map(({ bytes = Number.NaN }) => bytes))
  }

  async commit(): Promise<SinkResult> {
    assertFinished(this.input, 'the tee')
    for (const member of this.#members) await member.seal()
    const results = await publishAll(this.#members, this.#context)
    const outputs = this.#members.map(({ name, format }, i): WrittenOutput => {
      const { path, bytesOut: bytes, sha256, files, receipt } = results[i]!
      const several = { ...(files && { files }), ...(receipt && { receipt }) }
      return { name, format, path, bytes, ...(sha256 && { sha256 }), ...several }
    })
    return { ...sumOf(this.#members, results), outputs }
  }

  async discard(): Promise<void> {
    destroyQuietly(this.input)
    const reason = new SluiceError('E_INTERRUPTED', 'the output was discarded')
    await Promise.all(this.#members.map((member) => member.discard(reason)))
  }
}
