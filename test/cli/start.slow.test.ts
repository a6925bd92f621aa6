import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

// The installed command, as it is built.
const START = fileURLToPath(new URL('../../dist/cli/start.cjs', import.meta.url))

/** Runs the command with a folder of its own for compiled code. */
function command(folder: string, args: readonly string[], options: SpawnSyncOptions = {}) {
  const env = { PATH: process.env.PATH, HOME: '/nonexistent', XDG_CACHE_HOME: folder, ...options.env }
  const { status, stdout, stderr } = spawnSync(process.execPath, [START, ...args], { env, encoding: 'utf8' })
  return { status, stdout, stderr: stderr as string }
}

const kept = (folder: string) =>
  readdirSync(folder).includes('td-sluice') ? readdirSync(join(folder, 'td-sluice')) : []

t.test('the first run of each command keeps its compiled code, later ones use it', async (t) => {
  const folder = t.testdir()
  const first = command(folder, ['config'])
  const [name, ...others] = kept(folder)
  t.match(name, /-config$/)
  t.strictSame(others, [])
  const path = join(folder, 'td-sluice', name!)
  const { ino } = statSync(path)
  t.strictSame(command(folder, ['config']), first)
  t.equal(statSync(path).ino, ino, 'not made anew')
  command(folder, ['--help'])
  t.equal(kept(folder).length, 2)
})

t.test('a command whose run sets flags of V8 uses its compiled code as well', async (t) => {
  const folder = t.testdir({ 'in.msgpack': Buffer.alloc(20 * 1024 * 1024, '\x91\xc0', 'latin1') })
  const args = [
    'convert',
    join(folder, 'in.msgpack'),
    '--schema',
    '[["a","int"]]',
    '-o',
    join(folder, 'o.csv'),
  ]
  t.equal(command(folder, args).status, 0)
  const [name] = kept(folder)
  const path = join(folder, 'td-sluice', name!)
  const { ino } = statSync(path)
  t.equal(command(folder, args).status, 0)
  t.equal(statSync(path).ino, ino, 'not made anew')
})

t.test('code of another build is replaced, not run', async (t) => {
  const folder = t.testdir()
  const first = command(folder, ['config'])
  const path = join(folder, 'td-sluice', kept(folder)[0]!)
  const { size } = statSync(path)
  writeFileSync(path, 'not what V8 compiled')
  t.strictSame(command(folder, ['config']), first)
  t.ok(Math.abs(statSync(path).size - size) < size / 2)
})

t.test('a word that is no command, and a run that fails, keep nothing', async (t) => {
  const folder = t.testdir()
  t.equal(command(folder, ['nonsense']).status, 2)
  t.equal(command(folder, ['convert', '/nonexistent.msgpack', '-o', '-']).status === 0, false)
  t.strictSame(kept(folder), [])
})

t.test('a place that takes no files changes nothing', { skip: process.getuid?.() === 0 }, async (t) => {
  const folder = t.testdir()
  chmodSync(folder, 0o500)
  const { status, stderr } = command(folder, ['config'])
  chmodSync(folder, 0o700)
  t.equal(status, 0)
  t.equal(stderr, '')
})

t.test('a home that nobody has made is not made', async (t) => {
  const home = join(t.testdir(), 'home')
  const env = { HOME: home, XDG_CACHE_HOME: '' }
  t.equal(command('', ['config'], { env }).status, 0)
  t.equal(existsSync(home), false)
  mkdirSync(home)
  t.equal(command('', ['config'], { env }).status, 0)
  t.strictSame(readdirSync(join(home, '.cache')), ['td-sluice'])
})

t.test('nothing is kept where Node is told so', async (t) => {
  const folder = t.testdir()
  t.equal(command(folder, ['config'], { env: { NODE_DISABLE_COMPILE_CACHE: '1' } }).status, 0)
  t.strictSame(kept(folder), [])
})

t.test(
  'packages that a user has installed beside it are found, with compiled code and without',
  async (t) => {
    const folder = t.testdir({ 'in.msgpack': '\x91\x01' })
    const args = [
      'convert',
      join(folder, 'in.msgpack'),
      '--schema',
      '[["a","int"]]',
      '-o',
      's3://results/out.csv',
    ]
    const env = {
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1',
      AWS_ACCESS_KEY_ID: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
    }
    for (const time of ['first', 'second']) {
      const { status, stderr } = command(folder, args, { env })
      t.equal(status, 10, `${time}: ${stderr}`)
      t.match(stderr, /^td-sluice: E_NET: .*ECONNREFUSED/m)
    }
  },
)
