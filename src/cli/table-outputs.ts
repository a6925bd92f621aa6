import { SluiceError } from '../errors.js'
import { holdsPassword, type TableDestination } from '../sinks/tables/destination.js'
import type { NamedTableOptions } from '../sinks/tables/named-table.js'
import type { FolderFlags, OutputFlags } from './options/output.js'
import type { Session } from './session.js'

/** Options of files, by the names of their flags. */
const FILE_FLAGS = {
  format: '-f',
  partitionBy: '--partition-by',
  maxRowsPerFile: '--max-rows-per-file',
  maxBytesPerFile: '--max-bytes-per-file',
  receipt: '--receipt',
  earlierFiles: '--earlier-files',
} as const satisfies { readonly [F in keyof (OutputFlags & FolderFlags)]?: string }

/**
 * To be called when the places of all outputs are known.
 *
 * @throws SluiceError `E_USAGE` for an option of tables without a table, for one of files without a file, and for a table
 * that is given twice, which would hold the rows twice.
 */
export function requireTableUse(
  options: OutputFlags & FolderFlags,
  tables: readonly TableDestination[],
  outputs: number,
): void {
  const [first] = tables
  if (first === undefined) {
    const given = (['mode', 'key', 'nul'] as const).find((name) => options[name] !== undefined)
    if (given === undefined) return
    throw new SluiceError('E_USAGE', `--${given} is for a table, and no output is one`, {
      hint: "name a table: -o 'postgres://user@host/database#table' or -o file.duckdb#table",
    })
  }
  const ofFiles = Object.entries(FILE_FLAGS).find(([name]) => options[name as keyof typeof FILE_FLAGS])
  if (ofFiles !== undefined && tables.length === outputs) {
    throw new SluiceError('E_USAGE', `${ofFiles[1]} is for files, and ${first.name} is a table`, {
      hint: `leave out ${ofFiles[1]}`,
    })
  }
  if (options.encryptTo !== undefined) {
    throw new SluiceError('E_USAGE', `--encrypt-to is for files, and ${first.name} is a table`, {
      hint: 'leave out --encrypt-to, or the table',
    })
  }
  if (options.nul !== undefined && tables.every(({ database }) => database !== 'postgres')) {
    throw new SluiceError('E_USAGE', '--nul is for PostgreSQL: DuckDB holds NUL characters')
  }
  const keys = tables.map(({ name, file, table }) => JSON.stringify([file ?? name.split('#', 1), table]))
  const twice = tables.find((_, i) => keys.indexOf(keys[i]!) < i)
  if (twice !== undefined) throw new SluiceError('E_USAGE', `${twice.name} is given twice`)
}

/** One of several tables may lack an option that another one has. */
export function tableOptionsOf(
  { database }: TableDestination,
  { mode, key, nul }: OutputFlags,
): NamedTableOptions {
  return { ...(mode && { mode }), ...(key && { key }), ...(nul && database === 'postgres' && { nul }) }
}

/** Tells the user of a URL with a password among the arguments. */
export function warnOfPasswords(tables: readonly TableDestination[], { reporter }: Session): void {
  if (!tables.some(holdsPassword)) return
  const message =
    'every user of this machine can see the password in an argument; set PGPASSWORD, or write it into ~/.pgpass'
  reporter.progress({ type: 'notice', code: 'N_SECRET_ARGUMENT', message })
}
