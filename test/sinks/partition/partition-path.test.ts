import t from 'tap'
import { csv, partitionBy, pipeline } from '../../../src/index.js'
import { s3 } from '../../../src/s3.js'
import { assertNameable, partitionPath } from '../../../src/sinks/partition/partition-path.js'
import { type Target, targetOf } from '../../../src/sinks/targets/index.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'
import { KEYS, startS3 } from '../../support/s3/server.js'

t.test('values make folders that are read back as the same values', async (t) => {
  t.equal(partitionPath(['a b', 'c'], ['x/y=%', null], 0), 'a%20b=x%2Fy%3D%25/c=__HIVE_DEFAULT_PARTITION__')
  t.equal(partitionPath(['c'], ['null'], 0), 'c=%6Eull')
  t.throws(() => partitionPath(['c'], ['__HIVE_DEFAULT_PARTITION__'], 6), {
    code: 'E_IO',
    message: /^row 7, column "c": the text __HIVE_DEFAULT_PARTITION__ would be read back as NULL/,
  })
})

t.test('a value too long for a name is refused with its row, counted in bytes', async (t) => {
  t.equal(Buffer.byteLength(partitionPath(['c'], ['日'.repeat(84)], 0)), 254)
  t.throws(() => partitionPath(['c'], ['日'.repeat(85)], 3), {
    code: 'E_IO',
    message: 'row 4, column "c": the value makes a folder name of 257 bytes; 255 is the most',
  })
})

t.test('values that make a path too long for a store are refused with the row', async (t) => {
  const folder = targetOf('s3://bucket/folder')
  const targetAt = (path: string): Target => folder.join!(path)
  const names = ['a', 'b', 'c', 'd']
  const path = (length: number) =>
    partitionPath(
      names,
      names.map(() => 'x'.repeat(length)),
      0,
    )
  assertNameable(targetAt, path(230), 0)
  t.throws(() => assertNameable(targetAt, path(253), 8), {
    code: 'E_IO',
    message: /^row 9: the key of "s3:.* has more than 1024 bytes$/,
    hint: /^partition by another column/,
  })
  const schema = [...names, 'n'].map((name) => [name, 'varchar'] as const)
  const rows = [10, 253].map((length) => [...names.map(() => 'x'.repeat(length)), 'n'])
  const server = await startS3(t)
  const options = { endpoint: server.url, credentials: KEYS, region: 'us-east-1' }
  const sink = partitionBy(names, (at) => csv(s3(`${at}.csv`, options)), {
    folder: s3('s3://results/folder', options),
  })
  await t.rejects(pipeline(resultOf(schema, rows), sink), { code: 'E_IO', message: /^row 2: / })
  t.strictSame([...server.objects.keys()], [])
})
