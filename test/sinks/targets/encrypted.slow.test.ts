/** Files that are encrypted with age: what the package decrypts is what would have been written, and nothing else is there. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough, Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { gzipSync } from 'node:zlib'
import { generateHybridIdentity, generateIdentity, identityToRecipient } from 'age-encryption'
import t, { type Test } from 'tap'
import { createSink } from '../../../src/advanced.js'
import {
  csv,
  type Format,
  job,
  ndjson,
  open,
  parquet,
  partitionBy,
  pipeline,
  type Sink,
  tee,
  withChecksum,
} from '../../../src/index.js'
import { contentTypeOf } from '../../../src/sinks/targets/store/store-object.js'
import { ageKey, decrypted, NO_KEY } from '../../support/age/keys.js'
import { memorySource, packRows, resultOf } from '../../support/msgpack/encoded-results.js'
import { eventually } from '../../support/process/eventually.js'
import { startS3 } from '../../support/s3/server.js'
import { objectOf } from '../../support/s3/store.js'
import { SftpServer } from '../../support/sftp/server.js'

const { identity: IDENTITY, recipient: RECIPIENT } = await ageKey()
const { identity: OTHER, recipient: OTHER_RECIPIENT } = await ageKey()

/** In every row, so that it is in every output that is not encrypted. */
const CANARY = 'Adelheid'
const SCHEMA = [
  ['id', 'bigint'],
  ['name', 'varchar'],
] as const
const rowsOf = (count: number) => Array.from({ length: count }, (_, i) => [i, `${CANARY} ${i * 7919}`])
const ROWS = rowsOf(6000)
const source = (rows: readonly unknown[][] = ROWS, announced = {}) => resultOf(SCHEMA, rows as [], announced)
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

const decrypt = (bytes: Uint8Array, identity = IDENTITY) => decrypted(bytes, identity)

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

/** Also the hidden ones, and those that a run has not finished. */
function hidesAll(t: Test, folder: string): void {
  for (const path of filesIn(folder)) t.notOk(readFileSync(path).includes(CANARY), path)
}

const NAMES: readonly (readonly [Format, string])[] = [
  ['csv', 'a.csv'],
  ['csv', 'a.csv.gz'],
  ['csv', 'a.csv.zst'],
  ['tsv', 'a.tsv'],
  ['tsv', 'a.tsv.gz'],
  ['ndjson', 'a.ndjson'],
  ['ndjson', 'a.jsonl.zst'],
  ['json', 'a.json'],
  ['json', 'a.json.gz'],
  ['msgpack', 'a.msgpack'],
  ['msgpack', 'a.msgpack.gz'],
  ['parquet', 'a.parquet'],
  ['arrow', 'a.arrow'],
  ['arrows', 'a.arrows'],
]

for (const [format, name] of NAMES) {
  t.test(`G23: ${name}.age holds what ${name} would, and no plain text`, async (t) => {
    const [plain, folder] = [join(t.testdir(), name), t.testdir({ encrypted: {} })]
    const write = (sink: () => Sink) =>
      pipeline(source(), sink()).catch((error) => {
        if (error.code !== 'E_UNSUPPORTED' || !name.endsWith('.zst')) throw error
      })
    const path = join(folder, 'encrypted', `${name}.age`)
    const report = await write(() => createSink(format, path, { encryptTo: RECIPIENT }))
    if (report === undefined) return t.comment('this Node has no zstd')
    await write(() => createSink(format, plain))
    const bytes = readFileSync(path)
    t.ok((await decrypt(bytes)).equals(readFileSync(plain)))
    t.match(report, { path, bytesOut: bytes.length, sha256: sha256Of(bytes), rows: ROWS.length })
    t.strictSame(readdirSync(join(folder, 'encrypted')), [`${name}.age`])
    hidesAll(t, join(folder, 'encrypted'))
  })
}

t.test('results of no rows, of one piece and of its edges are whole', async (t) => {
  const folder = t.testdir()
  for (const length of [0, 2, 65_535, 65_536, 65_537, 131_072]) {
    const path = join(folder, `${length}.csv.age`)
    // One line of that length, with its end.
    const rows = length === 0 ? [] : [['x'.repeat(length - 1)]]
    await pipeline(resultOf([['a', 'varchar']], rows), csv(path, { encryptTo: RECIPIENT, header: false }))
    t.equal((await decrypt(readFileSync(path))).length, length)
  }
})

t.test('each of several recipients decrypts, post-quantum ones too, and nobody else', async (t) => {
  const hybrid = await generateHybridIdentity()
  const path = join(t.testdir(), 'a.csv.age')
  const encryptTo = [RECIPIENT, OTHER_RECIPIENT, RECIPIENT, await identityToRecipient(hybrid)]
  await pipeline(source(), csv(path, { encryptTo }))
  const bytes = readFileSync(path)
  const text = await decrypt(bytes)
  for (const identity of [OTHER, hybrid]) t.ok((await decrypt(bytes, identity)).equals(text))
  await t.rejects(decrypt(bytes, await generateIdentity()))
  t.equal(bytes.toString('latin1').match(/^-> X25519 /gm)?.length, 2, 'a recipient counts once')
})

t.test('G23: a file that is cut or changed anywhere is refused when it is decrypted', async (t) => {
  const path = join(t.testdir(), 'a.ndjson.age')
  await pipeline(source(), ndjson(path, { encryptTo: RECIPIENT }))
  const bytes = readFileSync(path)
  // Header, nonce and pieces of 64 KiB with 16 bytes each: cut at their ends, too.
  const header = bytes.indexOf('\n---') + 48 + 16
  const pieces = Array.from(
    { length: Math.floor((bytes.length - header) / 65_552) },
    (_, i) => header + (i + 1) * 65_552,
  )
  t.ok(pieces.length >= 3)
  for (const end of [...pieces, bytes.length - 1, bytes.length - 16, header, header - 20, 0])
    await t.rejects(decrypt(bytes.subarray(0, end)), String(end))
  for (const at of [header - 1, header, header + 70_000, bytes.length - 1]) {
    const changed = Buffer.from(bytes)
    changed[at]! ^= 1
    await t.rejects(decrypt(changed), `byte ${at}`)
  }
})

t.test('G23: nothing plain is on the disk while rows arrive', async (t) => {
  const folder = t.testdir()
  const rowBytes = Array.from({ length: 8000 }, (_, i) => [i, `${CANARY} ${i} `.repeat(70)])
  const packed = gzipSync(packRows(rowBytes), { level: 0 })
  const half = packed.length >> 1
  const isWritten = () => filesIn(folder).some((path) => readFileSync(path).length > 1_000_000)
  async function* body() {
    yield packed.subarray(0, half)
    await eventually(isWritten)
    hidesAll(t, folder)
    yield packed.subarray(half)
  }
  const rows = memorySource(packed, {
    body: Readable.from(body(), { objectMode: false, highWaterMark: 1 }),
    schemaText: JSON.stringify(SCHEMA),
  })
  await pipeline(rows, csv(join(folder, 'a.csv.age'), { encryptTo: RECIPIENT }))
  hidesAll(t, folder)
})

t.test('outputs of one run: a checksum, two formats, a stream and a folder', async (t) => {
  const folder = t.testdir()
  const encryptTo = RECIPIENT
  const stream = new PassThrough()
  const streamed = buffer(stream)
  const at = (name: string) => join(folder, name)
  const { outputs } = await pipeline(
    source(),
    tee(
      csv(withChecksum(at('a.csv.gz.age')), { encryptTo }),
      parquet(at('b.parquet.age'), { encryptTo }),
      csv(stream, { encryptTo }),
      partitionBy([], (path) => csv(`${path}.csv.age`, { encryptTo }), {
        folder: at('parts'),
        maxBytesPerFile: 70_000,
        encryptTo,
      }),
    ),
  )
  t.match(execFileSync('sha256sum', ['-c', 'a.csv.gz.age.sha256'], { cwd: folder, encoding: 'utf8' }), 'OK')
  t.equal(outputs![0]!.sha256, sha256Of(readFileSync(at('a.csv.gz.age'))))
  const text = await decrypt(await streamed)
  t.match(text.toString(), /^id,name\n0,Adelheid 0\n/)
  const parts = filesIn(at('parts')).filter((path) => path.endsWith('.age'))
  t.ok(parts.length >= 2)
  let rows = ''
  for (const path of parts) {
    const bytes = readFileSync(path)
    t.ok(bytes.length <= 70_000, `${bytes.length} bytes`)
    rows += (await decrypt(bytes)).toString().replace('id,name\n', '')
  }
  t.equal(
    rows.split('\n').sort().join('\n'),
    text.toString().replace('id,name\n', '').split('\n').sort().join('\n'),
  )
  hidesAll(t, folder)
})

t.test('G23: partitionBy finds wrong recipients and a spool before anything is sent', async (t) => {
  const folder = t.testdir()
  const make = (path: string) => csv(`${path}.csv.age`, { encryptTo: RECIPIENT })
  const connection = { endpoint: 'http://127.0.0.1:1', apiKey: 'k', retries: 0 }
  const parts = (options: object) => partitionBy(['id'], make, { folder, ...options })
  const encryptTo = RECIPIENT
  await t.rejects(pipeline(job('1', { connection }), parts({ encryptTo: 'age1wrong' })), { code: 'E_USAGE' })
  const spooled = job('1', { connection, spool: join(folder, 'spool') })
  await t.rejects(pipeline(spooled, parts({ encryptTo })), { code: 'E_USAGE', message: /a spool keeps/ })
  // Nothing listens there: what is right goes as far as that.
  await t.rejects(pipeline(job('1', { connection }), parts({ encryptTo })), { code: 'E_NET' })
  await t.rejects(pipeline(source(), parts({})), {
    code: 'E_USAGE',
    message: 'make encrypts the files, of which partitionBy was not told',
  })
  const plain = partitionBy([], (path) => csv(`${path}.csv`), { folder, encryptTo })
  await t.rejects(pipeline(source(), plain), {
    code: 'E_USAGE',
    message: /make gives its sinks no encryptTo/,
  })
  t.strictSame(filesIn(folder), [])
})

t.test('the bound on the bytes of files counts what encryption adds', async (t) => {
  for (const [format, name] of [
    ['csv', 'csv'],
    ['csv', 'csv.gz'],
    ['parquet', 'parquet'],
  ] as const) {
    const folder = t.testdir()
    const make = (path: string) => createSink(format, `${path}.${name}.age`, { encryptTo: RECIPIENT })
    await pipeline(source(), partitionBy([], make, { folder, maxBytesPerFile: 20_000, encryptTo: RECIPIENT }))
    const sizes = filesIn(folder)
      .filter((path) => path.endsWith('.age'))
      .map((path) => readFileSync(path).length)
    t.ok(sizes.length > 1, name)
    t.ok(Math.max(...sizes) <= 20_000, `${name}: ${sizes.join(', ')}`)
  }
})

t.test('objects of stores and files of servers are encrypted before they are sent', async (t) => {
  const s3 = await startS3(t)
  const key = 'out/a.csv.gz.age'
  const report = await pipeline(source(), csv(objectOf(s3, key), { encryptTo: RECIPIENT }))
  const { bytes, type } = s3.objects.get(key)!
  t.equal(type, 'application/octet-stream')
  t.equal(sha256Of(bytes), report.sha256)
  t.ok((await decrypt(bytes)).length > 0)
  t.equal(contentTypeOf('a.csv.age'), 'application/octet-stream')
  const sftp = await SftpServer.start(t)
  Object.assign(process.env, sftp.environment)
  await pipeline(source(), csv(sftp.url('a.csv.age'), { encryptTo: RECIPIENT }))
  t.match((await decrypt(readFileSync(sftp.at('a.csv.age')))).toString(), CANARY)
  t.strictSame(readdirSync(sftp.at('')), ['a.csv.age'])
})

t.test('G23: a run that fails leaves nothing, and tells its own failure', async (t) => {
  const folder = t.testdir()
  const at = (name: string) => join(folder, name)
  const encryptTo = RECIPIENT
  const wrong = () => source(ROWS, { expectedRows: ROWS.length + 1 })
  for (const sink of [
    csv(at('a.csv.age'), { encryptTo }),
    csv(at('a.csv.gz.age'), { encryptTo }),
    parquet(at('a.parquet.age'), { encryptTo }),
    tee(csv(at('a.csv.age'), { encryptTo }), ndjson(at('b.ndjson.age'), { encryptTo })),
  ])
    await t.rejects(pipeline(wrong(), sink), { code: 'E_ROW_COUNT' })
  t.strictSame(readdirSync(folder), [])
  writeFileSync(at('old.csv.age'), 'old')
  await t.rejects(pipeline(wrong(), csv(at('old.csv.age'), { encryptTo })), { code: 'E_ROW_COUNT' })
  t.equal(readFileSync(at('old.csv.age'), 'utf8'), 'old')
  await t.rejects(pipeline(source(), csv(at('old.csv.age'), { encryptTo, clobber: false })), {
    code: 'E_EXISTS',
  })
  await t.rejects(pipeline(source(), csv('/dev/full', { encryptTo })), { code: 'E_NO_SPACE' })
  const broken = new PassThrough()
  broken.once('data', () => broken.destroy(new Error('the reader went away')))
  await t.rejects(pipeline(source(), ndjson(broken, { encryptTo })), { message: /the reader went away/ })
  const stopping = new AbortController()
  const stopped = csv(at('c.csv.age'), { encryptTo })
  const stop = { signal: stopping.signal, onProgress: () => stopping.abort() }
  await t.rejects(pipeline(source(), stopped, stop), { code: 'E_INTERRUPTED' })
  t.strictSame(readdirSync(folder), ['old.csv.age'])
})

const PASSPHRASE = 'correct horse battery staple'
const WRONG_RECIPIENTS: readonly (readonly [unknown, RegExp])[] = [
  [IDENTITY, /names an identity, which decrypts.*age-keygen -y/],
  [IDENTITY.toLowerCase(), /names an identity/],
  [await generateHybridIdentity(), /names an identity/],
  [[RECIPIENT, IDENTITY], /names an identity/],
  ['AGE-PLUGIN-YUBIKEY-1QYQSZQGPQYQSZQGPQYQSZ', /names an identity/],
  [PASSPHRASE, /passphrases are not supported/],
  ['', /no recipient age1/],
  [[], /names nobody/],
  ['ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI me@host', /an SSH key; only recipients age1/],
  ['age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t', /the plugin yubikey; plugins/],
  [RECIPIENT.slice(0, -1), /cut or mistyped/],
  [`${RECIPIENT.slice(0, 20)}${RECIPIENT[20] === 'q' ? 'p' : 'q'}${RECIPIENT.slice(21)}`, /cut or mistyped/],
  [RECIPIENT.toUpperCase(), /no recipient age1/],
  [`${RECIPIENT} `, /cut or mistyped/],
  [5, /must be a text, or a list of texts/],
  [[5], /must be a text, or a list of texts/],
  [null, /must be a text, or a list of texts/],
]

t.test('G23: what is no recipient is refused when the sink is made, and no secret is repeated', async (t) => {
  for (const [encryptTo, message] of WRONG_RECIPIENTS) {
    for (const make of [csv, parquet]) {
      try {
        make('a.age', { encryptTo } as never)
        t.fail(`taken: ${encryptTo}`)
      } catch (error) {
        const { code, message: told } = error as { code: string; message: string }
        t.equal(code, 'E_USAGE')
        t.match(told, message)
        const said = JSON.stringify(error) + String((error as Error).stack)
        t.notMatch(said, /AGE-(SECRET|PLUGIN)-[\w-]*1[A-Z0-9]{9}|correct horse/i)
      }
    }
  }
  const asked = memorySource(Buffer.alloc(0))
  asked.open = async () => t.fail('the source was opened') as never
  await t.rejects(pipeline(asked, csv('a.csv.age', { encryptTo: NO_KEY })), {
    code: 'E_USAGE',
    message: /age refuses a recipient/,
  })
})

t.test('a name tells whether a file is encrypted, or tells nothing', async (t) => {
  const make = (name: string, encryptTo?: string) => () =>
    name.includes('parquet') ? parquet(name, { encryptTo }) : csv(name, { encryptTo })
  for (const name of ['a.csv.age', 'a.csv.gz.AGE', 'a.age', 'b.parquet.age'])
    t.throws(make(name), {
      code: 'E_USAGE',
      message: `${name} is named as an encrypted file, but no recipient`,
    })
  for (const name of ['a.csv', 'a.csv.gz', 'a.gz', 'b.parquet'])
    t.throws(make(name, RECIPIENT), {
      code: 'E_USAGE',
      message: `${name} is to be encrypted, but is not named so`,
      hint: `end the name with .age: ${name}.age`,
    })
  for (const name of [
    'a',
    'a.bin',
    '/dev/stdout',
    's3://bucket/k',
    'a.csv.age',
    'a.CSV.GZ.AGE',
    'b.parquet.age',
  ])
    t.ok(make(name, RECIPIENT)())
  t.throws(make('a.ndjson.age', RECIPIENT), { message: /is named as ndjson, but csv is to be written/ })
  t.throws(make('b.parquet.gz.age', RECIPIENT), { message: /is not compressed as a whole/ })
})

t.test('G23: a download that is kept is refused before anything is sent', async (t) => {
  const spool = join(t.testdir(), 'spool')
  const spooled = () => job('1', { spool, connection: { endpoint: 'http://127.0.0.1:1', apiKey: 'k' } })
  const sink = () => csv('a.csv.age', { encryptTo: RECIPIENT })
  const refused = { code: 'E_USAGE', message: 'a spool keeps the download as it came, not encrypted' }
  await t.rejects(pipeline(spooled(), sink()), refused)
  await t.rejects(pipeline(spooled(), tee(csv('b.csv'), sink())), refused)
  t.notOk(existsSync(spool))
  const opened = source()
  await t.rejects((await open({ ...opened, keepsDownload: true })).to(sink()), refused)
})
