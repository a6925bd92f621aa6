/** SSH servers by options of a program, without any variable of the environment. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { csv, partitionBy, pipeline } from '../../../../src/index.js'
import { type SftpOptions, sftp } from '../../../../src/sftp.js'
import { resultOf } from '../../../support/msgpack/encoded-results.js'
import { writeWhole } from '../../../support/s3/store.js'
import { PASSWORD, SftpServer } from '../../../support/sftp/server.js'

const before = { ...process.env }
t.afterEach(() => {
  Object.assign(process.env, before)
})

const BYTES = Buffer.from('n\n1\n')

async function setUp(t: Test) {
  const server = await SftpServer.start(t)
  // Nothing of the machine gets anybody in.
  for (const name of Object.keys(process.env))
    if (/^TD_SLUICE_SFTP_|^SSH_AUTH_SOCK$/.test(name)) delete process.env[name]
  process.env.HOME = join(server.folder, 'files')
  const privateKey = readFileSync(join(server.folder, 'key'), 'utf8')
  const write = (path: string, options: SftpOptions) => writeWhole(sftp(server.url(path), options), BYTES)
  return { server, privateKey, hostKeys: [server.hostKey], write }
}

t.test('a program gives a key as text or bytes, or a password, and the keys of the host', async (t) => {
  const { server, privateKey, hostKeys, write } = await setUp(t)
  const [type, key] = server.hostKey.split(' ')
  await write('text.csv', { privateKey, hostKeys })
  await write('bytes.csv', {
    privateKey: Buffer.from(privateKey),
    hostKeys: [`[127.0.0.1]:22 ${type} ${key} me@host`],
  })
  await write('password.csv', { password: PASSWORD, knownHosts: join(server.folder, 'known_hosts') })
  for (const name of ['text.csv', 'bytes.csv', 'password.csv'])
    t.ok(readFileSync(server.at(name)).equals(BYTES), name)
})

t.test('each target gets in by its own options only', async (t) => {
  const { server, privateKey, hostKeys, write } = await setUp(t)
  await write('one.csv', { privateKey, hostKeys })
  await t.rejects(write('two.csv', { password: 'wrong', hostKeys }), {
    code: 'E_AUTH',
    message: /does not let writer in with the password/,
  })
  await t.rejects(write('two.csv', { privateKey: 'no key', hostKeys }), {
    code: 'E_CONFIG',
    message: /the private key/,
  })
  await t.rejects(write('two.csv', { hostKeys }), { code: 'E_CONFIG', message: /nothing proves/ })
  mkdirSync(server.at('.ssh'))
  writeFileSync(server.at('.ssh/id_ed25519'), privateKey)
  await write('home.csv', { hostKeys })
  await t.rejects(
    write('two.csv', { password: 'wrong', hostKeys }),
    { code: 'E_AUTH' },
    'no key of the home folder',
  )
  const other = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
  await t.rejects(write('two.csv', { privateKey, hostKeys: [other] }), {
    code: 'E_TLS',
    message: /another key/,
  })
  const knownHosts = join(server.folder, 'none')
  await t.rejects(write('two.csv', { privateKey, knownHosts }), {
    code: 'E_CONFIG',
    hint: /option knownHosts/,
  })
  t.notOk(existsSync(server.at('two.csv')))
})

t.test('the options hold for the files of a folder', async (t) => {
  const { server, privateKey, hostKeys } = await setUp(t)
  const options = { privateKey, hostKeys }
  const folder = sftp(server.url('by-n'), options)
  const make = (path: string) => csv(sftp(`${path}.csv`, options))
  await pipeline(
    resultOf(
      [
        ['n', 'bigint'],
        ['s', 'varchar'],
      ],
      [
        [1, 'x'],
        [2, 'y'],
      ],
    ),
    partitionBy(['n'], make, { folder }),
  )
  t.equal(readFileSync(server.at('by-n/n=2/part-0.csv'), 'utf8'), 's\ny\n')
})
