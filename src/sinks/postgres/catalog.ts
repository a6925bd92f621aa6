import { isIP } from 'node:net'
import type { Holds, SqlColumn } from '../tables/column.js'
import { type TableName, tableText } from '../tables/names.js'
import type { TableUse } from '../tables/sql-connection.js'

/** Runs a query whose values are all texts. */
export type Ask = (query: string) => Promise<readonly Record<string, string | null>[]>

/** A text literal. */
export function literal(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`
  return text.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

/** The oid of a table, or NULL. */
function oidOf(table: TableName): string {
  return `to_regclass(${literal(tableText(table))})`
}

/** Whether there is a table, as a query. */
export function findTable(table: TableName): string {
  return `SELECT ${oidOf(table)}::text AS found`
}

/** The columns of a table, with the types that domains stand for. */
export async function columnsOf(ask: Ask, table: TableName): Promise<readonly SqlColumn[] | undefined> {
  const [found] = await ask(findTable(table))
  if (found?.found == null) return undefined
  const rows = await ask(`
    WITH RECURSIVE base AS (
      SELECT attnum, attname, attnotnull, attgenerated, attidentity, atttypid AS type, atttypmod AS modifier,
        format_type(atttypid, atttypmod) AS shown
      FROM pg_attribute WHERE attrelid = ${oidOf(table)} AND attnum > 0 AND NOT attisdropped
      UNION ALL
      SELECT attnum, attname, attnotnull, attgenerated, attidentity, typbasetype,
        CASE WHEN modifier = -1 THEN typtypmod ELSE modifier END, shown
      FROM base JOIN pg_type ON pg_type.oid = type WHERE typtype = 'd'
    )
    SELECT attname::text AS name, attnotnull::text AS required, (attgenerated <> '' OR attidentity = 'a')::text AS made,
      modifier::text, shown, typtype::text AS sort, nspname::text AS schema, typname::text AS type
    FROM base JOIN pg_type ON pg_type.oid = type JOIN pg_namespace ON pg_namespace.oid = typnamespace
    WHERE typtype <> 'd' ORDER BY attnum`)
  return rows.map((row) => ({
    name: row.name!,
    typeText: row.shown!,
    holds:
      row.sort === 'e'
        ? ENUM
        : holdsOf(
            row.schema === 'pg_catalog' ? row.type! : `${row.schema}.${row.type}`,
            Number(row.modifier),
          ),
    nullable: row.required !== 'true',
    generated: row.made === 'true',
  }))
}

/** The sets of columns that `ON CONFLICT` can go by: https://www.postgresql.org/docs/current/sql-insert.html. */
export async function uniqueKeys(ask: Ask, table: TableName): Promise<readonly (readonly string[])[]> {
  const rows = await ask(`
    SELECT json_agg(attname::text)::text AS columns
    FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey[0:indnkeyatts - 1])
    WHERE indrelid = ${oidOf(table)} AND indisunique AND indisvalid AND indimmediate AND indpred IS NULL
      AND NOT 0 = ANY (indkey)
    GROUP BY indexrelid`)
  return rows.map(({ columns }) => JSON.parse(columns!) as string[])
}

/** Kinds of relations that are no tables: https://www.postgresql.org/docs/current/catalog-pg-class.html. */
const OTHER_RELATIONS: Readonly<Record<string, string>> = {
  v: 'is a view',
  m: 'is a materialized view',
  S: 'is a sequence',
  i: 'is an index',
  I: 'is an index',
  c: 'is a type',
}

/** Why a relation that is there takes no rows by COPY, or cannot be replaced. */
export async function refusalOf(ask: Ask, table: TableName, use: TableUse): Promise<string | undefined> {
  const [found] = await ask(`
    SELECT relkind::text AS kind, relrowsecurity::text AS guarded,
      EXISTS (SELECT FROM pg_trigger WHERE tgrelid = pg_class.oid AND (tgtype & 68) = 68)::text AS takes
    FROM pg_class WHERE oid = ${oidOf(table)}`)
  const { kind = '', guarded, takes } = found ?? {}
  const other = OTHER_RELATIONS[kind!]
  if (use === 'replaced' && kind === 'f')
    return 'is a foreign table, which is not replaced: use the mode truncate'
  // COPY goes by the trigger that a view has INSTEAD OF INSERT.
  if (other !== undefined && (use === 'replaced' || takes !== 'true'))
    return `${other}, which takes no rows: name the table behind it`
  if (use === 'replaced') return dropRefusal(ask, oidOf(table))
  if (guarded !== 'true' || use !== 'filled') return undefined
  const [security] = await ask(
    `SELECT row_security_active(${oidOf(table)})::text AS active, current_user::text AS name`,
  )
  if (security?.active !== 'true') return undefined
  return `has row-level security, which COPY does not allow for the user ${security.name}: write as its owner, or by the mode upsert`
}

/** How many users of a table a message names. */
const MOST_NAMED = 3

/**
 * Why the user cannot drop a table, which otherwise the server tells only when all rows have come: it is another user's, or something
 * needs it. https://www.postgresql.org/docs/current/ddl-depend.html
 *
 * @param oid that of the table, as an expression
 */
async function dropRefusal(ask: Ask, oid: string): Promise<string | undefined> {
  const [owned] = await ask(`
    SELECT (pg_has_role(relowner, 'USAGE') OR pg_has_role(nspowner, 'USAGE'))::text AS may, current_user::text AS name
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = ${oid}`)
  if (owned?.may === 'false')
    return `does not belong to the user ${owned.name}, who therefore cannot replace it: use the mode truncate`
  const found = await ask(`
    SELECT 'the view ' || ev_class::regclass::text AS name FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid
      WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass AND refobjid = ${oid} AND ev_class <> ${oid}
    UNION SELECT 'a foreign key of ' || conrelid::regclass::text FROM pg_constraint
      WHERE contype = 'f' AND confrelid = ${oid} AND conrelid <> ${oid}
    UNION SELECT 'the table ' || inhrelid::regclass::text FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent
      WHERE inhparent = ${oid} AND relkind = 'r'
    ORDER BY name`)
  if (found.length === 0) return undefined
  const names = found.slice(0, MOST_NAMED).map(({ name }) => name)
  const list = found.length > MOST_NAMED ? `${names.join(', ')} and others` : names.join(' and ')
  return `is needed by ${list}, so that it cannot be dropped: use the mode truncate`
}

/** The server takes no other text than one of its labels. */
const ENUM: Holds = { kind: 'form', accepts: () => true }

const MICROSECONDS = 6
/** https://www.postgresql.org/docs/current/limits.html */
const NAME_BYTES = 63
/** A modifier counts the four bytes of a length. */
const HEADER = 4

function integer(bits: bigint): Holds {
  return { kind: 'integer', least: -(2n ** (bits - 1n)), most: 2n ** (bits - 1n) - 1n }
}

/** The values that a type of PostgreSQL can hold; see https://www.postgresql.org/docs/current/datatype.html. */
export function holdsOf(type: string, modifier: number): Holds {
  const digits = modifier === -1 ? MICROSECONDS : modifier
  switch (type) {
    case 'bool':
      return { kind: 'boolean' }
    case 'int2':
      return integer(16n)
    case 'int4':
      return integer(32n)
    case 'int8':
      return integer(64n)
    case 'oid':
      return { kind: 'integer', least: 0n, most: 2n ** 32n - 1n }
    case 'float4':
      return { kind: 'real' }
    case 'float8':
      return { kind: 'double' }
    case 'numeric':
      return decimal(modifier)
    case 'text':
    case 'public.citext':
      return { kind: 'text' }
    case 'varchar':
      return { kind: 'text', ...(modifier !== -1 && { characters: modifier - HEADER }) }
    case 'bpchar':
      return { kind: 'text', padded: true, ...(modifier !== -1 && { characters: modifier - HEADER }) }
    case 'name':
      return { kind: 'text', bytes: NAME_BYTES }
    case 'bytea':
      return { kind: 'bytes' }
    case 'date':
      return { kind: 'date' }
    case 'time':
    case 'timetz':
      return { kind: 'time', digits, withOffset: type === 'timetz' }
    case 'timestamp':
    case 'timestamptz':
      return { kind: 'timestamp', digits, withZone: type === 'timestamptz' }
    case 'interval':
      return { kind: modifier === -1 ? 'interval' : 'nothing' }
    case 'uuid':
      return { kind: 'uuid' }
    case 'json':
    case 'jsonb':
      return { kind: 'json', parsed: type === 'jsonb' }
    case 'inet':
    case 'cidr':
      return { kind: 'form', accepts: isAddress }
    case 'macaddr':
      return { kind: 'form', accepts: (text) => /^[\da-f]{2}(?::[\da-f]{2}){5}$/i.test(text) }
    case 'bit':
    case 'varbit':
      return { kind: 'form', accepts: (text) => /^[01]+$/.test(text) }
    default:
      return { kind: 'nothing' }
  }
}

/** Precision in the upper half of the modifier, scale, which may be negative, in the lower. */
function decimal(modifier: number): Holds {
  if (modifier === -1) return { kind: 'decimal', special: true }
  const bits = modifier - HEADER
  return { kind: 'decimal', precision: bits >> 16, scale: ((bits & 0x7ff) ^ 0x400) - 0x400, special: true }
}

/** An address, perhaps with the length of its network. */
function isAddress(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const isLength = bits === undefined || /^(?:0|[1-9]\d{0,2})$/.test(bits)
  return more.length === 0 && isLength && isIP(address) !== 0 && !address.includes('%')
}
