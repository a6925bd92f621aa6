import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import t from 'tap'
import { csv, file, parquet, pipeline, stream } from '../../src/index.js'
import { runInProcess } from '../support/cli/context.js'
import { resultOf } from '../support/msgpack/encoded-results.js'

t.test('data of another kind is called by its name', async (t) => {
  for (const [head, message] of [
    ['ARROW1\0\0', 'the data is an Arrow file, not a msgpack result'],
    ['PK\x03\x04\x14', 'the data is a zip archive or a workbook, not a msgpack result'],
    ['BZh91AY', 'the data is packed with bzip2, not a msgpack result'],
    ['\xfd7zXZ\0', 'the data is packed with xz, not a msgpack result'],
    ['user,host\r\na,b', /begins with "user,host", as a text would$/],
    ['\xef\xbb\xbfid,\xe6\x97\xa5', /begins with "id,日", as a text would$/],
    [`${'x'.repeat(38)}\xe6\x97\xa5`, /begins with "x{38}", as a text would$/],
    ['\x07\x08\x09', /so it is no msgpack result$/],
    ['\x1b[2J', /so it is no msgpack result$/],
  ] as const) {
    for (const bytes of [head.length, 1]) {
      const data = Buffer.from(head, 'latin1')
      const chunks = bytes === 1 ? [...data].map((byte) => Buffer.of(byte)) : [data]
      await t.rejects(pipeline(stream(Readable.from(chunks)), csv(join(t.testdir(), 'x.csv'))), {
        code: 'E_NOT_MSGPACK',
        ...(bytes > 1 && { message }),
      })
    }
  }
})

t.test('convert names a Parquet file, and the command that reads it', async (t) => {
  const cwd = t.testdir()
  await pipeline(resultOf([['a', 'bigint']], [[1]]), parquet(join(cwd, 'a.parquet')))
  const { exit, stderr } = await runInProcess(['convert', 'a.parquet', '-o', 'a.csv'], { cwd })
  t.equal(exit, 12)
  t.match(stderr, /the data is a Parquet file, not a msgpack result\n {2}hint: td-sluice inspect FILE shows/)
  writeFileSync(join(cwd, 'b.csv'), 'user,host\n')
  await t.rejects(pipeline(file(join(cwd, 'b.csv')), csv(join(cwd, 'c.csv'))), { message: /"user,host"/ })
})
