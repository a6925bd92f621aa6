import { resolve } from 'node:path'
import { messageOf } from '../errors.js'
import { readTextFileSync } from '../files/text.js'
import type { Environment } from './environment.js'
import type { ParsedManifest } from './parse.js'
import type { Path, Problem } from './problems.js'
import type { Purpose } from './safe-value.js'
import { parseTime, type RepeatedPeriods } from './schedule.js'
import type { ManifestExport } from './schema.js'
import type { Window } from './state-entry.js'
import { substitute, type TemplateProblem, type Variables } from './template.js'
import { utcTime } from './time-text.js'

export interface ResolveContext {
  readonly parsed: ParsedManifest
  /** The manifest's folder; paths are relative to it. */
  readonly folder: string
  readonly scheduledTime: number
  readonly env: Environment
  readonly endpoint: string
  /** Of the exports that name none. */
  readonly database: string | undefined
  /** Periods of the schedule that one file name could stand for. */
  readonly repeated: readonly RepeatedPeriods[]
  /** Collects the problems found. */
  readonly problems: Problem[]
}

/** Fills in the settings of one export and collects what is wrong with them. */
export class FilledSettings {
  readonly context: ResolveContext
  /** Its own settings, without those of `defaults`. */
  readonly own: ManifestExport
  /** Its own, and those of `defaults` that it does not have. */
  readonly all: ManifestExport
  /** The rows of which times a query with a watermark asks for. */
  readonly window: Window | undefined
  /** The files that were read. */
  readonly files: string[] = []
  /** Those of them that hold a key, as they are named. */
  readonly keyFiles = new Map<string, string>()
  readonly #i: number

  constructor(i: number, context: ResolveContext, window?: Window) {
    const { defaults, exports } = context.parsed.manifest
    this.#i = i
    this.context = context
    this.own = exports[i]!
    this.all = { ...defaults, ...this.own }
    this.window = window ?? this.#firstWindow()
  }

  /** The window of a start before which there was none. */
  #firstWindow(): Window | undefined {
    const { watermark } = this.all
    if (watermark === undefined) return undefined
    const { initial, lag = 0 } = watermark
    const { scheduledTime, parsed } = this.context
    if (lag % 1000 !== 0) this.problem(['watermark', 'lag'], 'a lag is whole seconds')
    try {
      const from = typeof initial === 'number' ? initial * 1000 : parseTime(initial, parsed.manifest.timezone)
      return { from: utcTime(from), to: utcTime(scheduledTime - lag) }
    } catch (error) {
      this.problem(['watermark', 'initial'], messageOf(error))
      return undefined
    }
  }

  read(key: 'query_file' | 'result_url', file: string, encoding?: string): string | undefined {
    const path = resolve(this.context.folder, file)
    this.files.push(path)
    try {
      return readTextFileSync(path, `the file ${file}`, encoding)
    } catch (error) {
      this.problem([key], messageOf(error))
      return undefined
    }
  }

  /** A setting with its placeholders filled in. */
  text(
    key:
      | 'query'
      | 'query_file'
      | 'database'
      | 'engine_version'
      | 'pool_name'
      | 'result_url'
      | 'mask_key_file'
      | 'spool',
    purpose: Purpose,
  ): string | undefined {
    const template = this.all[key]
    if (template === undefined) return undefined
    return this.filled([key], template, purpose)
  }

  filled(path: Path, template: string, purpose: Purpose): string {
    const { text, problems } = substitute(template, purpose, this.variables())
    for (const problem of problems) this.#templateProblem(path, problem)
    return text
  }

  variables(): Variables {
    const { scheduledTime, env } = this.context
    const { timezone, allow_env: allowEnv } = this.context.parsed.manifest
    const window = this.window && { from: Date.parse(this.window.from), to: Date.parse(this.window.to) }
    return { name: this.all.name, scheduledTime, env, zone: timezone, allowEnv, window }
  }

  #templateProblem(path: Path, { part, nth, message }: TemplateProblem): void {
    this.context.problems.push(
      this.context.parsed.document.partProblem(this.#pathOf(path), part, nth, message),
    )
  }

  problem(path: Path, message: string): void {
    const at = path.length === 0 ? ['exports', this.#i] : this.#pathOf(path)
    this.context.problems.push(this.context.parsed.document.problem(at, message))
  }

  /** Where a setting stands: in the export or in the defaults. */
  #pathOf(path: Path): Path {
    const own = ['exports', this.#i, ...path]
    return this.context.parsed.document.has(own) ? own : ['defaults', ...path]
  }
}
