import { setTimeout as delay } from 'node:timers/promises'
import { ioError, SluiceError } from '../../errors.js'
import { removeDurably, writeDurably } from '../../files/durable.js'
import { acquireLock } from '../../files/lock.js'
import { readPlainFile } from '../../files/plain-file.js'
import type { ProcessIdentity } from '../../files/process-identity.js'

/** The name of an inventory in its folder: readers of data sets pass hidden files over, and no format ends so. */
export const INVENTORY_NAME = '.td-sluice-files'

/** A file as it was when its run had made it final. */
export interface ListedFile {
  /** Relative to the folder, with slashes. */
  readonly path: string
  readonly bytes: number
  readonly modifiedMs: number
}

/** Files that are about to become final, or did so before their run ended without listing them. */
export interface BegunFiles {
  readonly token: string
  /** The holder of the lock. */
  readonly holder: ProcessIdentity
  /** When its run began, in milliseconds. */
  readonly sinceMs: number
  /** Paths as of {@link ListedFile}, without the end that names the format. */
  readonly stems: readonly string[]
}

/** All that runs of one name have written and no later run has replaced. */
export interface ListedRun {
  readonly run: string
  readonly files: readonly ListedFile[]
  readonly begun: readonly BegunFiles[]
}

const HEAD = { format: 'td-sluice files 1' }

/** How many runs are remembered: those that wrote last. What older ones wrote is not looked after any more. */
const REMEMBERED = 100

/** How long another run of the same folder may be at its inventory, in milliseconds. */
const LONGEST_WAIT_MS = 60_000
const POLL_MS = 50

/**
 * Reads the list of the files in a folder of partitions, by name of their run, those that wrote last at the end.
 *
 * @throws SluiceError `E_IO` when it cannot be read, or is no list of td-sluice.
 */
export async function readInventory(path: string): Promise<Map<string, ListedRun>> {
  const found = await readPlainFile(path).catch((error) => {
    throw ioError(error, `the list ${path}`)
  })
  if (found === 'absent') return new Map()
  return parseInventory(found === 'no file' ? '' : found.text, path)
}

/** The runs in the text of a list. @throws SluiceError `E_IO` when it is none of td-sluice. */
export function parseInventory(text: string, path: string): Map<string, ListedRun> {
  try {
    const [head, ...lines] = text.trimEnd().split('\n')
    if (JSON.parse(head!).format !== HEAD.format) throw new TypeError('another format')
    return new Map(lines.map((line) => parseRun(JSON.parse(line))).map((run) => [run.run, run]))
  } catch (error) {
    throw new SluiceError('E_IO', `${path} is no list of files that td-sluice has written`, {
      cause: error,
      hint: 'move it away; what earlier runs have written here then stays',
    })
  }
}

/** The text of a list. */
export function inventoryText(runs: readonly ListedRun[]): string {
  return [HEAD, ...runs.slice(-REMEMBERED)].map((line) => `${JSON.stringify(line)}\n`).join('')
}

/**
 * Changes the list, while no other run does. `change` gets it as it is and returns the runs to put at its end.
 *
 * @throws SluiceError `E_IO` and `E_NO_SPACE`, `E_LOCKED` when another run keeps it for a minute.
 */
export async function changeInventory(
  path: string,
  signal: AbortSignal,
  change: (runs: Map<string, ListedRun>) => Promise<readonly ListedRun[]>,
): Promise<void> {
  const lock = await patientLock(path, signal)
  try {
    const runs = await readInventory(path)
    const lines = changedRuns(runs, await change(runs))
    lock.assertHeld()
    if (lines.length === 0) return await removeDurably(path)
    await writeDurably(path, inventoryText(lines))
  } catch (error) {
    throw ioError(error, `the list ${path}`)
  } finally {
    lock.release()
  }
}

/** The runs of a list after a change of some, which then stand at its end; a run without any file is dropped. */
export function changedRuns(
  runs: ReadonlyMap<string, ListedRun>,
  changed: readonly ListedRun[],
): readonly ListedRun[] {
  const names = new Set(changed.map(({ run }) => run))
  const unchanged = [...runs.values()].filter(({ run }) => !names.has(run))
  return [...unchanged, ...changed].filter(({ files, begun }) => files.length + begun.length > 0)
}

async function patientLock(path: string, signal: AbortSignal) {
  for (const started = performance.now(); ; ) {
    try {
      return await acquireLock(path, { signal })
    } catch (error) {
      const isHeld = error instanceof SluiceError && error.code === 'E_LOCKED'
      if (!isHeld || performance.now() - started > LONGEST_WAIT_MS) throw error
      await delay(POLL_MS)
    }
  }
}

/** Throws any error for what no run writes, such as a path that leads out of the folder. */
function parseRun({ run, files, begun }: ListedRun): ListedRun {
  const paths = [...files.map(({ path }) => path), ...begun.flatMap(({ stems }) => stems)]
  if (typeof run !== 'string' || !paths.every(isListable)) throw new TypeError('not a path in the folder')
  return { run, files, begun }
}

/** Whether a path leads to a file in the folder. */
export function isListable(path: unknown): path is string {
  return typeof path === 'string' && !path.split('/').some((part) => ['', '.', '..'].includes(part))
}
