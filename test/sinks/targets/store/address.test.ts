import t from 'tap'
import { s3 } from '../../../../src/s3.js'
import { targetOf } from '../../../../src/sinks/targets/index.js'
import { storeAddress, textOfAddress } from '../../../../src/sinks/targets/store/address.js'

t.test('a URL of a store is a bucket and a key, which is taken as it is given', async (t) => {
  const cases: [string | URL, string, string][] = [
    ['s3://bucket/a/b.csv', 'bucket', 'a/b.csv'],
    ['S3://bucket/a%20b?c#d.csv', 'bucket', 'a%20b?c#d.csv'],
    [new URL('s3://bucket/a%20b/%E3%81%82.csv'), 'bucket', 'a b/あ.csv'],
    ['gs://my_bucket.example.com//a', 'my_bucket.example.com', '/a'],
    ['s3://bucket', 'bucket', ''],
    ['s3://bucket/', 'bucket', ''],
  ]
  for (const [given, bucket, key] of cases) {
    const address = storeAddress(given)!
    t.match(address, { bucket, key }, String(given))
    t.strictSame(storeAddress(textOfAddress(address)), address)
  }
  for (const other of [
    'out.csv',
    's3:/x',
    'https://bucket/x',
    'file:///x',
    './s3://x',
    new URL('file:///x'),
    3,
  ])
    t.equal(storeAddress(other), undefined, String(other))
})

t.test('what is no place in a store is refused, and no secret is repeated', async (t) => {
  const cases: [string | URL, RegExp][] = [
    ['azure://container/x.csv', /azure:\/\/ URLs are not supported/],
    [new URL('abfss://container@account.dfs.core.windows.net/x.csv'), /abfss:\/\/ URLs are not supported/],
    ['s3a://bucket/x.csv', /s3a:\/\/ URLs are not supported/],
    ['s3:///x.csv', /names no bucket/],
    ['s3://AKID:secret@bucket/x.csv', /begins with the name of a bucket/],
    [new URL('s3://AKID:secret@bucket/x.csv'), /begins with the name of a bucket/],
    [new URL('s3://bucket/x.csv?secret=1'), /no \? or #/],
    ['s3://bucket/a/../b.csv', /has \. or \.\./],
    [`s3://bucket/${'é'.repeat(513)}`, /more than 1024 bytes/],
    ['s3://bucket/a\nb', /control characters/],
    ['s3://bucket/a\ud800', /valid Unicode/],
  ]
  for (const [given, message] of cases) {
    t.throws(() => targetOf(given), { code: 'E_USAGE', message }, String(given))
    try {
      targetOf(given)
    } catch (error) {
      t.notMatch(JSON.stringify(error), /secret/)
    }
  }
})

t.test('a refusal calls the parts of a place as its store does', async (t) => {
  const cases: [string, RegExp, RegExp][] = [
    ['az://', /names no container/, /az:\/\/CONTAINER\/BLOB/],
    ['az://key@container/x.csv', /a URL of az:\/\/ begins with the name of a container/, /CONTAINER\/BLOB/],
    ['az://container/a/../b.csv', /^the name of the blob of/, /^$/],
    ['gs://', /names no bucket/, /gs:\/\/BUCKET\/KEY/],
  ]
  for (const [url, message, hint] of cases) {
    try {
      targetOf(url)
      t.fail(url)
    } catch (error) {
      t.match(error, { code: 'E_USAGE', message }, url)
      t.match((error as { hint?: string }).hint ?? '', hint, url)
    }
  }
  await t.rejects(targetOf('az://container').prepare(), {
    code: 'E_USAGE',
    hint: 'put the name of the blob behind it: az://container/NAME',
  })
  await t.rejects(targetOf('s3://bucket/a/').prepare(), {
    code: 'E_USAGE',
    hint: /object behind it: s3:\/\/bucket\/a\/NAME/,
  })
})

t.test('a target of a store has places below and beside it, and a bucket alone is a folder', async (t) => {
  const folder = targetOf('s3://bucket')
  t.equal(folder.join!('day=1/part-0').name, 's3://bucket/day=1/part-0')
  t.equal(s3('gs://bucket/a/').join!('b').location, 'gs://bucket/a/b')
  t.equal(targetOf('s3://bucket/a.msgpack').beside!('.schema.json').name, 's3://bucket/a.msgpack.schema.json')
  for (const name of ['s3://bucket', 's3://bucket/a/'])
    for (const act of ['prepare', 'open'] as const)
      await t.rejects(targetOf(name)[act]() as Promise<unknown>, {
        code: 'E_USAGE',
        message: /names a folder of a store/,
      })
})

t.test('options are checked when the target is made', async (t) => {
  const url = 's3://bucket/key'
  const wrong: [object, RegExp][] = [
    [{ endpoint: 'localhost:9000' }, /endpoint of s3 must be a URL/],
    [{ partSize: 5_000_000 }, /partSize of s3 must be from 5242880 to 1073741824 bytes/],
    [{ partsInFlight: 0 }, /partsInFlight/],
    [{ client: {} }, /client of s3 must be an S3Client/],
    [{ parameters: { Key: 'x' } }, /must not have Key/],
    [{ regoin: 'x' }, /no option "regoin"/],
  ]
  for (const [options, message] of wrong)
    t.throws(() => s3(url, options), { code: 'E_USAGE', message }, JSON.stringify(options))
  for (const given of ['out.csv', 3, undefined])
    t.throws(() => s3(given as string), { code: 'E_USAGE' }, String(given))
  t.ok(
    s3(url, {
      endpoint: new URL('http://127.0.0.1:1'),
      credentials: async () => ({ accessKeyId: '', secretAccessKey: '' }),
    }),
  )
})
