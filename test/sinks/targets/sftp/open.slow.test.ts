/** Files on a small SFTP server without extensions; `real.long.ts` has those on the one of OpenSSH. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { csv, partitionBy, pipeline } from '../../../../src/index.js'
import type { NoticeEvent } from '../../../../src/model/progress.js'
import { type OpenOutputOptions, targetOf } from '../../../../src/sinks/targets/index.js'
import { RangedObject } from '../../../../src/sinks/targets/ranged-object.js'
import { sftpAddress } from '../../../../src/sinks/targets/sftp/address.js'
import { credentialsFor } from '../../../../src/sinks/targets/sftp/credentials.js'
import { runInProcess } from '../../../support/cli/context.js'
import { packRows, resultOf } from '../../../support/msgpack/encoded-results.js'
import { someBytes, writeTo, writeWhole } from '../../../support/s3/store.js'
import { type Fault, type Operation, PASSWORD, SftpServer } from '../../../support/sftp/server.js'

const before = { ...process.env }
t.afterEach(() => {
  for (const name of Object.keys(process.env)) if (!Object.hasOwn(before, name)) delete process.env[name]
  Object.assign(process.env, before)
})

async function setUp(t: Test): Promise<SftpServer> {
  const server = await SftpServer.start(t)
  delete process.env.SSH_AUTH_SOCK
  Object.assign(process.env, server.environment)
  return server
}

const BYTES = someBytes(300_000)

t.test('a file has all bytes, replaces the old one at commit, and keeps its mode', async (t) => {
  const server = await setUp(t)
  const target = targetOf(server.url('out.csv'))
  await target.prepare()
  t.strictSame(readdirSync(server.at('')), [], 'the probe leaves nothing')
  for (const bytes of [Buffer.alloc(0), BYTES, someBytes(3_000_001)]) {
    writeFileSync(server.at('out.csv'), 'old')
    chmodSync(server.at('out.csv'), 0o640)
    const notices: Omit<NoticeEvent, 'type'>[] = []
    const output = await writeTo(target, bytes, { jobId: '7', notice: (notice) => notices.push(notice) })
    t.equal(readFileSync(server.at('out.csv'), 'utf8'), 'old')
    await output.commit()
    t.ok(readFileSync(server.at('out.csv')).equals(bytes))
    t.equal(statSync(server.at('out.csv')).mode & 0o777, 0o640)
    t.strictSame(readdirSync(server.at('')), ['out.csv'])
    t.equal(await target.size!(), bytes.length)
  }
  const discarded = await writeTo(target, Buffer.from('never'))
  await discarded.discard()
  t.equal(statSync(server.at('out.csv')).size, 3_000_001)
  t.strictSame(readdirSync(server.at('')), ['out.csv'])
  t.equal(server.connections, 1, 'outputs share a connection')
})

t.test('no-clobber keeps a file, one made in the last moment too; a link is followed', async (t) => {
  const server = await setUp(t)
  const target = targetOf(server.url('kept.csv'))
  const late = await writeTo(target, BYTES, { clobber: false })
  writeFileSync(server.at('kept.csv'), 'first')
  await t.rejects(late.commit(), { code: 'E_EXISTS' })
  await t.rejects(target.prepare({ clobber: false }), { code: 'E_EXISTS' })
  t.equal(readFileSync(server.at('kept.csv'), 'utf8'), 'first')
  mkdirSync(server.at('real'))
  writeFileSync(server.at('real/data.csv'), 'old')
  symlinkSync('real/data.csv', server.at('link.csv'))
  await writeWhole(targetOf(server.url('link.csv')), BYTES)
  t.ok(readFileSync(server.at('real/data.csv')).equals(BYTES))
  t.strictSame(readdirSync(server.at('')).sort(), ['kept.csv', 'link.csv', 'real'])
})

t.test('what is wrong is told by prepare, before anything is written', async (t) => {
  const server = await setUp(t)
  mkdirSync(server.at('folder'))
  const refused = async (path: string, expected: { code: string; message?: RegExp }) =>
    t.rejects(targetOf(server.url(path)).prepare(), expected, path)
  await refused('none/out.csv', { code: 'E_IO', message: /there is no folder \/none on the server/ })
  await refused('folder', { code: 'E_USAGE' })
  server.fail('OPEN', 'PERMISSION_DENIED')
  await refused('out.csv', { code: 'E_FORBIDDEN', message: /files cannot be made in \// })
  server.fail('RENAME', 'PERMISSION_DENIED')
  await refused('out.csv', { code: 'E_FORBIDDEN', message: /files cannot be renamed in \// })
  t.strictSame(readdirSync(server.at('')), ['folder'])
  await targetOf(server.url('new/deep/out.csv')).prepare({ missingFolder: true })
  t.strictSame(readdirSync(server.at('')), ['folder'], 'the folder is not made yet')

  const { TD_SLUICE_SFTP_KEY: key = '' } = process.env
  process.env.TD_SLUICE_SFTP_PASSWORD = 'wrong'
  delete process.env.TD_SLUICE_SFTP_KEY
  await refused('out.csv', { code: 'E_AUTH', message: /does not let writer in with TD_SLUICE_SFTP_PASSWORD/ })
  process.env.TD_SLUICE_SFTP_PASSWORD = PASSWORD
  await targetOf(server.url('out.csv')).prepare()
  delete process.env.TD_SLUICE_SFTP_PASSWORD
  await refused('out.csv', { code: 'E_CONFIG', message: /nothing proves to 127\.0\.0\.1 who this is/ })
  mkdirSync(join(server.folder, '.ssh'))
  writeFileSync(join(server.folder, '.ssh', 'id_ed25519'), readFileSync(key))
  await targetOf(server.url('out.csv')).prepare()
})

t.test(
  'F20: a user without a home folder, or with an empty one, gets no keys of the current folder',
  async (t) => {
    const server = await setUp(t)
    const { TD_SLUICE_SFTP_KNOWN_HOSTS: known = '' } = process.env
    delete process.env.TD_SLUICE_SFTP_KNOWN_HOSTS
    mkdirSync(join(server.folder, '.ssh'))
    writeFileSync(join(server.folder, '.ssh', 'known_hosts'), readFileSync(known))
    const before = process.cwd()
    process.chdir(server.folder)
    t.teardown(() => process.chdir(before))
    const unknown = { code: 'E_TLS', message: /is not known/, hint: />> \/etc\/ssh\/ssh_known_hosts/ }
    process.env.HOME = ''
    await t.rejects(targetOf(server.url('out.csv')).prepare(), unknown)
    process.env.HOME = '/dev/null'
    await t.rejects(targetOf(server.url('out.csv')).prepare(), { code: 'E_TLS' })
    process.env.HOME = server.folder
    await targetOf(server.url('out.csv')).prepare()
  },
)

t.test(
  'F20: a user without a name is told to write one into the URL',
  { skip: process.getuid?.() !== 0 },
  async (t) => {
    const address = sftpAddress('sftp://host/out.csv')!
    process.seteuid!(54_321)
    try {
      await t.rejects(
        credentialsFor(address, () => undefined),
        { code: 'E_CONFIG', hint: /sftp:\/\/USER@HOST\/PATH/ },
      )
    } finally {
      process.seteuid!(0)
    }
  },
)

t.test(
  'a file that ends before its size says is damage, and a size that is none is no empty file',
  async (t) => {
    const server = await setUp(t)
    writeFileSync(server.at('a.csv'), 'a\n1\n')
    const stored = (await targetOf(server.url('a.csv')).stored!())!
    server.fail('READ', 'EOF')
    await t.rejects(stored.slice(0, 4), { code: 'E_SIZE_MISMATCH' })
    t.equal(Buffer.from(await stored.slice(0, 4)).toString(), 'a\n1\n')
    for (const size of [undefined, Number.NaN, -1, 2 ** 60])
      t.throws(() => new RangedObject({ name: 'x', size, fetch: async () => new Uint8Array() }), {
        code: 'E_PROTOCOL',
      })
  },
)

t.test('a host that is not known, or has another key, is refused and gets no credentials', async (t) => {
  const server = await setUp(t)
  const known = join(server.folder, 'known_hosts')
  const refused = async (line: string, message: RegExp, hint: RegExp) => {
    writeFileSync(known, line)
    process.env.TD_SLUICE_SFTP_PASSPHRASE = line
    await t.rejects(targetOf(server.url('out.csv')).prepare(), { code: 'E_TLS', message, hint })
  }
  const scan = new RegExp(`ssh-keyscan -p ${server.port} 127\\.0\\.0\\.1 >> `)
  await refused('', /the host 127\.0\.0\.1 is not known \(ssh-ed25519 SHA256:/, scan)
  await refused(`127.0.0.1 ${server.hostKey}\n`, /is not known/, scan)
  const other = `${server.hostKey.slice(0, 60)}AAAAAAAA`
  await refused(`[127.0.0.1]:${server.port} ${other}\n`, /another key than the known one/, /ssh-keygen -R/)
  await refused(`@revoked [127.0.0.1]:${server.port} ${server.hostKey}\n`, /is revoked/, /ask/)
  t.strictSame(server.log, [])
})

t.test('I1: a failure at any step leaves the old file, nothing beside it, and its code', async (t) => {
  const server = await setUp(t)
  const faults: readonly (readonly [Operation, Fault, string, after?: number])[] = [
    ['OPEN', 'PERMISSION_DENIED', 'E_FORBIDDEN'],
    ['WRITE', 'FAILURE', 'E_IO', 3],
    ['WRITE', 'cut', 'E_NET', 3],
    ['FSTAT', 'FAILURE', 'E_IO'],
    ['CLOSE', 'FAILURE', 'E_IO'],
    ['CLOSE', 'cut', 'E_NET'],
    ['RENAME', 'PERMISSION_DENIED', 'E_FORBIDDEN', 1],
  ]
  for (const [on, fault, code, after] of faults) {
    const what = `${on} ${fault}`
    writeFileSync(server.at('out.csv'), 'old')
    // The first CLOSE is of the folder that is looked through.
    server.fail(on, fault, { after: (after ?? 0) + (on === 'CLOSE' ? 1 : 0), times: on === 'RENAME' ? 2 : 1 })
    await t.rejects(writeWhole(targetOf(server.url('out.csv')), BYTES), { code }, what)
    server.clearFaults()
    t.equal(readFileSync(server.at('out.csv'), 'utf8'), 'old', what)
    t.strictSame(readdirSync(server.at('')), ['out.csv'], what)
  }
})

t.test('I2: a connection that ends at the last step is made again, and the file is there', async (t) => {
  const server = await setUp(t)
  for (const fault of ['cut', 'lost'] as const) {
    for (const clobber of [true, false]) {
      server.fail('RENAME', fault)
      await writeWhole(targetOf(server.url(`${fault}-${clobber}.csv`)), BYTES, { clobber })
      t.ok(readFileSync(server.at(`${fault}-${clobber}.csv`)).equals(BYTES), `${fault} ${clobber}`)
    }
  }
  t.strictSame(readdirSync(server.at('')).sort(), [
    'cut-false.csv',
    'cut-true.csv',
    'lost-false.csv',
    'lost-true.csv',
  ])
})

t.test('I3: parts of runs that are gone are removed by the next start, those of others stay', async (t) => {
  const server = await setUp(t)
  const target = targetOf(server.url('out.csv'))
  const open = await writeTo(target, BYTES)
  const [own] = readdirSync(server.at('')) as [string]
  const [, , , job, holder, token] = own.split('.')
  t.equal(job, 'local')
  const part = (who: string, of = 'out.csv') => `.${of}.local.${who}.${token}.part`
  const gone = holder!.replace(/^[^-]+-[^-]+/, `${(2 ** 22 + 1).toString(36)}-1`)
  const elsewhere = holder!.replace(/[^-]+$/, '00000000')
  const strangers = ['.out.csv.part', part(gone, 'other.csv'), part(elsewhere)]
  for (const name of [part(gone), ...strangers]) writeFileSync(server.at(name), '')
  const notices: Omit<NoticeEvent, 'type'>[] = []
  const options: OpenOutputOptions = { notice: (notice) => notices.push(notice) }
  await writeWhole(target, Buffer.from('second'), options)
  t.match(notices, [{ code: 'N_STALE_PART' }])
  t.strictSame(readdirSync(server.at('')).sort(), [own, ...strangers, 'out.csv'].sort())
  await open.commit()
  t.ok(readFileSync(server.at('out.csv')).equals(BYTES), 'the run that is still at work becomes final')
})

t.test('a part of another machine is removed when it got no bytes for an hour', async (t) => {
  const server = await setUp(t)
  const name = '.out.csv.local.1-1-0-00000000.0123456789abcdef.part'
  writeFileSync(server.at(name), '')
  const longAgo = Date.now() / 1000 - 3700
  utimesSync(server.at(name), longAgo, longAgo)
  await writeWhole(targetOf(server.url('out.csv')), BYTES)
  t.strictSame(readdirSync(server.at('')), ['out.csv'])
})

t.test('a server that is busy is tried again', async (t) => {
  const server = await setUp(t)
  server.refusals = 1
  await writeWhole(targetOf(server.url('out.csv')), BYTES)
  t.ok(existsSync(server.at('out.csv')))
  t.equal(server.connections, 2)
})

t.test('partitions, a checksum and several outputs lie on a server as they do on a disk', async (t) => {
  const server = await setUp(t)
  const schema = [
    ['n', 'bigint'],
    ['text', 'varchar'],
  ] as const
  const rows = Array.from({ length: 60 }, (_, i) => [i % 6, `text ${i}`])
  const make = (path: string) => csv(`${path}.csv`)
  const folder = server.url('a/by-n')
  const { files } = await pipeline(resultOf(schema, rows), partitionBy(['n'], make, { folder }))
  t.equal(files!.length, 6)
  t.equal(readFileSync(server.at('a/by-n/n=5/part-0.csv'), 'utf8').split('\n').length, 12)
  t.strictSame(readdirSync(server.at('a/by-n/n=5')), ['part-0.csv'])
  t.strictSame(readdirSync(server.at('a')), ['by-n'])

  const cwd = server.folder
  writeFileSync(join(cwd, 'rows.msgpack'), packRows([[1], [2]]))
  const outputs = ['-o', server.url('out.csv'), '-o', 'out.ndjson', '--checksum', 'sha256']
  const convert = ['convert', 'rows.msgpack', '--schema', '[["id","bigint"]]']
  const { exit, stderr } = await runInProcess([...convert, ...outputs], { cwd })
  t.equal(exit, 0, stderr)
  t.equal(readFileSync(server.at('out.csv'), 'utf8'), 'id\n1\n2\n')
  t.match(readFileSync(server.at('out.csv.sha256'), 'utf8'), /^[0-9a-f]{64} {2}out\.csv\n$/)
  t.ok(existsSync(join(cwd, 'out.ndjson')))
})
