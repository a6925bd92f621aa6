/** Parquet files of other programs, and footers that are damaged; parquet-footer.slow.test.ts tries every byte of one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { inspect } from '../../src/inspect/index.js'
import { writeParquet } from '../support/parquet/file.js'
import { readThrift } from '../support/parquet/thrift-reader.js'

const folder = t.testdir()

/** A column of three NULLs as pyarrow 25 writes it: the page of its dictionary has no bytes. */
const ALL_NULL = {
  gzip: 'UEFSMRUEFQAVKEwVABUAEgAAH4sIAAAAAAACAwMAAAAAAAAAAAAVABUOFTYsFQYVEBUGFQYcAAAAH4sIAAAAAAACA2NiYGBgY2AAAOWyfg4HAAAAFQQZLDUAGAZzY2hlbWEVAgAVDCUCGAFuJQBMHAAAABYGGRwZHCYAHBUMGTUABhAZGAFuFQQWBhZQFqABJkwmCCksFQQVABUCABUAFRAVAgA8FgAZBhkmBgAAAAAWUBYGJggWoAEAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI1LjAuMRkcHAAAAI4AAABQQVIx',
  brotli:
    'UEFSMRUEFQAVAkwVABUAEgAABhUAFQ4VFiwVBhUQFQYVBhwAAAALA4ACAAAABgAAAxUEGSw1ABgGc2NoZW1hFQIAFQwlAhgBbiUATBwAAAAWBhkcGRwmABwVDBk1AAYQGRgBbhUIFgYWUBZaJiYmCCksFQQVABUCABUAFRAVAgA8FgAZBhkmBgAAAAAWUBYGJggWWgAoIHBhcnF1ZXQtY3BwLWFycm93IHZlcnNpb24gMjUuMC4xGRwcAAAAjAAAAFBBUjE=',
  zstd: 'UEFSMRUEFQAVEkwVABUAEgAAKLUv/SAAAQAAFQAVDhUgLBUGFRAVBhUGHAAAACi1L/0gBzkAAAIAAAAGAAAVBBksNQAYBnNjaGVtYRUCABUMJQIYAW4lAEwcAAAAFgYZHBkcJgAcFQwZNQAGEBkYAW4VDBYGFlAWdCY2JggpLBUEFQAVAgAVABUQFQIAPBYAGQYZJgYAAAAAFlAWBiYIFnQAKCBwYXJxdWV0LWNwcC1hcnJvdyB2ZXJzaW9uIDI1LjAuMRkcHAAAAIwAAABQQVIx',
}

for (const [codec, base64] of Object.entries(ALL_NULL)) {
  t.test(`D19: a column of NULLs and its empty dictionary, packed with ${codec}`, async (t) => {
    const path = join(folder, `${codec}.parquet`)
    writeFileSync(path, Buffer.from(base64, 'base64'))
    const found = await inspect(path)
    t.match(found, { compression: codec, rows: 3, columns: [{ name: 'n', nulls: 3 }] })
    t.same(found.firstRows, [[null], [null], [null]])
  })
}

t.test('D19: a writer that is no text is damage', async (t) => {
  const { bytes } = await writeParquet([['a', 'bigint']], [[1]])
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  const writer = Buffer.from(String(Buffer.from(readThrift(bytes, start).struct.get(6) as Uint8Array)))
  const header = bytes.indexOf(writer, start) - 2
  t.equal(bytes[header], 0x18, 'field 6, a text')
  const path = join(folder, 'writer.parquet')
  bytes[header] = 0x15
  writeFileSync(path, bytes)
  await t.rejects(inspect(path), { code: 'E_PARQUET' })
})

t.test('D19: a group with fewer children than none ends the reading', async (t) => {
  const { bytes } = await writeParquet([['list', 'array(varchar)']], [[['x']]])
  // The name of the column, and one child: -1 is as long.
  const at = bytes.lastIndexOf(Buffer.from('\x04list\x15\x02', 'latin1'))
  t.ok(at > 0)
  bytes[at + 6] = 1
  const path = join(folder, 'children.parquet')
  writeFileSync(path, bytes)
  await t.rejects(inspect(path), { code: 'E_PARQUET', message: /the tree of its columns is damaged/ })
})

t.test('columns of one name are told apart', async (t) => {
  const { bytes } = await writeParquet(
    [
      ['a', 'bigint'],
      ['b', 'varchar'],
    ],
    [
      [1, 'x'],
      [2, 'y'],
    ],
  )
  // Both in the tree of columns and in the path of the second column.
  for (
    let at = bytes.indexOf('\x18\x01b', 0, 'latin1');
    at >= 0;
    at = bytes.indexOf('\x18\x01b', at, 'latin1')
  )
    bytes[at + 2] = 0x61
  const path = join(folder, 'twice.parquet')
  writeFileSync(path, bytes)
  const { columns, firstRows } = await inspect(path)
  t.match(columns, [
    { name: 'a', type: 'bigint', max: 2 },
    { name: 'a', type: 'varchar', max: 'y' },
  ])
  t.strictSame(firstRows[1], [2, 'y'])
})

t.test('D19: keys and values of a map may have any names', async (t) => {
  const type = 'row(m map(varchar, bigint), l array(map(varchar, varchar)))'
  const maps = [new Map([['a', 1]]), [new Map([['b', 'x']])]]
  const { bytes } = await writeParquet([['nested', type]], [[maps]])
  for (const [name, other] of [
    ['key', 'Key'],
    ['value', 'other'],
    ['key_value', 'the_pairs'],
  ] as const) {
    // In the tree of columns and in the paths, behind the length.
    const [from, to] = [name, other].map((text) =>
      Buffer.from(`${String.fromCharCode(text.length)}${text}`, 'latin1'),
    )
    for (let at = bytes.indexOf(from!); at >= 0; at = bytes.indexOf(from!, at)) to!.copy(bytes, at)
  }
  const path = join(folder, 'entries.parquet')
  writeFileSync(path, bytes)
  t.strictSame((await inspect(path)).firstRows, [[{ m: { a: 1 }, l: [{ b: 'x' }] }]])
})

t.test('D19: a page whose checksum is wrong is damage, whatever it decodes to', async (t) => {
  const { bytes } = await writeParquet([['a', 'bigint']], [[1], [2], [3]], { codec: 'none' })
  const at = bytes.indexOf(Buffer.from('0200000000000000', 'hex'))
  t.ok(at > 0)
  bytes[at] = 9
  const path = join(folder, 'checksum.parquet')
  writeFileSync(path, bytes)
  await t.rejects(inspect(path), {
    code: 'E_PARQUET',
    message: /column "a": the checksum of a page is wrong/,
  })
})

t.test('an encrypted file is named as one', async (t) => {
  const path = join(folder, 'encrypted.parquet')
  // A footer of four bytes of nothing: no reader gets as far as it.
  writeFileSync(path, Buffer.from('PARE\0\0\0\0\x04\0\0\0PARE', 'latin1'))
  await t.rejects(inspect(path), { code: 'E_UNSUPPORTED', message: /its footer is encrypted/ })
})

t.test('the rows are those of the row groups, where the file says 0', async (t) => {
  const { bytes } = await writeParquet([['a', 'bigint']], [[1], [2], [3]])
  const start = bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)
  // Field 3, an i64 of 3, in front of the list of row groups.
  const at = bytes.indexOf(Buffer.from('160619', 'hex'), start)
  t.ok(at > 0)
  bytes[at + 1] = 0
  const path = join(folder, 'zero.parquet')
  writeFileSync(path, bytes)
  t.match(await inspect(path), { rows: 3, rowsRead: 3, columns: [{ max: 3 }] })
})
