import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { destroyQuietly } from '../../abort.js'
import { requireShape, SluiceError } from '../../errors.js'
import { assertUnlocked } from '../../files/lock.js'
import { RowBlocks, withoutLimit } from '../../kernel/blocks.js'
import type { Plan, PlanColumn } from '../../model/plan.js'
import type { RowBlock } from '../../model/row-block.js'
import { createRowReader, type RowBatch, type Value } from '../../rows/reader.js'
import { assertFinished } from '../assert-finished.js'
import type { OpenSink, Sink, SinkContext, SinkResult } from '../contract.js'
import { assertEncryptable } from '../targets/encrypted.js'
import { type Earlier, EarlierFiles } from './earlier-files.js'
import { INVENTORY_NAME, readInventory } from './inventory.js'
import { type CompletePartitionOptions, type PartitionOptions, partitionOptions } from './options.js'
import { type FolderState, type MakeSink, PartitionFiles } from './partition-files.js'
import { assertNameable, partitionPath } from './partition-path.js'
import { assertNoOtherReceipt, RECEIPT_NAME, ReceiptWriter } from './receipt.js'
import { RemoteEarlierFiles } from './remote-earlier.js'
import { anyRemoteFile, type RemoteFolder } from './remote-folder.js'
import { RemoteResult } from './remote-result.js'
import type { ReplacementRule } from './replacement.js'

export type { PartitionOptions } from './options.js'
export type { MakeSink } from './partition-files.js'
export type { EarlierFilesRule } from './rules.js'

/**
 * Writes each row to the file of its partition, in the layout of Hive: the values of the columns named make the path,
 * `date=2026-11-01/part-0`, which is given to the function that makes the sink of the file. Unsafe characters are
 * percent-encoded, NULL is `__HIVE_DEFAULT_PARTITION__`. Without columns there is one partition, whose files
 * `part-0`, `part-1`, … have `maxRowsPerFile` rows. A result without rows makes one file, `part-0`, with all columns,
 * unless the folder holds partitions of other runs.
 *
 * The files become final together: all are written and synced first, then renamed in a row. A failure before
 * that leaves none; one in between leaves those renamed so far, and says how many. Then the files are removed that earlier
 * runs have written in the same partitions and this one did not; see `earlierFiles` and `runName`.
 *
 * @example
 * partitionBy(['date'], (path) => csv(`${path}.csv.gz`), { folder: 'out' })
 * @throws SluiceError `E_USAGE` for wrong options, for a column that is not there, and when `encryptTo` says something else than the sinks
 *   of `make` do.
 */
export function partitionBy(
  columns: readonly string[],
  make: MakeSink,
  options: PartitionOptions = {},
): Sink {
  const areNames = Array.isArray(columns) && columns.every((name) => typeof name === 'string')
  requireShape(areNames, 'the columns to partition by', 'an array of names')
  requireShape(
    typeof make === 'function',
    'the second argument of partitionBy',
    'a function that makes a sink',
  )
  const complete = partitionOptions(options)
  return {
    format: 'partitions',
    place: complete.name,
    isEncrypted: complete.encryptTo !== undefined,
    prepare: async () => {
      await assertEncryptable(complete.encryptTo)
      if (!complete.clobber) await assertEmpty(complete)
      await complete.targetAt('part-0').prepare({ missingFolder: true })
      if (complete.remote !== undefined) return assertRemoteRoom(complete.remote, complete)
      if (complete.earlier === undefined) return
      const { folder } = complete.earlier
      await readInventory(join(folder, INVENTORY_NAME))
      if (!complete.receipt) return
      await assertNoOtherReceipt(folder)
      assertUnlocked(join(folder, RECEIPT_NAME))
    },
    open: async (context) => {
      const state = await openFolder(columns, complete, context)
      try {
        return new OpenPartitions(columns, make, complete, context, state)
      } catch (error) {
        state.receipt?.release()
        await state.removeFolder?.()
        throw error
      }
    },
  }
}

/** Facts about the folder, and its locks, before the first file. */
async function openFolder(
  columns: readonly string[],
  { earlier: options, remote: folder, receipt: hasReceipt, targetAt, rule }: CompletePartitionOptions,
  context: SinkContext,
): Promise<FolderState> {
  if (folder !== undefined && hasReceipt) return { columns, remote: await RemoteResult.open(folder, context) }
  if (folder !== undefined) return { columns, ...(await remoteEarlier(folder, rule, context)) }
  if (options === undefined) return { columns }
  if (!hasReceipt) return { columns, earlier: await EarlierFiles.find(options, context) }
  const removeFolder = await targetAt('part-0').makeFolder!()
  let receipt: ReceiptWriter | undefined
  try {
    receipt = await ReceiptWriter.open(options.folder, context)
    return { columns, receipt, removeFolder, earlier: await EarlierFiles.find(options, context) }
  } catch (error) {
    receipt?.release()
    await removeFolder()
    throw error
  }
}

/** @throws SluiceError when what a run would need of a folder in a store or on a server is not to be had. */
async function assertRemoteRoom(
  folder: RemoteFolder,
  { receipt, rule }: CompletePartitionOptions,
): Promise<void> {
  if (receipt) await RemoteResult.assertRoom(folder)
  else if (!rule.keep) await RemoteEarlierFiles.assertRoom(folder)
}

/** Who keeps what is there may lack the right to read it. */
async function remoteEarlier(
  folder: RemoteFolder,
  rule: ReplacementRule,
  context: SinkContext,
): Promise<{ earlier?: Earlier }> {
  try {
    return { earlier: await RemoteEarlierFiles.find(folder, rule, context) }
  } catch (error) {
    if (rule.keep && error instanceof SluiceError && error.code === 'E_FORBIDDEN') return {}
    throw error
  }
}

/** Hidden files are no part of what readers see. */
async function assertEmpty({ earlier, remote, name }: CompletePartitionOptions): Promise<void> {
  const names = earlier === undefined ? [] : await readdir(earlier.folder).catch(() => [])
  const found =
    remote === undefined ? names.find((each) => !each.startsWith('.')) : await anyRemoteFile(remote)
  if (found === undefined) return
  throw new SluiceError('E_EXISTS', `the folder ${name} holds ${found} and is not to be replaced`)
}

class OpenPartitions implements OpenSink {
  readonly input: Writable
  readonly copiesInput = true
  rows = 0
  /** Rows that went into files: those before the limit. */
  #written = 0
  readonly #files: PartitionFiles
  readonly #earlier: Earlier | undefined
  readonly #limit: number
  readonly #limitReached: () => void
  readonly #names: readonly string[]
  readonly #targetAt: CompletePartitionOptions['targetAt']
  /** Partitions that were found to have a name: rows in random order come back to each in every block. */
  readonly #nameable = new Set<string>([''])
  readonly #readKeys: (block: RowBlock) => RowBatch<Value[]>

  constructor(
    columns: readonly string[],
    make: MakeSink,
    options: CompletePartitionOptions,
    context: SinkContext,
    state: FolderState,
  ) {
    const blocks = new RowBlocks(context.plan, context.limits)
    const keys = columns.map((name) => columnNamed(blocks.plan, name))
    this.#limit = context.plan.limit ?? Number.POSITIVE_INFINITY
    this.#limitReached = context.limitReached
    this.#names = columns
    this.#targetAt = options.targetAt
    this.#earlier = state.earlier
    this.#readKeys = createRowReader({ ...blocks.plan, columns: keys }, { shape: 'array', int64: 'string' })
    this.#files = new PartitionFiles(make, options, context, planOfFiles(blocks.plan, keys, options), state)
    this.input = new Writable({
      write: (chunk: Uint8Array, _encoding, done) => {
        this.#take(blocks.push(chunk)).then(() => done(), done)
      },
      final: (done) => {
        // After the limit the last chunk may end inside a row; a limit of 0 is only reached by the first row.
        const rest = this.rows === 0 || this.rows < this.#limit ? blocks.end() : []
        this.#take(rest)
          .then(() => this.#tellColumns(blocks.plan))
          .then(() => this.#files.end())
          .then(() => done(), done)
      },
    })
  }

  async commit(): Promise<SinkResult> {
    assertFinished(this.input, 'the sink of partitions')
    return this.#files.publish()
  }

  async discard(): Promise<void> {
    destroyQuietly(this.input)
    await this.#files.discard()
  }

  /** A result without rows has one file that tells readers the columns, unless rows of other runs tell them. */
  async #tellColumns(plan: Plan): Promise<void> {
    if (this.#written > 0 || (this.#names.length > 0 && this.#earlier?.othersStay)) return
    await this.#files.writeNone(withoutLimit(plan))
  }

  async #take(blocks: Iterable<RowBlock>): Promise<void> {
    for (const block of blocks) {
      const wanted = Math.min(block.rows, this.#limit - this.rows)
      this.rows += block.rows
      this.#written += wanted
      for (const [partition, rows] of this.#split(block, wanted)) await this.#files.write(partition, rows)
      if (this.rows >= this.#limit) return this.#limitReached()
    }
  }

  /** The first rows of a block by their partitions, in the order in which these come. */
  #split(block: RowBlock, wanted: number): Map<string, Uint8Array[]> {
    const { rows: keys, offsets } = this.#readKeys(block)
    const split = new Map<string, Uint8Array[]>()
    for (let i = 0; i < wanted; i++) {
      const partition = partitionPath(this.#names, keys[i]!, block.firstRow + i)
      if (!this.#nameable.has(partition)) {
        assertNameable(this.#targetAt, partition, block.firstRow + i)
        this.#nameable.add(partition)
      }
      const rows = split.get(partition)
      const row = block.bytes.subarray(offsets[i], offsets[i + 1])
      if (rows === undefined) split.set(partition, [row])
      else rows.push(row)
    }
    return split
  }
}

function columnNamed(plan: Plan, name: string): PlanColumn {
  const [column, another] = plan.columns.filter((candidate) => candidate.name === name)
  if (another !== undefined) {
    // Readers would take the folder's value for that of the other column as well.
    throw new SluiceError(
      'E_USAGE',
      `two columns are named ${JSON.stringify(name)}: the rows cannot be partitioned by it`,
      {
        hint: 'name the columns apart in the query: select a.x as x, b.x as other_x …',
      },
    )
  }
  if (column !== undefined) return column
  throw new SluiceError('E_USAGE', `there is no column ${JSON.stringify(name)} to partition by`, {
    hint: `the columns are ${plan.columns.map((candidate) => candidate.name).join(', ')}`,
  })
}

function planOfFiles(plan: Plan, keys: readonly PlanColumn[], options: CompletePartitionOptions): Plan {
  if (options.keepColumns) return withoutLimit(plan)
  const columns = plan.columns.filter((column) => !keys.includes(column))
  if (columns.length === 0) {
    throw new SluiceError('E_USAGE', 'the files would have no column: all of them are in the path', {
      hint: 'partition by fewer columns, or set keepColumns: true in a program',
    })
  }
  return { ...withoutLimit(plan), columns }
}
