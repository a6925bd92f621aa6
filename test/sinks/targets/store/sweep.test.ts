import { createHash } from 'node:crypto'
import t, { type Test } from 'tap'
import { type ProcessIdentity, thisProcess } from '../../../../src/files/process-identity.js'
import { claimKey, readClaimKey } from '../../../../src/sinks/targets/store/claim-key.js'
import { type S3Server, startS3 } from '../../../support/s3/server.js'
import { objectOf, PART, someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'

const HOUR = 3_600_000

/** A process that has ended, of this machine. */
const DEAD: ProcessIdentity = { ...thisProcess(), pid: 2 ** 22 + 1 }
/** A process of which nothing can be known. */
const FAR: ProcessIdentity = { ...thisProcess(), host: 'elsewhere', boot: 'another', pidns: '1' }

/** Puts an upload into a server that began some time ago. */
function add(server: S3Server, key: string, id: string, agoMs: number, partsAgoMs: readonly number[] = []) {
  const parts = partsAgoMs.map((partAgoMs, i) => {
    const part = { etag: '"x"', bytes: Buffer.alloc(0), size: PART, at: new Date(Date.now() - partAgoMs) }
    return [i + 1, part] as const
  })
  const beganAt = new Date(Date.now() - agoMs)
  server.uploads.set(id, { key, beganAt, metadata: {}, type: '', parts: new Map(parts) })
}

const claimOf = (key: string, holder: ProcessIdentity, end = '') =>
  `${key}.td-sluice.${Buffer.from(JSON.stringify(holder)).toString('base64url')}.0123456789abcdef${end}`
const hashOf = (id: string) => createHash('sha256').update(id).digest('hex').slice(0, 32)

/** The ids that stay when something else is written to the key. */
async function leftBy(t: Test, fill: (server: S3Server) => void, key = 'a/out.csv'): Promise<string[]> {
  const server = await startS3(t)
  fill(server)
  await writeWhole(objectOf(server, key), Buffer.from('next'))
  return [...server.uploads.keys()].sort()
}

t.test('the key of a claim tells its upload and its process, and any other key is none', async (t) => {
  const key = claimKey('a/b.csv', '0123456789abcdef', { id: 'upload' })!
  const read = {
    key: 'a/b.csv',
    holder: thisProcess(),
    token: '0123456789abcdef',
    hash: hashOf('upload'),
    others: [],
  }
  t.match(readClaimKey(key), JSON.parse(JSON.stringify(read)))
  const first = claimKey('x', '0123456789abcdef', { others: ['one', 'two'] })!
  t.strictSame(readClaimKey(first)!.others, [hashOf('one').slice(0, 8), hashOf('two').slice(0, 8)])
  t.equal(claimKey('x'.repeat(1000), '0123456789abcdef', { id: 'upload' }), undefined)
  for (const other of ['a/b.csv', 'a.td-sluice.x.0123456789abcdef', claimOf('a', { pid: 'x' } as never)])
    t.equal(readClaimKey(other), undefined, other)
})

t.test('the upload of a process that has ended is aborted, whatever its parts', async (t) => {
  const left = await leftBy(t, (server) => {
    add(server, 'a/out.csv', 'theirs', 1000, [10])
    add(server, claimOf('a/out.csv', DEAD, `.${hashOf('theirs')}`), 'claim', 1000)
    add(server, 'a/out.csv', 'strange', 1000, [10])
    // Of the key of another output, whose next run has not come yet.
    add(server, 'a/out.csv.gz', 'other', 1000, [10])
    add(server, claimOf('a/out.csv.gz', DEAD, `.${hashOf('other')}`), 'other claim', 1000)
  })
  t.strictSame(left, ['other', 'other claim', 'strange'])
})

t.test('a process elsewhere counts as gone when its upload got no part for an hour', async (t) => {
  const fill = (lastPartMs: number) => (server: S3Server) => {
    add(server, 'a/out.csv', 'theirs', 20 * HOUR, [19 * HOUR, lastPartMs])
    add(server, claimOf('a/out.csv', FAR, `.${hashOf('theirs')}`), 'claim', 20 * HOUR)
  }
  t.strictSame(await leftBy(t, fill(HOUR / 2)), ['claim', 'theirs'])
  t.strictSame(await leftBy(t, fill(1.1 * HOUR)), [])
})

t.test('a first claim covers an empty upload that came right after it, and no other', async (t) => {
  const left = await leftBy(t, (server) => {
    add(server, 'a/out.csv', 'before', 63_000)
    add(server, claimOf('a/out.csv', DEAD, `.not-${hashOf('named').slice(0, 8)}`), 'claim', 60_000)
    add(server, 'a/out.csv', 'named', 59_000)
    add(server, 'a/out.csv', 'theirs', 59_000)
    add(server, 'a/out.csv', 'has parts', 59_000, [10])
    add(server, 'a/out.csv', 'later', 10_000)
  })
  t.strictSame(left, ['before', 'has parts', 'later', 'named'])
})

t.test('an output that is being written keeps its upload', async (t) => {
  const server = await startS3(t)
  const bytes = someBytes(2 * PART)
  const output = await writeTo(objectOf(server, 'out'), bytes)
  await writeWhole(objectOf(server, 'out'), Buffer.from('quicker'))
  await output.commit()
  t.ok(server.objects.get('out')!.bytes.equals(bytes))
  t.equal(server.uploads.size, 0)
})

t.test('preparing a folder aborts what killed runs have left below it', async (t) => {
  const server = await startS3(t)
  add(server, 'a/day=1/part-0.csv', 'theirs', 1000, [10])
  add(server, claimOf('a/day=1/part-0.csv', DEAD, `.${hashOf('theirs')}`), 'claim', 1000)
  add(server, 'a/day=2/part-0.csv', 'far', 2 * HOUR, [2 * HOUR])
  add(server, claimOf('a/day=2/part-0.csv', FAR, `.${hashOf('far')}`), 'far claim', 2 * HOUR)
  add(server, 'ab/part-0.csv', 'beside', 1000)
  add(server, claimOf('ab/part-0.csv', DEAD, `.${hashOf('beside')}`), 'claim beside', 1000)
  await objectOf(server, 'a').join!('part-0').prepare({ missingFolder: true })
  t.strictSame([...server.uploads.keys()].sort(), ['beside', 'claim beside', 'far', 'far claim'])
})

t.test('without the right to list uploads a notice says so, and the run goes on', async (t) => {
  const server = await startS3(t)
  server.forbidden.add('ListMultipartUploads')
  const notices: string[] = []
  const notice = ({ code }: { code: string }) => notices.push(code)
  await writeWhole(objectOf(server, 'out'), someBytes(2 * PART), { notice })
  t.strictSame(notices, ['N_UPLOADS_NOT_LISTED'])
  t.equal(server.uploads.size, 0)
})
