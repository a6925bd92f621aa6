import type { SinkContext, SinkResult, WrittenFile } from '../contract.js'
import { schemaFileOf } from '../formats/schema-file.js'
import { INVENTORY_NAME, inventoryText, isListable, type ListedFile } from './inventory.js'
import { type FolderShape, foreignReceipt, RECEIPT_NAME, receiptText } from './receipt.js'
import {
  afterFiles,
  assertRemovable,
  pathBelow,
  type RemoteFolder,
  readRemoteInventory,
  readRemoteReceipt,
  remoteStrangers,
  removeUnchanged,
  UNKNOWN_BYTES,
  writeRemote,
} from './remote-folder.js'
import { tellRemoved, tellStrangers } from './strangers.js'

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
    await assertRemovable(folder)
  }

  private constructor(folder: RemoteFolder, context: SinkContext, earlier: readonly ListedFile[]) {
    this.#folder = folder
    this.#context = context
    this.#earlier = earlier
  }

  /** To be awaited before the first file becomes final: records what may be there, and removes the receipt. */
  async begin(names: readonly string[]): Promise<void> {
    const paths = names.map((name) => pathBelow(this.#folder, name)).filter((path) => path !== undefined)
    const own = paths.flatMap((path) => [path, schemaFileOf(path)])
    const files = [...this.#earlier, ...own.map((path) => ({ path, bytes: UNKNOWN_BYTES, modifiedMs: 0 }))]
    const text = inventoryText([{ run: '', files, begun: [] }])
    await writeRemote(this.#folder, INVENTORY_NAME, text, this.#context)
    await this.#folder.join(RECEIPT_NAME).remove!()
  }

  /**
   * To be awaited when all files are final: removes the earlier ones and writes the receipt.
   *
   * @throws SluiceError: the files are final then, without a receipt.
   */
  async write({ files = [] }: SinkResult, shape: FolderShape): Promise<WrittenFile> {
    const paths = files.map(({ path }) => pathBelow(this.#folder, path) ?? path)
    const own = new Set(paths)
    const earlier = this.#earlier.filter(({ path }) => !own.has(path))
    try {
      tellRemoved(await removeUnchanged(this.#folder, earlier), this.#context)
      const text = receiptText(files, paths, this.#context, shape)
      const path = await writeRemote(this.#folder, RECEIPT_NAME, text, this.#context)
      await this.#folder.join(INVENTORY_NAME).remove!()
      tellStrangers(await remoteStrangers(this.#folder, own.add(RECEIPT_NAME)), this.#context)
      return { path, rows: 0, bytes: Buffer.byteLength(text) }
    } catch (error) {
      throw afterFiles(error, 'their receipt')
    }
  }
}

/** Files of earlier runs, by their receipt, or by the record of a killed run. */
async function earlierFilesIn(folder: RemoteFolder): Promise<ListedFile[]> {
  const receipt = await readRemoteReceipt(folder)
  if (receipt === 'foreign') throw foreignReceipt(folder.join(RECEIPT_NAME).name)
  const runs = [...(await readRemoteInventory(folder)).values()]
  const begun = runs.flatMap((run) => run.begun.flatMap(({ stems }) => stems))
  const found = [
    ...begun.map((path) => ({ path, bytes: UNKNOWN_BYTES, modifiedMs: 0 })),
    ...runs.flatMap(({ files }) => files),
    ...(receipt?.files ?? []).map(({ path, bytes }) => ({ path, bytes, modifiedMs: 0 })),
  ]
  return [...new Map(found.map((file) => [file.path, file])).values()].filter(({ path }) => isListable(path))
}
