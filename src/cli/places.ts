import { resolve } from 'node:path'
import { configFiles } from '../client/config/index.js'
import type { Place } from '../files/places.js'
import { holdsObjects, isUrlText, urlScheme } from '../files/url-text.js'
import { schemaFilesFor } from '../sinks/formats/schema-file.js'
import type { TableDestination } from '../sinks/tables/destination.js'
import { type Target, targetOf } from '../sinks/targets/index.js'
import { SPOOL_FILES } from '../sources/spool/record.js'
import type { Context } from './context.js'
import type { SchemaOptions } from './options/schema.js'

interface FileOption {
  readonly what: string
  readonly use: Place['use']
  /** Whether only a value that begins with `@` names a file. */
  readonly at?: true
}

/** Every option that names a file or folder, by its attribute, save the output. */
export const FILE_OPTIONS: Readonly<Record<string, FileOption>> = {
  query: { what: 'the SQL file', use: 'read' },
  schema: { what: 'the file of --schema', use: 'read', at: true },
  requestHeader: { what: 'the file of --header', use: 'read', at: true },
  resultUrl: { what: 'the file of --result-url', use: 'read', at: true },
  apiKeyFile: { what: 'the API key file', use: 'read' },
  maskKeyFile: { what: 'the key file of masks', use: 'read' },
  configFile: { what: 'the configuration file', use: 'read' },
  caFile: { what: 'the CA file', use: 'read' },
  spool: { what: 'the spool', use: 'spool' },
  state: { what: 'the state', use: 'write' },
  report: { what: 'the report', use: 'write' },
  metricsFile: { what: 'the metrics', use: 'write' },
  html: { what: 'the page', use: 'write' },
}

/** The places that the options of a command name, and the configuration files that it reads; those of an output and of arguments aside. */
export function placesOf(options: object, context: Context): Place[] {
  const { profile, ...values }: Readonly<Record<string, unknown>> = { ...options }
  return [
    ...Object.entries(FILE_OPTIONS).flatMap(([name, option]) =>
      [values[name]].flat().flatMap((value) => placesOfOption(name, option, value, context)),
    ),
    ...configFiles(profile as string | undefined, context.env, context.home).map(
      ({ what, path }): Place => ({ what: `${what} ${path}`, at: resolve(context.cwd, path), use: 'read' }),
    ),
  ]
}

function placesOfOption(
  name: string,
  { what, use, at }: FileOption,
  value: unknown,
  context: Context,
): Place[] {
  if (typeof value !== 'string' || (at && !value.startsWith('@'))) return []
  const file = at ? value.slice(1) : value
  if (use === 'read') return [readPlace(what, file, context)]
  // The state and the spool are paths, whatever they look like.
  if (name !== 'state' && name !== 'spool') return placesOfTarget(what, targetOf(file, context))
  const place = { what: `${what} ${file}`, at: resolve(context.cwd, file), use }
  return [name === 'spool' ? { ...place, own: SPOOL_FILES } : place]
}

/** A file that is read; `-` is stdin. */
export function readPlace(what: string, file: string, { cwd }: Context): Place {
  return { what: `${what} ${file}`, at: file === '-' ? 0 : resolve(cwd, file), use: 'read' }
}

/** What is read of rows in a file or an object: it itself, and the one that tells its columns where no option does. */
export function inputPlaces(file: string, { schema, schemaOf }: SchemaOptions, context: Context): Place[] {
  const what = 'the input'
  if (file === '-') return [readPlace(what, file, context)]
  if (isUrlText(file)) {
    // Who opens it refuses others.
    if (!holdsObjects(urlScheme(file)!)) return []
    return placesOfTarget(what, targetOf(file, context)).map((place) => ({ ...place, use: 'read' }))
  }
  const isSchemaGiven = schema !== undefined || schemaOf !== undefined
  return [
    readPlace(what, file, context),
    ...(isSchemaGiven ? [] : schemaFilesFor(file)).map((each) => readPlace('the schema file', each, context)),
  ]
}

/** Where rows or a report go; nothing for a stream of a program. */
export function placesOfTarget(what: string, { isStdout, location, name }: Target): Place[] {
  if (isStdout) return [{ what: `${what} stdout`, at: 1, use: 'write' }]
  return location === undefined ? [] : [{ what: `${what} ${name}`, at: location, use: 'write' }]
}

/** The file of a database, in which several tables may lie. */
export function placesOfTable({ file, name }: TableDestination): Place[] {
  if (file === undefined) return []
  // DuckDB keeps the latest changes beside it.
  return ['', '.wal'].map((end) => ({ what: `the database of ${name}`, at: file + end, use: 'spool' }))
}
