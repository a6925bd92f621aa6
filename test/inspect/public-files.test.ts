/** Public files of other writers that were read wrong once; public-files.long.ts reads whole collections of them. */
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { inspect } from '../../src/inspect/index.js'

const place = (name: string) => fileURLToPath(new URL(`public-files/${name}.parquet`, import.meta.url))

t.test('D19: a map without values is a list of its keys', async (t) => {
  const { columns, firstRows } = await inspect(place('map_no_value'))
  t.match(columns, [
    { name: 'my_map', type: 'map(integer, integer)' },
    { name: 'my_map_no_v', type: 'array(integer)' },
    { name: 'my_list', type: 'array(integer)' },
  ])
  t.strictSame(
    firstRows.map(([, keys, list]) => [keys, list]),
    [
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ].map((keys) => [keys, keys]),
  )
})

t.test('D19: a chunk of an old parquet-mr is longer than the footer says', async (t) => {
  const { rows, writer, columns, firstRows } = await inspect(place('nation.dict-malformed'), {
    firstRows: 25,
  })
  t.match({ rows, writer }, { rows: 25, writer: 'parquet-mr' })
  t.match(columns[1], { name: 'name', nulls: 0, distinct: 25 })
  const [first, last] = [firstRows[0], firstRows[24]]
  t.strictSame(
    [first, last].map((row) => Buffer.from(row?.[1] as Uint8Array).toString()),
    ['ALGERIA', 'UNITED STATES'],
  )
})

t.test('D19: a page of gigabytes is refused before it fills the memory', async (t) => {
  const before = process.memoryUsage().rss
  await t.rejects(inspect(place('large_string_map.brotli')), {
    code: 'E_UNSUPPORTED',
    message:
      /^the Parquet file cannot be read: column "arr" has a page of 1025 MiB; at most 512 MiB are read$/,
  })
  t.ok(process.memoryUsage().rss - before < 200 * 1024 * 1024)
})

t.test('D19: what no decoder understands is told with its part of the file', async (t) => {
  await t.rejects(inspect(place('PARQUET-1481')), {
    code: 'E_PARQUET',
    message: /^the Parquet file cannot be read: its footer cannot be decoded: /,
  })
  await t.rejects(inspect(place('ARROW-GH-45185')), {
    code: 'E_PARQUET',
    message: /^the Parquet file cannot be read: column "\w+" cannot be decoded: /,
  })
})
