import { SluiceError } from '../../errors.js'
import type { Plan } from '../../model/plan.js'
import { skipValue } from '../../rows/tokens.js'
import type { Sink, SinkContext, SinkResult } from '../contract.js'
import { Member, publishAll, sumOf } from '../together.js'
import type { Earlier } from './earlier-files.js'
import { FileRoom } from './file-room.js'
import { HeldRows } from './held-rows.js'
import type { CompletePartitionOptions } from './options.js'
import type { ReceiptWriter } from './receipt.js'
import type { RemoteResult } from './remote-result.js'

/** Makes the sink for one file. `path` is the file's, in its folder, without the end that names the format. */
export type MakeSink = (path: string) => Sink

/** The names of the files of partitions, in their folder and below. */
export const PART_FILES = { names: /^(part-\d+\.|\.td-sluice-files$|manifest\.json$)/, deep: true }

/** How many files are synced at the same time; each still has its encoder. */
const SEALING = 4

/** The folder of a run. */
export interface FolderState {
  /** Those that make partitions. */
  readonly columns: readonly string[]
  /** Files of earlier runs. */
  readonly earlier?: Earlier
  readonly receipt?: ReceiptWriter
  readonly remote?: RemoteResult
  /** Removes what was made of the folder already, where nothing was put into it. */
  readonly removeFolder?: () => Promise<void>
}

interface OpenFile {
  readonly member: Member
  /** Only counted where files are bounded. */
  rows: number
  /** Bytes of these rows, as msgpack. */
  given: number
}

function bytesOf({ bytes, format }: Member): number {
  if (bytes !== undefined && !Number.isNaN(bytes)) return bytes
  throw new SluiceError(
    'E_USAGE',
    `${format} does not tell how many bytes it has, which maxBytesPerFile needs`,
  )
}

function* rowsIn(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = skipValue(bytes, at)
    yield bytes.subarray(at, end)
    at = end
  }
}

/** The files of all partitions: some are open, the others sealed and waiting to become final with them. */
export class PartitionFiles {
  /** In the order of their last use. */
  readonly #open = new Map<string, OpenFile>()
  /** All of them, in the order in which they were begun. */
  readonly #members: Member[] = []
  readonly #parts = new Map<string, number>()
  /** Paths of all files in the folder, without the end that names the format. */
  readonly #stems: string[] = []
  /** Remove folders again that nothing was put into, in the order in which these were made. */
  readonly #removals: (() => Promise<void>)[] = []
  readonly #held: HeldRows
  readonly #make: MakeSink
  readonly #options: CompletePartitionOptions
  readonly #context: SinkContext
  readonly #plan: Plan

  readonly #earlier: Earlier | undefined
  readonly #receipt: ReceiptWriter | undefined
  readonly #remote: RemoteResult | undefined
  readonly #room: FileRoom | undefined
  readonly #columns: readonly string[]
  /** Files that are being synced: the disk does several at once faster than one after the other. */
  readonly #sealing = new Set<Promise<void>>()
  #sealFailure: { readonly error: unknown } | undefined

  /** @param plan that of the files */
  constructor(
    make: MakeSink,
    options: CompletePartitionOptions,
    context: SinkContext,
    plan: Plan,
    { columns, earlier, receipt, remote, removeFolder }: FolderState,
  ) {
    this.#columns = columns
    this.#earlier = earlier
    this.#receipt = receipt
    this.#remote = remote
    if (removeFolder !== undefined) this.#removals.push(removeFolder)
    if (options.maxBytesPerFile < Number.POSITIVE_INFINITY) this.#room = new FileRoom(options.maxBytesPerFile)
    this.#held = new HeldRows(options.maxHeldBytes)
    this.#make = make
    this.#options = options
    // The receipt has the hash of each file.
    const hasReceipt = receipt !== undefined || remote !== undefined
    this.#context = hasReceipt ? { ...context, hashOutput: true } : context
    this.#plan = plan
  }

  /**
   * Writes rows to the partition's file where that is open or may be, and holds them otherwise. When those held take too much, the
   * partition that has most of them gets a file, for as large files as may be.
   */
  async write(partition: string, rows: readonly Uint8Array[]): Promise<void> {
    if (this.#open.has(partition) || this.#open.size < this.#options.maxOpenFiles) {
      await this.#writeHeld(partition)
      return this.#append(partition, rows)
    }
    this.#held.add(partition, rows)
    while (this.#held.isFull) await this.#writeHeld(this.#held.fullest())
  }

  async #writeHeld(partition: string): Promise<void> {
    const { maxRowsPerFile, maxBytesPerFile } = this.#options
    const isBounded = Math.min(maxRowsPerFile, maxBytesPerFile) < Number.POSITIVE_INFINITY
    for (const bytes of this.#held.take(partition)) {
      await this.#append(partition, isBounded ? [...rowsIn(bytes)] : [bytes])
    }
  }

  /** Writes rows to the partition's file, or to as many as the bounds on files want. */
  async #append(partition: string, rows: readonly Uint8Array[]): Promise<void> {
    const { maxRowsPerFile } = this.#options
    for (let at = 0; at < rows.length; ) {
      const file = await this.#fileOf(partition)
      const to = Math.min(rows.length, at + maxRowsPerFile - file.rows)
      const count = this.#room?.rowsFor(rows, at, to, file.given, bytesOf(file.member)) ?? to - at
      if (count > 0) {
        const bytes = Buffer.concat(rows.slice(at, at + count))
        await file.member.write(bytes)
        file.rows += count
        file.given += bytes.length
        at += count
      }
      if (count === 0 || file.rows === maxRowsPerFile) await this.#beginSeal(partition, file)
    }
  }

  /** Writes the file that a result without rows has: it tells readers the columns, those of the partitions included. */
  async writeNone(plan: Plan): Promise<void> {
    await this.#fileOf('', plan)
  }

  async end(): Promise<void> {
    for (const [partition, file] of this.#open) await this.#beginSeal(partition, file)
    for (const partition of this.#held.partitions) {
      await this.#writeHeld(partition)
      const file = this.#open.get(partition)
      if (file !== undefined) await this.#beginSeal(partition, file)
    }
    await Promise.all(this.#sealing)
    this.#assertSealed()
  }

  async publish(): Promise<SinkResult> {
    await this.#context.beforePublish?.()
    this.#receipt?.assertHeld()
    const names = this.#members.map(({ name }) => name)
    await this.#earlier?.begin(this.#stems, names)
    await this.#remote?.begin(names)
    const context = { ...this.#context, beforePublish: undefined }
    const results = await publishAll(this.#members, context, this.#options.maxOpenFiles)
    const result = sumOf(this.#members, results)
    // Files of the folder itself are of a run without rows or without partitions, and this one has replaced them.
    await this.#earlier?.replaceBy(result.files ?? [], new Set(['', ...this.#parts.keys()]))
    const { format = 'none' } = this.#members[0] ?? {}
    const shape = { format, partitionBy: this.#columns }
    const receipt =
      (await this.#receipt?.write(result, this.#context, shape)) ?? (await this.#remote?.write(result, shape))
    this.#receipt?.release()
    return { ...result, ...(receipt && { receipt }) }
  }

  async discard(): Promise<void> {
    const reason = new SluiceError('E_INTERRUPTED', 'the output was discarded')
    await Promise.all(this.#members.map((member) => member.discard(reason)))
    this.#earlier?.end()
    this.#receipt?.release()
    for (const remove of this.#removals.reverse()) await remove()
  }

  async #fileOf(partition: string, plan = this.#plan): Promise<OpenFile> {
    const open = this.#open.get(partition)
    if (open !== undefined) {
      this.#open.delete(partition)
      this.#open.set(partition, open)
      return open
    }
    if (this.#open.size >= this.#options.maxOpenFiles) {
      const [oldest, file] = this.#open.entries().next().value!
      await this.#beginSeal(oldest, file)
    }
    const part = this.#parts.get(partition) ?? 0
    this.#parts.set(partition, part + 1)
    const stem = partition === '' ? `part-${part}` : `${partition}/part-${part}`
    this.#stems.push(stem)
    const target = this.#options.targetAt(stem)
    const remove = await target.makeFolder?.()
    if (remove !== undefined) this.#removals.push(remove)
    // Opening it checks all that preparing it would: the folder was probed before the job.
    const sink = this.#make(target.name)
    this.#requireSaid(sink)
    const openSinks = this.#options.maxOpenFiles
    const context = { ...this.#context, plan, openSinks, limitReached: () => {} }
    const member = await Member.open(sink, context)
    this.#members.push(member)
    const file = { member, rows: 0, given: 0 }
    this.#open.set(partition, file)
    return file
  }

  /** A file in plain form where recipients were named, or the other way round, is a mistake of the program. */
  #requireSaid({ isEncrypted = false }: Sink): void {
    const isWanted = this.#options.encryptTo !== undefined
    if (isEncrypted === isWanted) return
    const message = isWanted
      ? 'partitionBy is to encrypt its files, but make gives its sinks no encryptTo'
      : 'make encrypts the files, of which partitionBy was not told'
    throw new SluiceError('E_USAGE', message, {
      hint: 'give encryptTo to both: to partitionBy and to the sinks',
    })
  }

  /** Resolves when the file counts as closed, and not too many are being synced; see {@link SEALING}. */
  async #beginSeal(partition: string, { member }: OpenFile): Promise<void> {
    this.#open.delete(partition)
    const sealed = this.#seal(member)
    this.#sealing.add(sealed)
    sealed.finally(() => this.#sealing.delete(sealed))
    if (this.#sealing.size >= SEALING) await Promise.race(this.#sealing)
    this.#assertSealed()
  }

  async #seal(member: Member): Promise<void> {
    try {
      await member.end()
      await member.seal()
    } catch (error) {
      this.#sealFailure ??= { error }
    }
  }

  #assertSealed(): void {
    if (this.#sealFailure !== undefined) throw this.#sealFailure.error
  }
}
