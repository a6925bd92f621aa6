import { SluiceError } from '../../errors.js'
import type { Plan } from '../../model/plan.js'
import type { Sink, SinkContext, SinkResult } from '../contract.js'
import { Member, publishAll } from '../together.js'
import type { CompletePartitionOptions } from './options.js'

/** Makes the sink for one file. `path` is the file's, in its folder, without the end that names the format. */
export type MakeSink = (path: string) => Sink

/** The names of the files of partitions, in their folder and below. */
export const PART_FILES = { names: /^part-\d+\./, deep: true }

interface OpenFile {
  readonly member: Member
  rows: number
}

/** The files of all partitions: some are open, the others sealed and waiting to become final with them. */
export class PartitionFiles {
  /** In the order of their last use. */
  readonly #open = new Map<string, OpenFile>()
  /** All of them, in the order in which they were begun. */
  readonly #members: Member[] = []
  readonly #parts = new Map<string, number>()
  /** Remove folders again that nothing was put into, in the order in which these were made. */
  readonly #removals: (() => Promise<void>)[] = []
  readonly #make: MakeSink
  readonly #options: CompletePartitionOptions
  readonly #context: SinkContext
  readonly #plan: Plan

  /** @param plan that of the files */
  constructor(make: MakeSink, options: CompletePartitionOptions, context: SinkContext, plan: Plan) {
    this.#make = make
    this.#options = options
    this.#context = context
    this.#plan = plan
  }

  /** Writes rows to the partition's file, or to as many as the bound on rows wants. */
  async write(partition: string, rows: readonly Uint8Array[]): Promise<void> {
    const { maxRowsPerFile } = this.#options
    for (let at = 0; at < rows.length; ) {
      const file = await this.#fileOf(partition)
      const taken = rows.slice(at, at + maxRowsPerFile - file.rows)
      await file.member.write(Buffer.concat(taken))
      file.rows += taken.length
      at += taken.length
      if (file.rows === maxRowsPerFile) await this.#seal(partition, file)
    }
  }

  async end(): Promise<void> {
    await Promise.all([...this.#open].map(([partition, file]) => this.#seal(partition, file)))
  }

  publish(): Promise<SinkResult> {
    return publishAll(this.#members, this.#context, this.#options.maxOpenFiles)
  }

  async discard(): Promise<void> {
    const reason = new SluiceError('E_INTERRUPTED', 'the output was discarded')
    await Promise.all(this.#members.map((member) => member.discard(reason)))
    for (const remove of this.#removals.reverse()) await remove()
  }

  async #fileOf(partition: string): Promise<OpenFile> {
    const open = this.#open.get(partition)
    if (open !== undefined) {
      this.#open.delete(partition)
      this.#open.set(partition, open)
      return open
    }
    if (this.#open.size >= this.#options.maxOpenFiles) {
      const [oldest, file] = this.#open.entries().next().value!
      await this.#seal(oldest, file)
    }
    const part = this.#parts.get(partition) ?? 0
    this.#parts.set(partition, part + 1)
    const target = this.#options.targetAt(partition === '' ? `part-${part}` : `${partition}/part-${part}`)
    const remove = await target.makeFolder?.()
    if (remove !== undefined) this.#removals.push(remove)
    const sink = this.#make(target.name)
    await sink.prepare?.()
    const context = { ...this.#context, plan: this.#plan, limitReached: () => {} }
    const member = await Member.open(sink, context)
    this.#members.push(member)
    const file = { member, rows: 0 }
    this.#open.set(partition, file)
    return file
  }

  async #seal(partition: string, file: OpenFile): Promise<void> {
    await file.member.end()
    await file.member.seal()
    this.#open.delete(partition)
  }
}
