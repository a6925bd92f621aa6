import { resolve } from 'node:path'
import { configPaths } from '../client/config/index.js'
import type { Place } from '../files/places.js'
import type { TableDestination } from '../sinks/tables/destination.js'
import { type Target, targetOf } from '../sinks/targets/index.js'
import { SPOOL_FILES } from '../sources/spool/record.js'
import type { Context } from './context.js'

interface FileOption {
  readonly what: string
  readonly use: Place['use']
  /** Whether only a value that begins with `@` names a file. */
  readonly at?: true
}

/** Every option that names a file or folder, by its attribute, save the output; and the file of profiles. */
export const FILE_OPTIONS: Readonly<Record<string, FileOption>> = {
  query: { what: 'the SQL file', use: 'read' },
  schema: { what: 'the file of --schema', use: 'read', at: true },
  resultUrl: { what: 'the file of --result-url', use: 'read', at: true },
  apiKeyFile: { what: 'the API key file', use: 'read' },
  maskKeyFile: { what: 'the key file of masks', use: 'read' },
  configFile: { what: 'the configuration file', use: 'read' },
  profiles: { what: 'the configuration file', use: 'read' },
  caFile: { what: 'the CA file', use: 'read' },
  spool: { what: 'the spool', use: 'spool' },
  state: { what: 'the state', use: 'write' },
  report: { what: 'the report', use: 'write' },
  metricsFile: { what: 'the metrics', use: 'write' },
  html: { what: 'the page', use: 'write' },
}

/** The places that the options of a command name, and the configuration files that it reads; those of an output and of arguments aside. */
export function placesOf(options: object, context: Context): Place[] {
  const { tdConf, own } = configPaths(context.env, context.home)
  const values: Readonly<Record<string, unknown>> = { configFile: tdConf, profiles: own, ...options }
  return Object.entries(FILE_OPTIONS).flatMap(([name, { what, use, at }]) => {
    const value = values[name]
    if (typeof value !== 'string' || (at && !value.startsWith('@'))) return []
    const file = at ? value.slice(1) : value
    if (name === 'report') return placesOfTarget(what, targetOf(file, context))
    const place =
      use === 'read' ? readPlace(what, file, context) : { what: `${what} ${file}`, at: pathOf(file), use }
    return [name === 'spool' ? { ...place, own: SPOOL_FILES } : place]
  })

  function pathOf(file: string): string {
    return resolve(context.cwd, file)
  }
}

/** A file that is read; `-` is stdin. */
export function readPlace(what: string, file: string, { cwd }: Context): Place {
  return { what: `${what} ${file}`, at: file === '-' ? 0 : resolve(cwd, file), use: 'read' }
}

/** Where rows or a report go; nothing for a stream of a program. */
export function placesOfTarget(what: string, { isStdout, location, name }: Target): Place[] {
  if (isStdout) return [{ what: `${what} stdout`, at: 1, use: 'write' }]
  return location === undefined ? [] : [{ what: `${what} ${name}`, at: location, use: 'write' }]
}

/** The file of a database, in which several tables may lie. */
export function placesOfTable({ file, name }: TableDestination): Place[] {
  return file === undefined ? [] : [{ what: `the database of ${name}`, at: file, use: 'spool' }]
}
