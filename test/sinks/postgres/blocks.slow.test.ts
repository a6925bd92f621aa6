/** Tables that are written as blocks, compared with the cells of their rows. */
import { gzipSync } from 'node:zlib'
import pg from 'pg'
import { from } from 'pg-copy-streams'
import t from 'tap'
import { pipeline } from '../../../src/index.js'
import { RowBlocks } from '../../../src/kernel/blocks.js'
import { DEFAULT_LIMITS } from '../../../src/model/limits.js'
import { postgres } from '../../../src/postgres.js'
import { createRowReader, type Value } from '../../../src/rows/reader.js'
import { holdsOf } from '../../../src/sinks/postgres/catalog.js'
import { withoutNul } from '../../../src/sinks/postgres/nul.js'
import { rowText } from '../../../src/sinks/postgres/row-text.js'
import type { TableCell } from '../../../src/sinks/tables/cell.js'
import { cellsFor } from '../../../src/sinks/tables/cells-for.js'
import { memorySource, resultOf } from '../../support/msgpack/encoded-results.js'
import * as pack from '../../support/msgpack/pack.js'
import { CELLS } from '../../support/postgres/cells.js'
import { startPostgres } from '../../support/postgres/server.js'
import { seeded } from '../../support/random/seed.js'

/** Types of columns with the name and the modifier that the catalog has of them. */
const TYPES = [
  ...['int2', 'int4', 'int8', 'oid', 'numeric', 'float8', 'float4', 'bool', 'text', 'json', 'jsonb'].map(
    (type) => [type, type, -1] as const,
  ),
  ...['date', 'bytea', 'inet', 'macaddr', 'varbit', 'uuid', 'time', 'timetz'].map(
    (type) => [type, type, -1] as const,
  ),
  ['varchar(3)', 'varchar', 7],
  ['char(3)', 'bpchar', 7],
  ['timestamp(3)', 'timestamp', 3],
  ['timestamptz', 'timestamptz', -1],
  ['numeric(10,2)', 'numeric', ((10 << 16) | 2) + 4],
] as const

const COLUMN = { name: 'c', type: { kind: 'null' }, typeText: '' } as const

const TABLES = 60
const ROWS = 40

t.test(
  'F50: random tables hold what their rows would bring one by one, or end with the same cell',
  async (t) => {
    const url = await startPostgres(t)
    if (url === undefined)
      return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    t.teardown(() => client.end())
    const random = seeded(t)
    let written = 0
    for (let table = 0; table < TABLES; table++) {
      const types = Array.from({ length: 1 + random.below(4) }, () => random.pick(TYPES))
      const sqlType = random.pick(['varchar', 'real'])
      const schema = [['id', 'bigint'], ...types.map((_, i) => [`c${i}`, sqlType])]
      const cellsOf = types.map(([, type, modifier]) => {
        const holds = holdsOf(type, modifier)
        return withoutNul(cellsFor(holds, { kind: sqlType as 'varchar' }), holds, 'fail')
      })
      const readCell = (cell: Buffer): Value => {
        const plan = { schema: { columns: [COLUMN], inferred: false }, columns: [{ ...COLUMN, source: 0 }] }
        const blocks = new RowBlocks(plan, DEFAULT_LIMITS)
        const [block] = [...blocks.push(pack.array([cell])), ...blocks.end()]
        const read = createRowReader(plan, { shape: 'array', int64: 'bigint', keepTimes: true })
        return (read(block!).rows as unknown as [[Value]])[0][0]
      }
      const cellOf = (column: number, cell: Buffer): TableCell | null | undefined => {
        const value = readCell(cell)
        try {
          return value === null ? null : cellsOf[column]!(value)
        } catch {
          return undefined
        }
      }
      // In half of the tables every value fits, in others one in forty is any value.
      const fitting = types.map((_, column) => CELLS.filter((cell) => cellOf(column, cell) !== undefined))
      const isMixed = random.oneIn(2)
      const given = Array.from({ length: ROWS }, () =>
        types.map((_, i) => random.pick(isMixed && random.oneIn(40) ? CELLS : fitting[i]!)),
      )
      const cells = given.map((row) => row.map((cell, i) => cellOf(i, cell)))
      const bytes = given.map((row, i) => pack.array([pack.integer('uint16', BigInt(i)), ...row]))
      const columns = types.map(([sql], i) => `c${i} ${sql}`).join(', ')
      for (const name of ['blocks', 'expected'])
        await client.query(
          `DROP TABLE IF EXISTS ${name}; CREATE TABLE ${name} (id int8 PRIMARY KEY, ${columns})`,
        )
      const source = memorySource(gzipSync(Buffer.concat(bytes)), { schemaText: JSON.stringify(schema) })
      const mode = table % 2 === 0 ? 'append' : 'upsert'
      const options = { connection: client, mode, ...(mode === 'upsert' && { key: 'id' }) } as const
      const failure = await pipeline(source, postgres('blocks', options)).then(
        () => undefined,
        (error) => error,
      )
      const shown = `${types.map(([sql]) => sql)} ${sqlType} ${mode}`
      const row = cells.findIndex((each) => each.includes(undefined))
      if (row >= 0) {
        const message = `row ${row + 1}, column "c${cells[row]!.indexOf(undefined)}": `
        t.equal(failure?.code, 'E_TYPE', shown)
        t.ok(failure?.message.startsWith(message), `${shown}: ${failure?.message} is not of ${message}`)
        continue
      }
      t.equal(failure, undefined, `${shown}: ${failure?.message}`)
      const copy = client.query(from('COPY expected FROM STDIN'))
      copy.end(rowText(cells.map((each, i) => [i, ...(each as (TableCell | null)[])])))
      await new Promise((resolve, reject) => copy.once('finish', resolve).once('error', reject))
      const { rows } = await client.query(
        '(SELECT b::text FROM blocks b EXCEPT SELECT e::text FROM expected e) UNION ALL (SELECT e::text FROM expected e EXCEPT SELECT b::text FROM blocks b)',
      )
      t.strictSame(rows, [], shown)
      written++
    }
    t.ok(written > TABLES / 4, `${written} tables`)
  },
)

t.test('rows of an upsert with one key are named by their numbers, also in different blocks', async (t) => {
  const url = await startPostgres(t)
  if (url === undefined) return t.plan(0, 'PostgreSQL is not installed: pg_config and initdb were not found')
  const schema = [
    ['id', 'bigint'],
    ['text', 'varchar'],
  ] as const
  const rows = Array.from({ length: 60_000 }, (_, i) => [i === 58_000 ? 2 : i, `a text of row ${i}`])
  const sink = postgres('it', { connection: url, create: true, mode: 'upsert', key: 'id' })
  await t.rejects(pipeline(resultOf(schema, rows), sink), {
    code: 'E_DATABASE',
    message: /^rows 3 and 58001 of the result have the same key/,
  })
})
