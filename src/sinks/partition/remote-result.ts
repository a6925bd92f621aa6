import { finished } from 'node:stream/promises'
import { reworded, SluiceError } from '../../errors.js'
import type { SinkContext, SinkResult, WrittenFile } from '../contract.js'
import { schemaFileOf } from '../formats/schema-file.js'
import type { Target } from '../targets/index.js'
import { INVENTORY_NAME, inventoryText, isListable, type ListedFile, parseInventory } from './inventory.js'
import { type FolderShape, foreignReceipt, parseReceipt, RECEIPT_NAME, receiptText } from './receipt.js'

/** Size of a file of a run that was killed before it was written down. */
const UNKNOWN_BYTES = -1

/** A folder that can hold a receipt although it is not one of the local file system. */
export type RemoteFolder = Target & Required<Pick<Target, 'join' | 'location'>>

/** Whether receipts can be read, removed and written there. */
export function isRemoteFolder(folder: Target): folder is RemoteFolder {
  const { read, remove } = folder.join?.(RECEIPT_NAME) ?? {}
  return folder.location !== undefined && read !== undefined && remove !== undefined
}

/**
 * The receipt of a folder in a store or on a server, which is one result then: what earlier receipts list and this run does not
 * write is removed. Nothing can be locked there, and listing thousands of objects would be slow. So a record beside the receipt
 * holds, from before the first file changes until the receipt is written, all files that may be there: a later run finds
 * those of one that was killed.
 */
export class RemoteResult {
  readonly #folder: RemoteFolder
  readonly #context: SinkContext
  readonly #earlier: readonly ListedFile[]

  /** @throws SluiceError `E_EXISTS` for another file with the receipt's name. */
  static async open(folder: RemoteFolder, context: SinkContext): Promise<RemoteResult> {
    return new RemoteResult(folder, context, await earlierFilesIn(folder))
  }

  /** Finds out before a run what would keep `open` from succeeding. @throws SluiceError as `open` */
  static async assertRoom(folder: RemoteFolder): Promise<void> {
    await earlierFilesIn(folder)
    const record = folder.join(INVENTORY_NAME)
    // The right to remove is needed when the rows are there.
    if ((await record.read!()) === undefined) await record.remove!()
  }

  private constructor(folder: RemoteFolder, context: SinkContext, earlier: readonly ListedFile[]) {
    this.#folder = folder
    this.#context = context
    this.#earlier = earlier
  }

  /** To be awaited before the first file becomes final: records what may be there, and removes the receipt. */
  async begin(names: readonly string[]): Promise<void> {
    const own = names.flatMap((name) => this.#relative(name)).flatMap((path) => [path, schemaFileOf(path)])
    const files = [...this.#earlier, ...own.map((path) => ({ path, bytes: UNKNOWN_BYTES, modifiedMs: 0 }))]
    await this.#write(INVENTORY_NAME, inventoryText([{ run: '', files, begun: [] }]))
    await this.#folder.join(RECEIPT_NAME).remove!()
  }

  /**
   * To be awaited when all files are final: removes the earlier ones and writes the receipt.
   *
   * @throws SluiceError: the files are final then, without a receipt.
   */
  async write({ files = [] }: SinkResult, shape: FolderShape): Promise<WrittenFile> {
    const paths = files.map(({ path }) => this.#relative(path)[0] ?? path)
    try {
      await this.#removeEarlier(new Set(paths))
      const text = receiptText(files, paths, this.#context, shape)
      const path = await this.#write(RECEIPT_NAME, text)
      await this.#folder.join(INVENTORY_NAME).remove!()
      return { path, rows: 0, bytes: Buffer.byteLength(text) }
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      throw reworded(error, { message: `the files are final, but not their receipt: ${error.message}` })
    }
  }

  /** Removes files that are as they were written. */
  async #removeEarlier(own: ReadonlySet<string>): Promise<void> {
    const removed: string[] = []
    for (const { path, bytes } of this.#earlier) {
      if (own.has(path)) continue
      const target = this.#folder.join(path)
      const found = await target.size!()
      if (found === undefined || (bytes !== UNKNOWN_BYTES && found !== bytes)) continue
      await target.remove!()
      removed.push(path)
    }
    if (removed.length === 0) return
    const what = removed.length === 1 ? removed[0] : `${removed.length} files, ${removed[0]} among them`
    const them = removed.length === 1 ? 'it' : 'them'
    const message = `removed ${what}: an earlier run wrote ${them} here, and this one did not`
    this.#context.notice({ code: 'N_EARLIER_FILES', message })
  }

  async #write(name: string, text: string): Promise<string> {
    const target = this.#folder.join(name)
    const { signal } = this.#context
    const output = await target.open({ signal })
    try {
      output.writable.end(text)
      await finished(output.writable)
    } catch (error) {
      await output.discard()
      throw error
    }
    await output.commit()
    return target.location!
  }

  /** The path of a file in the folder; none for one that lies elsewhere. */
  #relative(location: string): string[] {
    const start = `${this.#folder.location.replace(/\/$/, '')}/`
    return location.startsWith(start) ? [location.slice(start.length)] : []
  }
}

/** Removes the receipt of an earlier run: it is true no more when files change. */
export async function removeRemoteReceipt(folder: RemoteFolder): Promise<void> {
  const target = folder.join(RECEIPT_NAME)
  // A user without receipts may lack the right to read.
  const text = await target.read!().catch(() => undefined)
  if (text !== undefined && parseReceipt(text) !== 'foreign') await target.remove!()
}

/** Files of earlier runs, by their receipt, or by the record of a killed run. */
async function earlierFilesIn(folder: RemoteFolder): Promise<ListedFile[]> {
  const target = folder.join(RECEIPT_NAME)
  const text = await target.read!()
  const receipt = text === undefined ? undefined : parseReceipt(text)
  if (receipt === 'foreign') throw foreignReceipt(target.name)
  const record = folder.join(INVENTORY_NAME)
  const runs = parseInventory((await record.read!()) ?? inventoryText([]), record.name)
  const listed = [...runs.values()].flatMap(({ files }) => files)
  const recorded = (receipt?.files ?? []).map(({ path, bytes }) => ({ path, bytes, modifiedMs: 0 }))
  return [...new Map([...listed, ...recorded].map((file) => [file.path, file])).values()].filter(({ path }) =>
    isListable(path),
  )
}
