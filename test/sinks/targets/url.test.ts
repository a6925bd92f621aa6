import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { createSink } from '../../../src/advanced.js'
import { csv, file, msgpack, ndjson, parquet, partitionBy, pipeline } from '../../../src/index.js'
import { targetOf } from '../../../src/sinks/targets/index.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'

const SCHEMA = [['n', 'bigint']] as const
const result = () => resultOf(SCHEMA, [[1], [2]])

t.test('a file: URL is the path that it names, which may hold any character', async (t) => {
  const folder = join(t.testdir(), 'a b#c?d%é')
  mkdirSync(folder)
  const report = await pipeline(result(), csv(pathToFileURL(join(folder, 'x.csv'))))
  t.equal(report.path, join(folder, 'x.csv'))
  t.equal(readFileSync(join(folder, 'x.csv'), 'utf8'), 'n\n1\n2\n')
})

t.test('the end of its path names a compression, as that of a path does', async (t) => {
  const base = pathToFileURL(`${t.testdir()}/`)
  await pipeline(result(), ndjson(new URL('x.ndjson.gz', base)))
  t.equal(gunzipSync(readFileSync(new URL('x.ndjson.gz', base))).toString(), '{"n":1}\n{"n":2}\n')
  t.throws(() => parquet(new URL('x.parquet.gz', base)), { code: 'E_USAGE' })
  await pipeline(result(), createSink('csv', new URL('x.csv', base), { clobber: false }))
  await t.rejects(pipeline(result(), csv(new URL('x.csv', base), { clobber: false })), { code: 'E_EXISTS' })
})

t.test('a folder of partitions and a file that is read may be URLs too', async (t) => {
  const base = pathToFileURL(`${t.testdir()}/`)
  const sink = partitionBy(['n'], (path) => csv(path), { folder: new URL('out/', base), keepColumns: true })
  await pipeline(result(), sink)
  t.ok(readdirSync(new URL('out/', base)).includes('n=1'))
  await pipeline(result(), msgpack(new URL('x.msgpack', base)))
  const source = file(new URL('x.msgpack', base), { schema: JSON.stringify(SCHEMA) })
  await pipeline(source, csv(new URL('x.csv', base)))
  t.equal(readFileSync(new URL('x.csv', base), 'utf8'), 'n\n1\n2\n')
})

t.test('a URL of another protocol is a usage error that keeps its secrets', (t) => {
  for (const protocol of ['ftp:', 'https:', 'data:']) {
    const url = new URL(`${protocol}//user:secret@example.com/x.csv`)
    for (const make of [csv, parquet, ndjson, (wrong: URL) => file(wrong), (wrong: URL) => targetOf(wrong)]) {
      t.throws(() => make(url), {
        code: 'E_USAGE',
        message: new RegExp(`^(outputs|files) at ${protocol} URLs are not supported$`),
      })
    }
  }
  t.end()
})

t.test('a file: URL that is not only a path on this machine is a usage error', (t) => {
  for (const text of [
    'file:///x.csv?y',
    'file:///x.csv#y',
    'file://host/x.csv',
    'file:///a%2Fb',
    'file:///a%00b',
  ]) {
    t.throws(() => csv(new URL(text)), { code: 'E_USAGE' }, text)
  }
  t.end()
})

t.test('a URL of another class, as of another realm, is a URL', (t) => {
  const { href, protocol, pathname, search, hash } = new URL('file:///tmp/x.csv')
  t.match(targetOf({ href, protocol, pathname, search, hash } as URL), { location: '/tmp/x.csv' })
  t.end()
})
