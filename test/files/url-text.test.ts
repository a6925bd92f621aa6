import t from 'tap'
import { refuseMistypedUrl, requireLocalPath } from '../../src/files/url-text.js'

t.test('a path that was meant for a URL is refused, and no password in it is repeated', async (t) => {
  for (const place of [
    's3:/bucket/a.csv',
    's3:bucket/a.csv',
    's3//bucket/a.csv',
    'S3:/bucket/a.csv',
    'gs:/bucket/a.csv',
    'az:/container/a.csv',
    'sftp:/host/a.csv',
    'https:/host/a.csv',
    'postgres:/me:secret@host/db#t',
    'postgresql:host/db#t',
    'me@host:/a.csv',
    'me@host.example.com:a.csv',
  ]) {
    try {
      refuseMistypedUrl(place)
      t.fail(place)
    } catch (error) {
      t.match(error, { code: 'E_USAGE', hint: /:\/\// }, place)
      t.notMatch(JSON.stringify(error), 'secret')
    }
  }
})

t.test('URLs, and paths that only look a little like one, are let through', async (t) => {
  for (const place of [
    's3://bucket/a.csv',
    './s3:/bucket/a.csv',
    's3/a.csv',
    's3.csv',
    'gs',
    'a:b.csv',
    'C:\\rows.csv',
    'time=10:00/rows.csv',
    'me@host.csv',
    'out/me@host:1.csv',
    '-',
    '',
  ])
    t.doesNotThrow(() => refuseMistypedUrl(place), place)
})

t.test('what reads local files refuses URLs', async (t) => {
  t.doesNotThrow(() => requireLocalPath('a.msgpack.gz', 'file'))
  const refused = { code: 'E_USAGE', message: /^file takes local files, and no s3:\/\/ URLs$/ }
  t.throws(() => requireLocalPath('s3://me:secret@bucket/a', 'file'), refused)
  t.throws(() => requireLocalPath('s3:/bucket/a', 'file'), { code: 'E_USAGE' })
})
