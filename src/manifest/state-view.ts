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
import { requireOwnState } from './state-owner.js'
import { utcTime } from './time-text.js'
import { UTC } from './zone.js'

const STATE_END = statePathOf('')

/** Which state a command is about. */
interface StateChoice {
  /** The manifest, or the state itself, relative to `cwd`. */
  readonly file: string
  /** The state, where it does not lie beside the manifest. */
  readonly state: string | undefined
  readonly cwd: string
}

interface OpenedState {
  readonly state: StateFile
  readonly path: string
  /** Undefined when the file is the state itself. */
  readonly manifest: Manifest | undefined
  /** The manifest's absolute path. */
  readonly manifestPath: string | undefined
}

/**
 * The state of a manifest, or the one that a file is.
 *
 * @throws SluiceError `E_IO` for a file that cannot be read, `E_CONFIG` for one that is neither.
 */
export async function openState({ file, state: given, cwd }: StateChoice): Promise<OpenedState> {
  const isState = file.endsWith(STATE_END)
  if (isState && given !== undefined)
    throw new SluiceError('E_USAGE', `${file} is a state itself; --state is for a manifest`)
  const at = resolve(cwd, file)
  const manifest = isState
    ? undefined
    : parseManifest(await readTextFile(at, `the manifest ${file}`), file).manifest
  const path = isState ? at : resolve(cwd, given ?? statePathOf(at))
  const manifestPath = isState ? undefined : at
  return { state: await StateFile.read(path), path, manifest, manifestPath }
}

/** Content of a state file, the scheduled times of each export in order. */
export function describeState(state: StateFile) {
  const exports = state.names().map((name) => ({
    name,
    manifest: state.manifestOf(name) ?? null,
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
 * @throws SluiceError `E_LOCKED` when one is, `E_USAGE` for an unknown export and an invalid time, `E_CONFIG` when the export is
 * that of another manifest.
 */
export async function setWatermark(
  choice: StateChoice,
  name: string,
  value: string,
  options: LockOptions,
): Promise<{ readonly before: string | undefined; readonly after: string }> {
  const { path, manifest, manifestPath, state: known } = await openState(choice)
  requireExport(name, manifest, known)
  const after = timeOf(value, manifest)
  return changeState(path, undefined, options, async (state) => {
    if (manifestPath !== undefined) await requireOwnState(state, manifestPath, [name])
    const before = state.watermark(name)
    await state.setWatermark(name, after)
    return { before, after }
  })
}

/** An export of which another manifest, or nobody knows which, has kept the state so far. */
export interface AdoptedExport {
  readonly name: string
  readonly before: string | undefined
}

/**
 * Makes the exports of a manifest that its state knows its own, whichever manifest they were exports of, while no run is at work.
 *
 * @throws SluiceError `E_LOCKED` when one is, `E_USAGE` when no manifest is named.
 */
export async function adoptExports(choice: StateChoice, options: LockOptions): Promise<AdoptedExport[]> {
  const { path, manifest, manifestPath } = await openState(choice)
  if (manifest === undefined)
    throw new SluiceError(
      'E_USAGE',
      `${choice.file} is a state; name the manifest that takes its exports over`,
    )
  return changeState(path, manifestPath, options, async (state) => {
    const adopted: AdoptedExport[] = []
    for (const { name } of manifest.exports) {
      const before = state.manifestOf(name)
      const last = [...state.history(name)].at(-1)
      if (last === undefined || before === manifestPath) continue
      await state.write(name, ...last)
      adopted.push({ name, before })
    }
    return adopted
  })
}

async function changeState<T>(
  path: string,
  manifestPath: string | undefined,
  options: LockOptions,
  change: (state: StateFile) => Promise<T>,
): Promise<T> {
  const lock = await acquireLock(await throughLinks(path), options)
  try {
    // Not as it was before the lock.
    const state = await StateFile.read(path)
    await state.own(() => lock.assertHeld(), manifestPath)
    return await change(state)
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
