import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, realpath, unlink } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { ioError, SluiceError } from '../../errors.js'
import { syncFolder, writeDurably } from '../../files/durable.js'
import { acquireLock, type FileLock } from '../../files/lock.js'
import { readPlainFile } from '../../files/plain-file.js'
import { VERSION } from '../../version.js'
import type { SinkContext, SinkResult, WrittenFile } from '../contract.js'
import { writtenColumns } from '../formats/schema-file.js'

/** The name of a receipt in its folder. */
export const RECEIPT_NAME = 'manifest.json'

const WRITER = 'td-sluice'

/** The text of a receipt: what the folder holds. It is there only while all of that is. */
export interface Receipt {
  readonly writer: string
  readonly format: string
  readonly partitionBy: readonly string[]
  readonly jobId: string | null
  /** SHA-256 of the text of the query; null where none is known. */
  readonly querySha256: string | null
  /** All columns, those of the path included. */
  readonly schema: readonly { readonly name: string; readonly type: string }[]
  readonly rows: number
  readonly bytes: number
  /** Paths are relative to the folder, with slashes. */
  readonly files: readonly WrittenFile[]
}

/** How a folder is divided. */
export type FolderShape = Pick<Receipt, 'format' | 'partitionBy'>

/** The text of the receipt of files, whose paths relative to the folder are `paths`. */
export function receiptText(
  files: readonly WrittenFile[],
  paths: readonly string[],
  { plan, jobId, querySha256 }: SinkContext,
  { format, partitionBy }: FolderShape,
): string {
  const receipt: Receipt = {
    writer: `${WRITER} ${VERSION}`,
    format,
    partitionBy,
    jobId: jobId ?? null,
    querySha256: querySha256 ?? null,
    schema: writtenColumns(plan),
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files: files.map((file, i) => ({ ...file, path: paths[i]! })),
  }
  return `${JSON.stringify(receipt, null, 2)}\n`
}

/** Reads the receipt of a folder: `none` is there, or the file of that name is `foreign`. @throws SluiceError `E_IO` */
export async function readReceipt(folder: string): Promise<Receipt | 'none' | 'foreign'> {
  const path = join(folder, RECEIPT_NAME)
  const found = await readPlainFile(path).catch((error) => {
    throw ioError(error, path)
  })
  if (found === 'absent') return 'none'
  return found === 'no file' ? 'foreign' : parseReceipt(found.text)
}

export function parseReceipt(text: string): Receipt | 'foreign' {
  try {
    const receipt = JSON.parse(text) as Receipt
    const isOne = receipt.writer.startsWith(`${WRITER} `) && receipt.files.every(isWritten)
    return isOne ? receipt : 'foreign'
  } catch {
    return 'foreign'
  }
}

function isWritten({ path, bytes }: WrittenFile): boolean {
  return typeof path === 'string' && typeof bytes === 'number'
}

/** @throws SluiceError `E_EXISTS` for another file with the receipt's name. */
export async function assertNoOtherReceipt(folder: string): Promise<void> {
  if ((await readReceipt(folder)) === 'foreign') throw foreignReceipt(join(folder, RECEIPT_NAME))
}

export function foreignReceipt(path: string): SluiceError {
  return new SluiceError('E_EXISTS', `${path} is no receipt that td-sluice has written`, {
    hint: 'move it away, or write no receipt',
  })
}

/** Removes the receipt of an earlier run, so that it is gone before the first file changes. */
export async function removeReceipt(folder: string): Promise<void> {
  const found = await readReceipt(folder)
  if (found === 'none' || found === 'foreign') return
  const path = join(folder, RECEIPT_NAME)
  try {
    await unlink(path)
    await syncFolder(folder)
  } catch (error) {
    throw ioError(error, path)
  }
}

/** The receipt that a run will write. Until its end no other run writes one in the same folder. */
export class ReceiptWriter {
  readonly #folder: string
  readonly #lock: FileLock

  /** The folder must be there. @throws SluiceError `E_LOCKED` when another run is at work on it. */
  static async open(folder: string, context: SinkContext): Promise<ReceiptWriter> {
    await assertNoOtherReceipt(folder)
    return new ReceiptWriter(folder, await acquireLock(join(folder, RECEIPT_NAME), context))
  }

  private constructor(folder: string, lock: FileLock) {
    this.#folder = folder
    this.#lock = lock
  }

  /** To be called before files become final. @throws SluiceError `E_LOCKED` when the lock is lost. */
  assertHeld(): void {
    this.#lock.assertHeld()
  }

  /**
   * To be awaited when the folder holds the files and nothing else of td-sluice.
   *
   * @throws SluiceError `E_IO` and `E_NO_SPACE`: the files are final then, without a receipt.
   */
  async write({ files = [] }: SinkResult, context: SinkContext, shape: FolderShape): Promise<WrittenFile> {
    const path = join(this.#folder, RECEIPT_NAME)
    const root = await realpath(this.#folder)
    const paths = files.map((file) => relative(root, file.path).split(sep).join('/'))
    const text = receiptText(files, paths, context, shape)
    this.#lock.assertHeld()
    try {
      await writeDurably(path, text, this.#lock.newFileMode)
    } catch (error) {
      throw ioError(error, `the files are final, but not their receipt ${path}`)
    }
    return { path, rows: 0, bytes: Buffer.byteLength(text) }
  }

  /** Never throws. */
  release(): void {
    this.#lock.release()
  }
}

/** A file that a receipt records and that is still as it was then. */
export async function isUnchanged(folder: string, { path, bytes, sha256 }: WrittenFile): Promise<boolean> {
  const at = join(folder, path)
  try {
    const found = await lstat(at)
    if (!found.isFile() || found.size !== bytes || (await realpath(dirname(at))) !== dirname(at)) return false
    const hash = createHash('sha256')
    await pipeline(createReadStream(at), hash)
    return hash.digest('hex') === sha256
  } catch {
    return false
  }
}
