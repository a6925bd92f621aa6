import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import zlib from 'node:zlib'
import {
  DuckDBBlobValue,
  type DuckDBConnection,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  DuckDBUUIDValue,
  type DuckDBValue,
} from '@duckdb/node-api'
import { decompress } from 'fzstd'
import { parquetMetadata, parquetRead, type SchemaElement } from 'hyparquet'
import { type ColumnNode, columnTree } from '../../../src/kernel/columns/tree.js'
import type { Plan } from '../../../src/model/plan.js'
import { unpackBlock } from '../arrow/lz4.js'

/**
 * A value as both readers have it, whatever classes they use: integers, dates (days), times and timestamps
 * (microseconds) and decimals (units of the last place) as `bigint`; binary and uuid as hexadecimal; rows as arrays;
 * maps as pairs in order.
 */
export type Canonical = null | boolean | bigint | number | string | Canonical[] | { pairs: Canonical[][] }

/** hyparquet itself knows snappy only. */
const compressors = {
  GZIP: (bytes: Uint8Array) => zlib.gunzipSync(bytes),
  LZ4_RAW: (bytes: Uint8Array) => unpackBlock(Buffer.from(bytes)),
  ZSTD: (bytes: Uint8Array) => decompress(bytes),
}

/** Reads with hyparquet: raw values, to which the types of the plan are applied here. */
export async function readHyparquet(bytes: Buffer, plan: Plan): Promise<Canonical[][]> {
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const metadata = parquetMetadata(buffer)
  // Without annotations it neither rounds decimals and timestamps nor decodes texts, nor makes maps objects.
  for (const element of metadata.schema as SchemaElement[]) {
    if (element.type === undefined && element.converted_type !== 'MAP') continue
    delete element.converted_type
    delete element.logical_type
  }
  const trees = plan.columns.map((column) => columnTree(column.type))
  const rows: Canonical[][] = []
  await parquetRead({
    file: buffer,
    metadata,
    utf8: false,
    compressors,
    rowFormat: 'array',
    onComplete: (read: unknown[][]) => {
      for (const row of read) rows.push(row.map((value, i) => fromHyparquet(value, trees[i]!)))
    },
  })
  return rows
}

const INTEGERS = /int|integer|date|time|decimal/

function fromHyparquet(value: unknown, node: ColumnNode): Canonical {
  if (value === null || value === undefined) return null
  const { kind, children, names } = node
  if (kind === 'list') return (value as unknown[]).map((item) => fromHyparquet(item, children[0]!))
  if (kind === 'row') {
    const fields = value as Record<string, unknown>
    return names.map((name, i) => fromHyparquet(fields[name], children[i]!))
  }
  if (kind === 'map') {
    const { key_value: pairs } = value as { key_value: { key: unknown; value: unknown }[] | null }
    return {
      pairs: (pairs ?? []).map((pair) => [
        fromHyparquet(pair.key, children[0]!),
        fromHyparquet(pair.value, children[1]!),
      ]),
    }
  }
  if (kind === 'decimal128') return BigInt.asIntN(8 * (value as Uint8Array).length, BigInt(`0x${hex(value)}`))
  if (kind === 'binary' || kind === 'uuid') return hex(value)
  if (INTEGERS.test(kind)) return BigInt(value as number | bigint)
  if (kind === 'text' || kind === 'json') return Buffer.from(value as Uint8Array).toString()
  return value as boolean | number
}

function hex(value: unknown): string {
  return Buffer.from(value as Uint8Array).toString('hex')
}

/** DuckDB over one file at a time. Close it. */
export class DuckDB {
  readonly #folder = mkdtempSync(join(tmpdir(), 'td-sluice-duckdb-'))
  #connection: DuckDBConnection | undefined
  #files = 0

  /** Runs a query in which `FILE` stands for the rows of the file, and `PATH` for its path as a text. */
  async query(bytes: Buffer, sql = 'SELECT * FROM FILE'): Promise<Canonical[][]> {
    if (this.#connection === undefined) {
      const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
      this.#connection = await instance.connect()
      await this.#connection.run("SET TimeZone = 'UTC'")
    }
    // A name of its own: DuckDB keeps what it read of a file, and tells a new one by the second it was written in.
    const path = join(this.#folder, `${this.#files++}.parquet`)
    writeFileSync(path, bytes)
    const statement = sql.replaceAll('FILE', 'read_parquet(PATH)').replaceAll('PATH', `'${path}'`)
    const reader = await this.#connection.runAndReadAll(statement)
    rmSync(path)
    return reader.getRows().map((row) => row.map(fromDuckDB))
  }

  close(): void {
    this.#connection?.closeSync()
    rmSync(this.#folder, { recursive: true })
  }
}

function fromDuckDB(value: DuckDBValue): Canonical {
  if (value === null || typeof value !== 'object') return value as Canonical
  if (value instanceof DuckDBListValue) return value.items.map(fromDuckDB)
  if (value instanceof DuckDBStructValue) return Object.values(value.entries).map(fromDuckDB)
  if (value instanceof DuckDBMapValue) {
    return { pairs: value.entries.map(({ key, value: item }) => [fromDuckDB(key), fromDuckDB(item)]) }
  }
  if (value instanceof DuckDBDecimalValue) return value.value
  if (value instanceof DuckDBDateValue) return BigInt(value.days)
  if (value instanceof DuckDBTimeValue) return value.micros
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros
  if (value instanceof DuckDBTimestampNanosecondsValue) return value.nanos
  if (value instanceof DuckDBBlobValue) return hex(value.bytes)
  if (value instanceof DuckDBUUIDValue) return value.toString().replaceAll('-', '')
  throw new Error(`no canonical form of ${value.constructor.name}`)
}

/** DuckDB reads small integers as numbers; the plan says which are integers. */
export function integersAsBigInt(rows: Canonical[][], plan: Plan): Canonical[][] {
  const trees = plan.columns.map((column) => columnTree(column.type))
  return rows.map((row) => row.map((value, i) => asBigInt(value, trees[i]!)))
}

function asBigInt(value: Canonical, { kind, children }: ColumnNode): Canonical {
  if (value === null) return null
  if (kind === 'list') return (value as Canonical[]).map((item) => asBigInt(item, children[0]!))
  if (kind === 'row') return (value as Canonical[]).map((item, i) => asBigInt(item, children[i]!))
  if (kind === 'map') {
    const { pairs } = value as { pairs: Canonical[][] }
    return { pairs: pairs.map((pair) => pair.map((item, i) => asBigInt(item, children[i]!))) }
  }
  return typeof value === 'number' && INTEGERS.test(kind) ? BigInt(value) : value
}
