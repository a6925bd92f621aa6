import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  Binary,
  Bool,
  DateDay,
  Dictionary,
  Field,
  FixedSizeBinary,
  FixedSizeList,
  Float32,
  Int16,
  Int32,
  Int64,
  List,
  makeData,
  Null,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Table,
  TimeMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  tableFromArrays,
  Uint64,
  Utf8,
  vectorFromArray,
} from 'apache-arrow'
import t from 'tap'
import { arrow, file, pipeline } from '../../../src/index.js'
import { inspect } from '../../../src/inspect/index.js'
import { packRows } from '../../../src/sandbox/index.js'

const folder = t.testdir()

function written(name: string, table: Table, isFile = true): string {
  const writer = isFile ? RecordBatchFileWriter.writeAll(table) : RecordBatchStreamWriter.writeAll(table)
  const path = join(folder, name)
  writeFileSync(path, writer.toUint8Array(true))
  return path
}

t.test('values of all types are those that another writer has put in', async (t) => {
  const half = new Struct([new Field('x', new Int32()), new Field('y', new Utf8())])
  const columns = {
    int16: vectorFromArray([1, null, -3], new Int16()),
    int64: vectorFromArray([1n, null, 2n ** 62n], new Int64()),
    uint64: vectorFromArray([1n, null, 2n ** 64n - 1n], new Uint64()),
    real: vectorFromArray([0.1, null, -2], new Float32()),
    bool: vectorFromArray([true, null, false], new Bool()),
    text: vectorFromArray(['日本', null, ''], new Utf8()),
    bytes: vectorFromArray([Uint8Array.of(1, 2), null, Uint8Array.of()], new Binary()),
    fixed: vectorFromArray([Uint8Array.of(1, 2), null, Uint8Array.of(3, 4)], new FixedSizeBinary(2)),
    date: vectorFromArray([new Date('2026-01-31'), null, new Date('1969-12-31')], new DateDay()),
    time: vectorFromArray([1, null, 86_399_999], new TimeMillisecond()),
    seconds: vectorFromArray([1000, null, -1000], new TimestampSecond()),
    zoned: vectorFromArray([1, null, 3], new TimestampNanosecond('UTC')),
    list: vectorFromArray([[1, 2], null, []], new List(new Field('item', new Int32()))),
    pair: vectorFromArray([[1, 2], null, [3, 4]], new FixedSizeList(2, new Field('item', new Int32()))),
    struct: vectorFromArray([{ x: 1, y: 'a' }, null, { x: null, y: 'b' }], half),
    kind: vectorFromArray(['red', null, 'red'], new Dictionary(new Utf8(), new Int32())),
    nothing: vectorFromArray([null, null, null], new Null()),
  }
  for (const isFile of [true, false]) {
    const found = await inspect(written(isFile ? 'types.arrow' : 'types.arrows', new Table(columns), isFile))
    t.match(found, { format: isFile ? 'arrow' : 'arrows', rows: 3, compression: 'none' })
    const types = Object.fromEntries(found.columns.map(({ name, type }) => [name, type]))
    t.match(types, {
      int16: 'smallint',
      uint64: 'decimal(20,0)',
      zoned: 'timestamp(9) with time zone',
      list: 'array(integer)',
      struct: 'row(x integer, y varchar)',
      kind: 'varchar',
      fixed: 'varbinary',
    })
    t.strictSame(
      found.columns.map(({ nulls }) => nulls),
      [...Array(16).fill(1), 3],
    )
    const cells = found.firstRows.map((row) =>
      row.map((cell) => (cell instanceof Uint8Array ? [...cell] : cell)),
    )
    t.same(cells[0], [
      1,
      1,
      1,
      0.1,
      true,
      '日本',
      [1, 2],
      [1, 2],
      '2026-01-31',
      '00:00:00.001',
      '1970-01-01T00:00:01.000',
      '1970-01-01T00:00:00.001000000Z',
      [1, 2],
      [1, 2],
      { x: 1, y: 'a' },
      'red',
      null,
    ])
    t.same(cells[2]!.slice(0, 12), [
      -3,
      2n ** 62n,
      2n ** 64n - 1n,
      -2,
      false,
      '',
      [],
      [3, 4],
      '1969-12-31',
      '23:59:59.999',
      '1969-12-31T23:59:59.000',
      '1970-01-01T00:00:00.003000000Z',
    ])
  }
})

t.test('decimals have all their digits, and maps their pairs', async (t) => {
  const rows = [
    ['12345678901234567890123456789012345.678', { a: 1 }],
    [null, {}],
    ['-0.001', { b: null }],
  ]
  const source = join(folder, 'exact.msgpack.gz')
  writeFileSync(source, packRows(rows))
  const path = join(folder, 'exact.arrow')
  await pipeline(
    file(source, { schema: '[["d","decimal(38,3)"],["m","map(varchar,bigint)"]]' }),
    arrow(path, { bufferCodec: 'lz4' }),
  )
  const found = await inspect(path, { topValues: 5 })
  t.equal(found.compression, 'lz4')
  t.match(found.columns[0], {
    type: 'decimal(38,3)',
    min: '-0.001',
    max: '12345678901234567890123456789012345.678',
  })
  t.same(
    found.firstRows.map(([, map]) => [...(map as Map<string, number>)]),
    [[['a', 1]], [], [['b', null]]],
  )
})

t.test('batches of any number are read one behind the other', async (t) => {
  const table = tableFromArrays({ n: Int32Array.from({ length: 5000 }, (_, i) => i) })
  const path = written('many.arrow', new Table([...table.batches, ...table.batches]))
  t.match(await inspect(path), { rows: 10_000, columns: [{ min: 0, max: 4999 }] })
  t.match(await inspect(path, { limit: 7 }), { rowsRead: 7, rows: undefined })
})

t.test('D20: a number of rows that no batch can have is refused, also without columns', async (t) => {
  const batch = new RecordBatch(new Schema([]), makeData({ type: new Struct([]), length: 77 }))
  const path = written('rows.arrow', new Table([batch]))
  t.match(await inspect(path), { rows: 77, columns: [] })
  const bytes = readFileSync(path)
  const wanted = Buffer.from(BigInt64Array.of(77n).buffer)
  const at = bytes.indexOf(wanted)
  t.equal(at, bytes.lastIndexOf(wanted))
  for (const rows of [2n ** 50n, -1n]) {
    bytes.writeBigInt64LE(rows, at)
    writeFileSync(path, bytes)
    await t.rejects(inspect(path), { code: 'E_ARROW', message: /a batch has/ })
  }
})

t.test('D20: a file that was cut, or damaged, is refused, wherever that is', async (t) => {
  const table = tableFromArrays({
    n: Int32Array.from({ length: 100 }, (_, i) => i),
    s: Array(100).fill('text'),
  })
  const bytes = readFileSync(written('whole.arrow', table))
  const path = join(folder, 'cut.arrow')
  // Its schema comes first, so that only the footer is missing.
  const own = join(folder, 'own.arrow')
  writeFileSync(join(folder, 'own.msgpack'), packRows([[1]]))
  await pipeline(file(join(folder, 'own.msgpack'), { schema: '[["n","bigint"]]' }), arrow(own))
  const whole = readFileSync(own)
  for (const missing of [1, 8, 60]) {
    writeFileSync(path, whole.subarray(0, whole.length - missing))
    await t.rejects(inspect(path), { code: 'E_ARROW' }, `without ${missing} bytes`)
  }
  for (let length = 8; length < bytes.length; length += 97) {
    writeFileSync(path, bytes.subarray(0, length))
    await t.rejects(inspect(path), { code: 'E_ARROW' }, `${length}`)
  }
  for (let at = 8; at < bytes.length - 10; at += 13) {
    const damaged = Buffer.from(bytes)
    damaged[at]! ^= 0xff
    writeFileSync(path, damaged)
    // Bits of values may change; nothing else may happen than a value, or a failure of this kind.
    const failure = await inspect(path).then(
      () => undefined,
      (error) => error,
    )
    if (failure !== undefined)
      t.ok(
        ['E_ARROW', 'E_UNSUPPORTED', 'E_LIMIT_DEPTH', 'E_LIMIT_CELL'].includes(failure.code),
        `${at}: ${failure}`,
      )
  }
})
