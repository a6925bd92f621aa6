import { resolve } from 'node:path'
import { messageOf } from '../errors.js'
import { HERE, requireLocalPath } from '../files/url-text.js'
import { DAY_MS } from '../model/duration.js'
import type { QueryType } from '../model/query-type.js'
import { looksLikeTarget, targetProblem } from '../secrets/export-target.js'
import { fillParams } from '../sql/params.js'
import { isEmptySql } from '../sql/tokens.js'
import type { SqlValue } from '../sql/value.js'
import { expectationsOf } from './expect.js'
import { FilledSettings, type ResolveContext } from './filled-settings.js'
import { paramOf } from './params.js'
import type { PlannedExport, Watermark } from './planned-export.js'
import { resolveWriting } from './resolve-writing.js'
import type { Purpose } from './safe-value.js'
import type { Window } from './state-entry.js'
import { placeholderIn, substitute } from './template.js'
import { utcTime } from './time-text.js'
import { namesColumn } from './watermark.js'

export type ResolvedExport = Omit<PlannedExport, 'name' | 'jobHash' | 'writingHash'>

/** The settings that have placeholders. */
const TEMPLATES: readonly string[] = [
  'query',
  'query_file',
  'params',
  'output',
  'database',
  'engine_version',
  'pool_name',
  'result_url',
  'spool',
  'mask_key_file',
]

/** Fills in the `i`th export; to be used only when no problem was found. */
export function resolveExport(i: number, context: ResolveContext): ResolvedExport {
  return new ExportResolver(i, context).resolve()
}

class ExportResolver {
  readonly #i: number
  readonly #settings: FilledSettings
  /** The text of the query's file, read once for all windows. */
  #queryText: string | undefined

  constructor(i: number, context: ResolveContext, queryText?: string, window?: Window) {
    this.#i = i
    this.#settings = new FilledSettings(i, context, window)
    this.#queryText = queryText
  }

  resolve(): ResolvedExport {
    const { name, type = 'trino', priority, retry_limit: retryLimit } = this.#settings.all
    this.#refusePlaceholders()
    const { scheduledTime, endpoint } = this.#settings.context
    const { defaults } = this.#settings.context.parsed.manifest
    const database =
      this.#settings.text('database', { kind: 'name' }) ?? this.#settings.context.database ?? ''
    if (database === '')
      this.#settings.problem([], 'there is no database: set database, defaults.database or TD_DATABASE')
    return {
      job: {
        name,
        scheduledTime,
        endpoint,
        type,
        database,
        sql: this.#sql(),
        engineVersion: this.#settings.text('engine_version', { kind: 'name' }),
        resultUrl: this.#resultUrl(),
        priority,
        retryLimit,
        poolName: this.#settings.text('pool_name', { kind: 'name' }),
      },
      writing: resolveWriting(this.#settings),
      watermark: this.#watermark(),
      waitTimeoutMs: this.#settings.all.wait_timeout ?? DAY_MS,
      retries: this.#settings.all.retries ?? 0,
      retryDelayMs: this.#settings.all.retry_delay ?? 10_000,
      connections: this.#settings.all.connections,
      spool: this.#spool(),
      files: this.#settings.files,
      keyFiles: this.#settings.keyFiles,
      verifyCount: this.#settings.all.verify_count ?? true,
      expect: expectationsOf(defaults.expect, this.#settings.own.expect),
    }
  }

  /** Where none is filled in, it would go out as it stands: as a column's name, as the text for NULL. */
  #refusePlaceholders(): void {
    for (const [key, value] of Object.entries(this.#settings.all)) {
      const part = TEMPLATES.includes(key) ? undefined : placeholderIn(value)
      if (part !== undefined)
        this.#settings.problem([key], `${part} is not filled in here, only in ${TEMPLATES.join(', ')}`)
    }
  }

  #sql(): string {
    const { type = 'trino' } = this.#settings.all
    return this.#withParams(this.#template({ kind: 'sql', engine: type }), type)
  }

  #watermark(): Watermark | undefined {
    const { watermark, type = 'trino' } = this.#settings.all
    const first = this.#settings.window
    if (watermark === undefined || first === undefined) return undefined
    const sqlFor = (window: Window) =>
      new ExportResolver(this.#i, { ...this.#settings.context, problems: [] }, this.#queryText, window).#sql()
    const { column } = watermark
    const sql = sqlFor(first)
    const later = utcTime(Date.parse(first.to) + DAY_MS)
    const unused = (['from', 'to'] as const).find((end) => sqlFor({ ...first, [end]: later }) === sql)
    if (unused !== undefined && sql !== '')
      this.#settings.problem(
        ['watermark'],
        `the query has no \${watermark.${unused}}, so rows would be exported twice`,
      )
    else if (sql !== '' && !namesColumn(sql, column, type))
      this.#settings.problem(['watermark', 'column'], `the query does not name the column ${column}`)
    return { column, initial: first.from, to: first.to, sqlFor }
  }

  #template(purpose: Purpose): string {
    const { query, query_file: file } = this.#settings.all
    if (file === undefined && this.#settings.own.encoding !== undefined)
      this.#settings.problem(['encoding'], 'encoding is for query_file')
    if ((query === undefined) === (file === undefined)) {
      this.#settings.problem(
        [],
        query === undefined
          ? 'there is no query: set query or query_file'
          : 'query and query_file exclude each other',
      )
      return ''
    }
    const sql = query === undefined ? this.#sqlOfFile(purpose) : this.#settings.text('query', purpose)!
    if (sql !== undefined && isEmptySql(sql))
      this.#settings.problem([query === undefined ? 'query_file' : 'query'], 'the query is empty')
    return sql ?? ''
  }

  /** Those of `defaults` are for the queries that name them; one of the export itself must be used. */
  #withParams(sql: string, engine: QueryType): string {
    const { defaults } = this.#settings.context.parsed.manifest
    const own = this.#settings.own.params ?? {}
    const params: Record<string, SqlValue> = Object.create(null)
    for (const [name, param] of Object.entries({ ...defaults.params, ...own })) {
      try {
        params[name] = paramOf(param, (template) =>
          this.#settings.filled(['params', name], template, { kind: 'value' }),
        )
      } catch (error) {
        this.#settings.problem(['params', name], messageOf(error))
      }
    }
    if (sql === '') return sql
    try {
      return fillParams(sql, params, engine, (name) => !Object.hasOwn(own, name))
    } catch (error) {
      this.#settings.problem(['params'], messageOf(error))
      return sql
    }
  }

  #sqlOfFile(purpose: Purpose): string | undefined {
    const file = this.#settings.text('query_file', { kind: 'path' })!
    const template = this.#queryText ?? this.#settings.read('query_file', file, this.#settings.all.encoding)
    if (template === undefined) return undefined
    this.#queryText = template
    const { text, problems } = substitute(template, purpose, this.#settings.variables())
    for (const { at, message } of problems) {
      const before = template.slice(0, at).split('\n')
      this.#settings.context.problems.push({
        file,
        line: before.length,
        column: before.at(-1)!.length + 1,
        message,
      })
    }
    return text
  }

  #spool(): string | undefined {
    const folder = this.#settings.text('spool', { kind: 'path' })
    if (folder === undefined) return undefined
    try {
      requireLocalPath(folder, 'the spool', HERE)
    } catch (error) {
      this.#settings.problem(['spool'], messageOf(error))
    }
    return resolve(this.#settings.context.folder, folder)
  }

  #resultUrl(): string | undefined {
    const url = this.#settings.text('result_url', { kind: 'url' })
    if (url?.startsWith('@') && looksLikeTarget(url.slice(1))) {
      this.#settings.problem(['result_url'], 'after @ comes the name of a file, not a URL')
      return undefined
    }
    const target = url?.startsWith('@')
      ? this.#settings.read('result_url', url.slice(1))?.replace(/\r?\n$/, '')
      : url
    const problem = target === undefined ? undefined : targetProblem(target)
    if (problem !== undefined) this.#settings.problem(['result_url'], problem)
    return target
  }
}
