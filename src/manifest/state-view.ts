import { resolve } from 'node:path'
import { messageOf, SluiceError } from '../errors.js'
import { throughLinks } from '../files/durable.js'
import { acquireLock, type LockOptions } from '../files/lock.js'
import { readTextFile } from '../files/text.js'
import { suggestion } from '../model/suggest.js'
import { parseManifest } from './parse.js'
import { statePathOf } from './plan.js'
import { parseTime } from './schedule.js'
import type { Manifest } from './schema.js'
import { StateFile } from './state-file.js'
import { utcTime } from './time-text.js'
import { UTC } from './zone.js'

const STATE_END = statePathOf('')

interface OpenedState {
  readonly state: StateFile
  readonly path: string
  /** Undefined when the file is the state itself. */
  readonly manifest: Manifest | undefined
}

/**
 * The state of a manifest, or the one that a file is.
 *
 * @throws SluiceError `E_IO` for a file that cannot be read, `E_CONFIG` for one that is neither.
 */
export async function openState(file: string, given: string | undefined, cwd: string): Promise<OpenedState> {
  const isState = file.endsWith(STATE_END)
  if (isState && given !== undefined)
    throw new SluiceError('E_USAGE', `${file} is a state itself; --state is for a manifest`)
  const at = resolve(cwd, file)
  const manifest = isState
    ? undefined
    : parseManifest(await readTextFile(at, `the manifest ${file}`), file).manifest
  const path = isState ? at : resolve(cwd, given ?? statePathOf(at))
  return { state: await StateFile.read(path), path, manifest }
}

/** Content of a state file, the scheduled times of each export in order. */
export function describeState(state: StateFile) {
  const exports = state.names().map((name) => ({
    name,
    watermark: state.watermark(name) ?? null,
    times: [...state.history(name)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([scheduledTime, { jobId, attempt, complete, window }]) => ({
        scheduledTime,
        complete: complete !== null,
        completedAt: complete?.at ?? null,
        jobId,
        attempt,
        rows: complete?.rowsWritten ?? null,
        bytes: complete?.bytesOut ?? null,
        window: window === undefined ? null : { from: window.from, to: window.to },
        files: complete?.files.map(({ path }) => path) ?? [],
      })),
  }))
  return { state: state.path, exports }
}

/**
 * Sets how far an export has come, while no run is at work.
 *
 * @throws SluiceError `E_LOCKED` when one is, `E_USAGE` for an unknown export and an invalid time.
 */
export async function setWatermark(
  {
    file,
    state: given,
    cwd,
  }: { readonly file: string; readonly state: string | undefined; readonly cwd: string },
  name: string,
  value: string,
  options: LockOptions,
): Promise<{ readonly before: string | undefined; readonly after: string }> {
  const { path, manifest, state: known } = await openState(file, given, cwd)
  requireExport(name, manifest, known)
  const after = timeOf(value, manifest)
  const lock = await acquireLock(await throughLinks(path), options)
  try {
    // Not as it was before the lock.
    const state = await StateFile.read(path)
    await state.own(() => lock.assertHeld())
    const before = state.watermark(name)
    await state.setWatermark(name, after)
    return { before, after }
  } finally {
    lock.release()
  }
}

function requireExport(name: string, manifest: Manifest | undefined, state: StateFile): void {
  const names = manifest?.exports.map((each) => each.name) ?? state.names()
  if (!names.includes(name))
    throw new SluiceError('E_USAGE', `there is no export ${name}${suggestion(name, names)}`)
  const found = manifest?.exports.find((each) => each.name === name)
  if (found !== undefined && (found.watermark ?? manifest!.defaults.watermark) === undefined)
    throw new SluiceError('E_USAGE', `the export ${name} has no watermark in its manifest`)
}

function timeOf(value: string, manifest: Manifest | undefined): string {
  try {
    return utcTime(parseTime(value, manifest?.timezone ?? UTC))
  } catch (error) {
    throw new SluiceError('E_USAGE', `the watermark ${JSON.stringify(value)}: ${messageOf(error)}`)
  }
}
