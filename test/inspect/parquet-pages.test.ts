import t, { type Test } from 'tap'
import { checkPages, type StoredColumn } from '../../src/inspect/parquet-pages.js'

const CHUNK: StoredColumn = {
  name: 'c',
  codec: 'UNCOMPRESSED',
  type: 'INT32',
  values: 4,
  unpackedBytes: 1000,
  maxDefinition: 1,
  maxRepetition: 0,
}

/** A page of version 1 with a header of our own making; lengths and numbers below 64 are one byte. */
function page(
  values: number,
  encoding: number,
  body: number[],
  { length = body.length, unpacked = body.length } = {},
) {
  const zigzag = (value: number) => value * 2
  const data = [0x15, zigzag(values), 0x15, zigzag(encoding), 0x15, zigzag(3), 0x15, zigzag(3), 0]
  return Buffer.from([0x15, 0, 0x15, zigzag(unpacked), 0x15, zigzag(length), 0x2c, ...data, 0, ...body])
}

/** A page of version 2 that is not packed, with so many bytes of levels before its values. */
function pageV2(values: number, repetitions: number[], definitions: number[], plain: number[]) {
  const number = (value: number) => [0x15, value * 2]
  const levels = [...number(definitions.length), ...number(repetitions.length)]
  const data = [...number(values), ...number(0), ...number(values), ...number(PLAIN), ...levels, 0x12, 0]
  const body = [...repetitions, ...definitions, ...plain]
  const header = [...number(3), ...number(body.length), ...number(body.length), 0x5c, ...data, 0]
  return Buffer.from([...header, ...body])
}

/** Levels of four values that are there: one run. */
const LEVELS = [2, 0, 0, 0, 8, 1]
const PLAIN = 0
const DICTIONARY = 8
const DELTAS = 5

const refused = (t: Test, bytes: Uint8Array, message: RegExp, chunk: Partial<StoredColumn> = {}) =>
  t.throws(() => checkPages(bytes, { ...CHUNK, ...chunk }), { code: 'E_PARQUET', message })

t.test('pages that are in order pass', async (t) => {
  checkPages(page(4, PLAIN, [...LEVELS, ...Array(16).fill(0)]), CHUNK)
  checkPages(page(4, DICTIONARY, [...LEVELS, 1, 8, 0]), CHUNK)
  // Packed values are filled up to eight.
  checkPages(page(4, DICTIONARY, [...LEVELS, 1, 3, 0xf]), CHUNK)
  const two = Buffer.concat([
    page(1, PLAIN, [2, 0, 0, 0, 2, 1, 0, 0, 0, 0]),
    page(3, PLAIN, [2, 0, 0, 0, 6, 0]),
  ])
  checkPages(two, CHUNK)
  t.pass()
})

t.test('a count or a length that is too large is damage before anything is made of it', async (t) => {
  refused(t, page(5, PLAIN, LEVELS), /more values than it/)
  refused(t, page(3, PLAIN, [2, 0, 0, 0, 6, 0]), /3 of 4 values/)
  refused(t, page(4, PLAIN, LEVELS, { length: 60 }), /ends behind the column/)
  refused(t, page(4, PLAIN, LEVELS), /longer than the column/, { unpackedBytes: 5 })
  refused(t, page(4, PLAIN, [9, 0, 0, 0, 8, 1]), /levels are longer than their page/)
})

t.test('a run that is longer than its page is damage', async (t) => {
  refused(t, page(4, PLAIN, [2, 0, 0, 0, 10, 1]), /a run is longer/)
  // Of a billion.
  refused(t, page(4, PLAIN, [6, 0, 0, 0, 0x80, 0x94, 0xeb, 0xdc, 0x07, 1]), /a run is longer/)
  refused(t, page(4, DICTIONARY, [...LEVELS, 1, 10, 0]), /a run is longer/)
  refused(t, page(4, DICTIONARY, [...LEVELS, 33, 8, 0, 0, 0, 0, 0]), /too wide/)
})

t.test(
  'levels that are fewer than the values are damage: the decoder would go on in the values',
  async (t) => {
    const fewer = /fewer levels than values/
    refused(t, page(4, PLAIN, [2, 0, 0, 0, 6, 1, 0xa0, 0xa0, 0xa0, 0xa0, 0x06, 1]), fewer)
    refused(t, page(4, PLAIN, [3, 0, 0, 0, 0, 0, 0, 0xa0, 0xa0, 0xa0, 0xa0, 0x06]), fewer)
    refused(t, page(4, PLAIN, [0, 0, 0, 0, 8, 1]), fewer)
    // The value of a run, and packed values, behind the end.
    refused(t, page(4, PLAIN, [1, 0, 0, 0, 8, 1]), fewer)
    refused(t, page(4, PLAIN, [1, 0, 0, 0, 3, 0xf]), fewer)

    const lists = { maxRepetition: 1 }
    const plain = Array(16).fill(0)
    checkPages(pageV2(4, [8, 0], [8, 1], plain), { ...CHUNK, ...lists })
    refused(t, pageV2(4, [], [8, 1], plain), fewer, lists)
    refused(t, pageV2(4, [6, 0], [8, 1], plain), fewer, lists)
    refused(t, pageV2(4, [8, 0], [0, 0], plain), fewer, lists)
    refused(t, pageV2(4, [], [6, 1], plain), fewer)
  },
)

t.test('deltas whose blocks have no parts, or no length, are damage', async (t) => {
  checkPages(page(4, DELTAS, [...LEVELS, 0x80, 1, 4, 4, 0]), CHUNK)
  refused(t, page(4, DELTAS, [...LEVELS, 0x80, 1, 0, 4, 0]), /header of deltas/)
  refused(t, page(4, DELTAS, [...LEVELS, 0, 4, 4, 0]), /header of deltas/)
  refused(t, page(4, DELTAS, [...LEVELS, 0x80, 1, 4, 5, 0]), /header of deltas/)
})

t.test('bytes that are no header are damage, not an endless loop', async (t) => {
  for (const bytes of [[], [0x15], [0xff, 0xff, 0xff], Array(100).fill(0x80), Array(100).fill(0x1c)]) {
    t.throws(() => checkPages(Buffer.from(bytes), CHUNK))
  }
})
