/** Environments that lack what others have: a home folder, a folder to be in, a mode that can be changed. */
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { resolveConfig } from '../../src/client/config/index.js'
import { CLI_ARGS } from '../support/cli/run.js'

const KEY = '1/abcdefabcdefabcdefabcdefabcdefabcdefabcd'
const ENV = { TD_API_KEY: KEY, TD_API_SERVER: 'https://api.example.com' }

t.test('F20: without a usable home folder the environment is enough', async (t) => {
  for (const home of ['', '/dev/null', '/nonexistent', '/dev/null/x']) {
    const { apiKey, origins } = resolveConfig({}, ENV, home)
    t.equal(apiKey?.reveal(), KEY, home)
    t.equal(origins.configFile, undefined)
  }
  t.throws(() => resolveConfig({ configFile: '/dev/null/x' }, ENV), { code: 'E_CONFIG' }, 'a named file')
})

t.test('F20: a line end after a key in the environment is dropped', async (t) => {
  for (const end of ['\n', '\r\n'])
    t.equal(resolveConfig({}, { ...ENV, TD_API_KEY: KEY + end }).apiKey?.reveal(), KEY)
  t.throws(() => resolveConfig({}, { ...ENV, TD_API_KEY: `${KEY}\nx` }), { code: 'E_CONFIG' })
})

const noMounts =
  spawnSync('unshare', ['-m', 'true']).status !== 0 && 'unshare -m is not there, or not allowed'

t.test(
  'F20: a key file that others may read is taken from a read-only mount',
  { skip: noMounts },
  async (t) => {
    const dir = join(t.testdir(), 'secret')
    mkdirSync(dir)
    const file = join(dir, 'key')
    writeFileSync(file, `${KEY}\n`)
    const mount = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
    const args = [...CLI_ARGS, 'config', '--api-key-file', file, '--site', 'us01']
    for (const mode of [0o440, 0o444, 0o644]) {
      chmodSync(file, mode)
      const command = ['-m', 'sh', '-c', mount, 'sh', dir, process.execPath, ...args]
      const { status, stderr } = spawnSync('unshare', command, { encoding: 'utf8' })
      t.equal(status, 0, stderr)
      t.throws(() => resolveConfig({ apiKeyFile: file }), {
        code: 'E_CONFIG',
        message: /open to other users/,
      })
    }
    const config = join(dir, 'td-sluice', 'config')
    mkdirSync(join(dir, 'td-sluice'))
    writeFileSync(config, `[file]\napi_key_file = ${file}\n[text]\napi_key = ${KEY}\n`, { mode: 0o644 })
    const keys = { '--api-key-file': [file, file], '--profile=file': [file], '--profile=text': [config] }
    for (const [option, [path, ...value]] of Object.entries(keys)) {
      const show = ['show', '1', option, ...value, '--endpoint', 'http://127.0.0.1:1', '--retries', '0']
      const command = ['-m', 'sh', '-c', mount, 'sh', dir, process.execPath, ...CLI_ARGS, ...show]
      const env = { PATH: process.env.PATH, XDG_CONFIG_HOME: dir }
      const { status, stderr } = spawnSync('unshare', command, { encoding: 'utf8', env })
      t.equal(status, 10, stderr)
      const notice = `the key file ${path} is open to other users; it is taken, as it lies on a read-only mount`
      t.ok(stderr.includes(notice), `${option}: ${stderr}`)
    }
  },
)

t.test(
  'F20: a user without a name and a home may run the command',
  { skip: process.getuid?.() !== 0 },
  async (t) => {
    const options = { uid: 54321, gid: 54321, encoding: 'utf8', env: { PATH: process.env.PATH } } as const
    const { status, stdout, stderr } = spawnSync(process.execPath, [...CLI_ARGS, '--version'], options)
    t.equal(status, 0, stderr)
    t.match(stdout, /^\d+\.\d+\.\d+/)
  },
)
