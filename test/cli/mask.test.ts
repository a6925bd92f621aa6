/** `--mask`: personal data that leaves in no output, message, report or log. */
import { createHmac } from 'node:crypto'
import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'
import { packRows } from '../support/msgpack/encoded-results.js'

const SCHEMA = '[["id","bigint"],["email","varchar"],["card","varchar"]]'
const KEY = 'a key for the tests'
const EMAIL = 'ann@secret.example'

function setUp(t: Test) {
  const cwd = t.testdir({
    'rows.msgpack': packRows([
      [1, EMAIL, '4111111111111111'],
      [2, null, '123'],
    ]),
    'mask.key': `${KEY}\n`,
    'no.key': '\n',
    'weak.key': 'weak\n',
  })
  const convert = (args: readonly string[], world = {}) =>
    runInProcess(['convert', 'rows.msgpack', '--schema', SCHEMA, ...args], { cwd, ...world })
  return { cwd, convert, read: (name: string) => readFileSync(join(cwd, name), 'utf8') }
}

const hmac = (key: string) => createHmac('sha256', key).update(EMAIL).digest('hex')

t.test('--mask hides columns, and can be given several times', async (t) => {
  const { convert } = setUp(t)
  const masks = ['--mask', 'email=redact,card=last4', '--mask', 'id=null']
  const { exit, stdout } = await convert(['-f', 'csv', ...masks])
  t.equal(exit, 0)
  t.equal(stdout, 'id,email,card\n,***,************1111\n,,***\n')
})

t.test('the key of hashes is that of --mask-key-file, else of TD_SLUICE_MASK_KEY', async (t) => {
  const { convert } = setUp(t)
  const env = { TD_SLUICE_MASK_KEY: 'another key for tests' }
  const masked = ['-f', 'csv', '--columns', 'email', '--mask', 'email=hmac-sha256']
  const ofFile = await convert([...masked, '--mask-key-file', 'mask.key'], { env })
  t.equal(ofFile.stdout, `email\n${hmac(KEY)}\n\n`)
  t.equal((await convert(masked, { env })).stdout, `email\n${hmac('another key for tests')}\n\n`)
})

t.test('F20: a key file of masks that others can read is told', async (t) => {
  const { convert, cwd } = setUp(t)
  const args = ['-f', 'csv', '--mask', 'email=hmac-sha256', '--mask-key-file', 'mask.key']
  chmodSync(join(cwd, 'mask.key'), 0o640)
  const open = await convert(args)
  t.equal(open.exit, 0)
  t.match(open.stderr, /the key file mask\.key is open to other users; run: chmod 600 mask\.key/)
  chmodSync(join(cwd, 'mask.key'), 0o600)
  t.notMatch((await convert(args)).stderr, /open to other users/)
})

t.test('masks go by the old names of columns, and a table on a terminal shows them masked', async (t) => {
  const { convert } = setUp(t)
  const { stdout, exit } = await convert(['--rename', 'email=mail', '--mask', 'email=redact'], {
    terminal: true,
  })
  t.equal(exit, 0)
  t.match(stdout, 'mail')
  t.match(stdout, '***')
  t.notMatch(stdout, EMAIL)
})

t.test('G22: neither values nor the key are in reports, logs and messages', async (t) => {
  const { convert, read } = setUp(t)
  const masks = ['--mask', 'email=hmac-sha256', '--mask-key-file', 'mask.key']
  const args = ['-o', 'out.csv', '-o', 'out.parquet', '--report', 'report.json', '--verbose', ...masks]
  for (const more of [
    [],
    ['--log-format', 'json'],
    ['--expect', 'unique(email)', '--expect', 'not_null(email)'],
  ]) {
    const { stdout, stderr } = await convert([...args, ...more])
    const said = `${stdout}${stderr}${read('report.json')}`
    t.notMatch(said, /secret\.example|a key/)
    t.notMatch(said, Buffer.from(KEY).toString('hex'))
  }
  t.match(read('out.csv'), hmac(KEY))
})

t.test('what is wrong with masks is told before anything is written', async (t) => {
  const { cwd, convert } = setUp(t)
  const cases: [args: string[], message: RegExp][] = [
    [['email=hmac-sha256'], /hmac-sha256 needs a key: set TD_SLUICE_MASK_KEY, or name a file with it/],
    [['email=hmac-sha256', '--mask-key-file', 'none'], /the key file none cannot be read/],
    [['email=hmac-sha256', '--mask-key-file', 'no.key'], /the key of masks is empty/],
    [['email=hmac-sha256', '--mask-key-file', 'weak.key'], /the key of masks has 4 bytes; 16 are the fewest/],
    [['email=redact', '--exclude', 'email'], /the column "email" is masked, but excluded/],
    [['email=redact', '--columns', 'id'], /the column "email" is masked, but not among the columns/],
    [['email=redact', '--mask-key-file', 'mask.key'], /--mask-key-file is for hashes/],
    [['email=sha256'], /A hash without a key is no mask.*use hmac-sha256, not sha256/],
    [['email=stars'], /Columns can be masked by hmac-sha256, redact, last4, null/],
    [['email'], /Masks are column=kind, such as email=hmac-sha256/],
    [['email=redact', '--mask', 'email=last4'], /The column email is named twice/],
    [['email=redact', '--cast', 'email:varchar'], /the column "email" is masked and cast/],
    [['emial=redact'], /there is no column "emial"\n.*the columns are id, email, card/],
  ]
  for (const [args, message] of cases) {
    const { exit, stderr } = await convert(['-o', 'out.csv', '--mask', ...args])
    t.equal(exit, 2, args.join(' '))
    t.match(stderr, message)
    t.notOk(existsSync(join(cwd, 'out.csv')))
  }
})

t.test('G22: a missing key and a spool are refused before any request', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const cwd = t.testdir()
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const query = ['query', '-d', 'sample_datasets', 'select 1 as n', '-o', 'out.csv', '--mask']
  for (const args of [['n=hmac-sha256'], ['n=redact', '--spool', 'spool'], ['n=redact', '--exclude', 'n']]) {
    const { exit, stderr } = await runInProcess([...query, ...args], { cwd, env })
    t.equal(exit, 2, stderr)
    t.match(
      stderr,
      /E_USAGE: (hmac-sha256 needs a key|a spool keeps the download as it came, unmasked|the column "n" is masked, but excluded)/,
    )
  }
  t.match((await runInProcess(['list', '--json'], { cwd, env })).stdout, /^\[?\]?\s*$/, 'no job was issued')
  const { exit } = await runInProcess([...query, 'n=redact'], { cwd, env })
  t.equal(exit, 0)
  t.equal(readFileSync(join(cwd, 'out.csv'), 'utf8'), 'n\n***\n')
})
