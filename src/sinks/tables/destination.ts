import { resolve } from 'node:path'
import { SluiceError } from '../../errors.js'
import { shownTarget } from '../../secrets/export-target.js'
import { Secret } from '../../secrets/secret.js'
import type { TableName } from './names.js'

/** A table as a URL or a path names it. */
export interface TableDestination {
  readonly database: 'postgres' | 'duckdb'
  /** Name in messages: without user, password and settings. */
  readonly name: string
  readonly table: TableName
  /** The URL, whose password nothing may show, or the absolute path of a file; none where the environment says it all. */
  readonly connection: Secret | undefined
  /** The absolute path of a database file. */
  readonly file: string | undefined
}

const POSTGRES = /^postgres(?:ql)?:\/\//i
const DUCKDB = /\.(?:duckdb|ddb)$/i

/**
 * The table that `postgres://user@host/db#schema.table` or `file.duckdb#table` names; `undefined` for any other destination.
 *
 * @param cwd what the path of a file is relative to
 * @throws SluiceError `E_USAGE` for a database without a table, and for an invalid name of a table.
 */
export function tableDestination(destination: string, cwd: string): TableDestination | undefined {
  const [address = '', ...rest] = destination.split('#')
  const fragment = rest.length === 0 ? undefined : rest.join('#')
  if (POSTGRES.test(address)) {
    const shown = shownAddress(address)
    const { table, text } = tableNamed(fragment, shown)
    // Without a host, user or database the variables say everything, as psql has it.
    const connection = /^\w+:\/{2,3}$/.test(address) ? undefined : new Secret(address)
    return {
      database: 'postgres',
      name: `${shown}#${text}`,
      table,
      connection,
      file: undefined,
    }
  }
  if (!DUCKDB.test(address)) return undefined
  const { table, text } = tableNamed(fragment, address)
  const file = resolve(cwd, address)
  const connection = new Secret(file)
  return { database: 'duckdb', name: `${address}#${text}`, table, connection, file }
}

/** Whether the URL of a table has a password in it. */
export function holdsPassword({ database, connection }: TableDestination): boolean {
  if (database !== 'postgres' || connection === undefined) return false
  try {
    const { password, searchParams } = new URL(connection.reveal())
    return password !== '' || searchParams.has('password')
  } catch {
    // A password with raw marks in it makes no URL.
    return true
  }
}

function shownAddress(address: string): string {
  try {
    const { protocol, host, pathname } = new URL(address)
    return `${protocol}//${host}${pathname}`
  } catch {
    return shownTarget(address)
  }
}

/** A name, or a schema and a name with a dot between them; a name with a dot or quote in it stands in quotes, as in SQL. */
const NAME = /"(?:[^"]|"")+"|[^".]+/
const TABLE = new RegExp(`^(?:(${NAME.source})\\.)?(${NAME.source})$`, 's')

function tableNamed(fragment: string | undefined, shown: string): { table: TableName; text: string } {
  const text = decoded(fragment ?? '')
  if (text === '') {
    throw new SluiceError('E_USAGE', `${shown} names a database, but no table`, {
      hint: `end it with the name of the table: '${shown}#table', or '${shown}#schema.table'`,
    })
  }
  const [, schema, name] = TABLE.exec(text) ?? []
  if (name === undefined) {
    throw new SluiceError('E_USAGE', `${JSON.stringify(text)} is not the name of a table`, {
      hint: 'a table is name or schema.name; a name with a dot in it stands in double quotes',
    })
  }
  return { table: schema === undefined ? unquoted(name) : [unquoted(schema), unquoted(name)], text }
}

function unquoted(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}

function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}
