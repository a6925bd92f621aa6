import { dirname, isAbsolute, resolve } from 'node:path'
import type { ManifestAccount } from '../client/index.js'
import { SluiceError } from '../errors.js'
import { type Place, sharedPlaces } from '../files/places.js'
import { readTextFile } from '../files/text.js'
import { HERE, requireLocalPath } from '../files/url-text.js'
import { suggestion } from '../model/suggest.js'
import { CATCH_UP_TIMES, type CatchUp, catchUp } from './catch-up.js'
import { fingerprint, identityHash } from './domain-key.js'
import type { Environment } from './environment.js'
import { isRemoving, repeatedOutputs, replacesOther, tableKey } from './outputs-of-times.js'
import { type ParsedManifest, parseManifest, refuse } from './parse.js'
import { outputPlaces, placesOfManifest } from './places.js'
import type { PlannedExport } from './planned-export.js'
import type { Problem } from './problems.js'
import { type ResolvedExport, resolveExport } from './resolve.js'
import { repeatedPeriods } from './schedule.js'
import type { HookCommand } from './schema.js'
import { StateFile } from './state-file.js'
import { chosenTimes, type TimeChoice } from './times.js'
import type { Zone } from './zone.js'

/** A run of a manifest with everything filled in; nothing was started yet. */
export interface RunPlan {
  /** The manifest's absolute path; undefined for one that is an object. */
  readonly path: string | undefined
  /** The same as the user has written it. */
  readonly file: string
  /** The folder that paths of the manifest are relative to, absolute. */
  readonly folder: string
  /** Where it is kept what was done. */
  readonly statePath: string
  /** In milliseconds since 1970; the latest of several. */
  readonly scheduledTime: number
  /** All of them, in order: several in a backfill, and where missed ones are caught up with. */
  readonly scheduledTimes: readonly number[]
  /** How many of them are worked on at the same time. */
  readonly parallel: number
  /** A scheduled time that is missing as well, but too long ago to be caught up with. */
  readonly leftOut: number | undefined
  /** Account settings of the manifest. */
  readonly account: ManifestAccount
  readonly zone: Zone
  readonly concurrency: number
  /** The names of the exports that were asked for; undefined for all. */
  readonly only: readonly string[] | undefined
  /** Places that all exports of the manifest, and the manifest itself, read and write, even if `only` leaves them out. */
  readonly places: readonly Place[]
  /** Those that were asked for, by scheduled time and then in the order of the manifest. */
  readonly exports: readonly PlannedExport[]
  /** One of its exports for another scheduled time. */
  readonly planFor: (name: string, scheduledTime: number) => Promise<PlannedExport>
  readonly onSuccess: HookCommand | undefined
  readonly onFailure: HookCommand | undefined
  readonly hookTimeoutMs: number
}

export interface PlanOptions extends TimeChoice {
  /** The manifest, relative to `cwd`; for one that is an object, what it is called. */
  readonly file: string
  /** The text of a manifest that is an object, whose folder is `cwd`. */
  readonly source?: string | undefined
  readonly cwd: string
  readonly env: Environment
  /** Finds the account: where the jobs run, and the database of those that name none. */
  readonly accountFor: (manifest: ManifestAccount) => {
    readonly endpoint: string
    readonly database: string | undefined
  }
  /**
   * Names of exports.
   *
   * @default all
   */
  readonly only?: readonly string[] | undefined
  /**
   * The state, relative to `cwd`.
   *
   * @default beside the manifest; an object needs one
   */
  readonly state?: string | undefined
  /**
   * Scheduled times of a range that are worked on at the same time.
   *
   * @default 1
   */
  readonly parallel?: number | undefined
  /**
   * Milliseconds since 1970.
   *
   * @default those of the system's clock
   */
  readonly now?: number | undefined
}

/** Most exports of one start, those of all its scheduled times together. */
const MOST_EXPORTS = 100_000

/** Where the state of a manifest is kept unless it is said otherwise: beside it. */
export function statePathOf(manifestPath: string): string {
  return `${manifestPath}.state.json`
}

/**
 * Reads a manifest and fills in everything. Nothing is sent or written.
 *
 * @throws SluiceError `E_CONFIG` with all problems as `ManifestProblems`, `E_IO` when the manifest cannot be read,
 * `E_USAGE` for an invalid time and for a name in `only` that is not in the manifest.
 */
export async function planRun(options: PlanOptions): Promise<RunPlan> {
  const { source } = options
  const at = resolve(options.cwd, options.file)
  const path = source === undefined ? at : undefined
  const folder = source === undefined ? dirname(at) : options.cwd
  const parsed = parseManifest(source ?? (await read(at, options.file)), options.file, path === undefined)
  const { manifest } = parsed
  if (options.state !== undefined) requireLocalPath(options.state, 'the state', HERE)
  const statePath = options.state === undefined ? statePathOf(at) : resolve(options.cwd, options.state)
  requireKnown(options.only ?? [], parsed)
  const only = new Set(options.only ?? manifest.exports.map(({ name }) => name))
  const chosen = chosenTimes(options, manifest.schedule, manifest.timezone, options.now ?? Date.now())
  const caught = isPresent(options)
    ? await missedExports(parsed, [...only], statePath, chosen[0]!)
    : undefined
  const scheduledTimes = caught?.times ?? chosen
  if (options.parallel !== undefined && isPresent(options))
    throw new SluiceError('E_USAGE', '--parallel needs --from or --last')
  if (scheduledTimes.length * manifest.exports.length > MOST_EXPORTS) {
    const count = `${scheduledTimes.length} scheduled times of ${manifest.exports.length} exports`
    throw new SluiceError('E_USAGE', `${count} are more than ${MOST_EXPORTS} exports at once`)
  }
  const problems: Problem[] = []
  const repeated = repeatedPeriods(scheduledTimes[0]!, manifest.schedule, manifest.timezone)
  const account: ManifestAccount = {
    file: options.file,
    folder,
    profile: manifest.profile,
    apiKeyCommand: manifest.api_key_command,
  }
  const { endpoint, database } = options.accountFor(account)
  const context = { ...options, endpoint, database, parsed, folder, repeated, problems }
  const resolved: ResolvedExport[][] = []
  for (const scheduledTime of scheduledTimes) {
    resolved.push(manifest.exports.map((_, i) => resolveExport(i, { ...context, scheduledTime })))
    if (resolved.length === 1) problems.push(...doubles(parsed, resolved[0]!))
    // The others have the same.
    if (problems.length > 0) break
  }
  refuse(options.file, problems)
  if (caught === undefined) refuse(options.file, repeatedOutputs(parsed, resolved))
  const isWanted = (each: ResolvedExport, i: number) => {
    const { name, scheduledTime } = each.job
    if (!only.has(name)) return false
    if (caught === undefined || scheduledTime === chosen[0]) return true
    return caught.isMissed(name, scheduledTime) && !replacesOther(each, resolved.at(-1)![i]!)
  }
  const exports = resolved.flatMap((each) => each.filter(isWanted))
  const times = new Set(exports.map(({ job }) => job.scheduledTime))
  return {
    path,
    file: options.file,
    folder,
    statePath,
    scheduledTime: scheduledTimes.at(-1)!,
    scheduledTimes: scheduledTimes.filter((time) => times.has(time)),
    parallel: options.parallel ?? 1,
    leftOut: caught?.leftOut,
    account,
    zone: manifest.timezone,
    concurrency: manifest.concurrency,
    only: options.only,
    places: distinct(placesOfManifest(path, options.file, resolved.flat())),
    exports: exports.map((each) => ({
      ...each,
      name: each.job.name,
      jobHash: identityHash(each.job),
      writingHash: fingerprint(JSON.stringify(each.writing)),
    })),
    planFor: async (name, time) => {
      const only = { from: undefined, to: undefined, last: undefined, parallel: undefined, only: [name] }
      const other = await planRun({ ...options, ...only, scheduledTime: String(time / 1000) })
      return other.exports[0]!
    },
    onSuccess: manifest.on_success,
    onFailure: manifest.on_failure,
    hookTimeoutMs: manifest.hook_timeout,
  }
}

/** Whether a start stands for the present time, and not for one that it was told. */
function isPresent({ scheduledTime, from, last }: TimeChoice): boolean {
  return scheduledTime === undefined && from === undefined && last === undefined
}

async function missedExports(
  { manifest }: ParsedManifest,
  names: readonly string[],
  statePath: string,
  present: number,
): Promise<CatchUp | undefined> {
  if (manifest.catch_up === false) return undefined
  const limit = manifest.catch_up === true ? CATCH_UP_TIMES : manifest.catch_up
  return catchUp(await StateFile.read(statePath), names, present, limit, manifest)
}

/** Without those that an export has at each of its times, such as the file of its query. */
function distinct(places: readonly Place[]): Place[] {
  return [...new Map(places.map((place) => [`${place.what}\0${place.at}`, place])).values()]
}

async function read(path: string, shown: string): Promise<string> {
  return readTextFile(path, `the manifest ${shown}`)
}

function requireKnown(only: readonly string[], { manifest }: ParsedManifest): void {
  const names = manifest.exports.map(({ name }) => name)
  for (const name of only) {
    if (names.includes(name)) continue
    throw new SluiceError('E_USAGE', `there is no export ${name}${suggestion(name, names)}`, {
      hint: `the exports are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`,
    })
  }
}

/** Names must tell exports apart, and two exports must not write the same file. */
function doubles({ document }: ParsedManifest, resolved: readonly ResolvedExport[]): Problem[] {
  const named = new Set<string>()
  const names = resolved.flatMap(({ job: { name } }, i) => {
    if (!named.has(name)) {
      named.add(name)
      return []
    }
    return [document.problem(['exports', i, 'name'], `there is another export of the name ${name}`)]
  })
  const indexes = new Map(
    resolved.flatMap((each, i) => outputPlaces(each).map((place) => [place, i] as const)),
  )
  // One with a problem of its own has no place yet.
  const outputs = [...indexes.keys()].filter(({ at }) => isAbsolute(String(at)))
  const shared = sharedPlaces(outputs).map(([first, second]) => {
    const [one, other] = [indexes.get(first)!, indexes.get(second)!]
    const message =
      one === other
        ? `two of its outputs are the same place: ${second.at}`
        : `the export ${resolved[one]!.job.name} writes the same output`
    return document.problem(['exports', other, 'output'], message)
  })
  return [...names, ...shared, ...tableDoubles(document, resolved)]
}

/** Exports may add rows to one table, but not remove those of another export. */
function tableDoubles(document: ParsedManifest['document'], resolved: readonly ResolvedExport[]): Problem[] {
  const first = new Map<string, string>()
  const firstRemoving = new Map<string, string>()
  return resolved.flatMap(({ job: { name }, writing }, i) => {
    if (!('table' in writing)) return []
    const key = tableKey(writing)
    const other = (isRemoving(writing) ? first : firstRemoving).get(key)
    if (!first.has(key)) first.set(key, name)
    if (isRemoving(writing) && !firstRemoving.has(key)) firstRemoving.set(key, name)
    if (other === undefined) return []
    const message = `the export ${other} writes the same table, and one of them removes the rows of the other`
    return [document.problem(['exports', i, 'output'], message)]
  })
}
