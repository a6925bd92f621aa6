import { dirname, isAbsolute, resolve } from 'node:path'
import { messageOf, SluiceError } from '../errors.js'
import { type Place, sharedPlaces } from '../files/places.js'
import { readTextFile } from '../files/text.js'
import { suggestion } from '../model/suggest.js'
import { fingerprint, identityHash } from './domain-key.js'
import type { Environment } from './environment.js'
import { type ParsedManifest, parseManifest, refuse } from './parse.js'
import { outputPlace, placesOfManifest } from './places.js'
import type { PlannedExport } from './planned-export.js'
import type { Problem } from './problems.js'
import { type ResolvedExport, resolveExport } from './resolve.js'
import { parseTime, periodStart, repeatedPeriods } from './schedule.js'
import type { HookCommand } from './schema.js'
import type { Zone } from './zone.js'

/** A run of a manifest with everything filled in; nothing was started yet. */
export interface RunPlan {
  /** The manifest's absolute path. */
  readonly path: string
  /** The same as the user has written it. */
  readonly file: string
  /** In milliseconds since 1970. */
  readonly scheduledTime: number
  readonly zone: Zone
  readonly concurrency: number
  /** What all exports of the manifest read and write, the others included, and the manifest itself. */
  readonly places: readonly Place[]
  /** Those that were asked for, in the order of the manifest. */
  readonly exports: readonly PlannedExport[]
  readonly onSuccess: HookCommand | undefined
  readonly onFailure: HookCommand | undefined
  readonly hookTimeoutMs: number
}

export interface PlanOptions {
  /** The manifest, relative to `cwd`. */
  readonly file: string
  readonly cwd: string
  readonly env: Environment
  /** Where the jobs run. */
  readonly endpoint: string
  /** A time as a user writes it. Default: when the present period of the schedule began. */
  readonly scheduledTime?: string | undefined
  /** Names of exports. Default: all. */
  readonly only?: readonly string[] | undefined
}

/**
 * Reads a manifest and fills in everything. Nothing is sent or written.
 *
 * @throws SluiceError `E_CONFIG` with all problems as `ManifestProblems`, `E_IO` when the manifest cannot be read,
 * `E_USAGE` for a time that is none and for a name in `only` that is not in the manifest.
 */
export async function planRun(options: PlanOptions): Promise<RunPlan> {
  const path = resolve(options.cwd, options.file)
  const parsed = parseManifest(await read(path, options.file), options.file)
  const { manifest } = parsed
  const { timezone: zone } = manifest
  const scheduledTime = timeOf(options, parsed)
  requireKnown(options.only ?? [], parsed)
  const problems: Problem[] = []
  const repeated = repeatedPeriods(scheduledTime, manifest.schedule, zone)
  const context = { ...options, parsed, folder: dirname(path), scheduledTime, repeated, problems }
  const resolved = manifest.exports.map((_, i) => resolveExport(i, context))
  refuse(options.file, [...problems, ...doubles(parsed, resolved)])
  const wanted = resolved.filter(({ job }) => options.only?.includes(job.name) ?? true)
  return {
    path,
    file: options.file,
    scheduledTime,
    zone,
    concurrency: manifest.concurrency,
    places: placesOfManifest(path, options.file, resolved),
    exports: wanted.map((each) => ({
      ...each,
      name: each.job.name,
      jobHash: identityHash(each.job),
      writingHash: fingerprint(JSON.stringify(each.writing)),
    })),
    onSuccess: manifest.on_success,
    onFailure: manifest.on_failure,
    hookTimeoutMs: manifest.hook_timeout,
  }
}

async function read(path: string, shown: string): Promise<string> {
  return readTextFile(path, `the manifest ${shown}`)
}

function timeOf(
  { scheduledTime }: PlanOptions,
  { manifest: { timezone, schedule } }: ParsedManifest,
): number {
  if (scheduledTime === undefined) return periodStart(Date.now(), schedule, timezone)
  try {
    return parseTime(scheduledTime, timezone)
  } catch (error) {
    throw new SluiceError('E_USAGE', `--scheduled-time ${scheduledTime}: ${messageOf(error)}`)
  }
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
    resolved.flatMap((each, i) => {
      const place = outputPlace(each)
      return place === undefined ? [] : [[place, i] as const]
    }),
  )
  // One with a problem of its own has no place yet.
  const outputs = [...indexes.keys()].filter(({ at }) => isAbsolute(String(at)))
  const shared = sharedPlaces(outputs).map(([first, second]) => {
    const message = `the export ${resolved[indexes.get(first)!]!.job.name} writes the same output`
    return document.problem(['exports', indexes.get(second)!, 'output'], message)
  })
  return [...names, ...shared, ...tableDoubles(document, resolved)]
}

/** Exports may add rows to one table, but not remove those of another export. */
function tableDoubles(document: ParsedManifest['document'], resolved: readonly ResolvedExport[]): Problem[] {
  const tables = resolved.flatMap(({ job, writing }, i) => {
    if (!('table' in writing)) return []
    const { name, file, table } = writing.table
    const removes = ['truncate', 'replace'].includes(writing.tableOptions.mode ?? '')
    return [{ i, job, removes, key: JSON.stringify([file ?? name.split('#', 1), table]) }]
  })
  return tables.flatMap(({ i, key, removes }, at) => {
    const first = tables.slice(0, at).find((one) => one.key === key && (one.removes || removes))
    if (first === undefined) return []
    const message = `the export ${first.job.name} writes the same table, and one of them removes the rows of the other`
    return [document.problem(['exports', i, 'output'], message)]
  })
}
