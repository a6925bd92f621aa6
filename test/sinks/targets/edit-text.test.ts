/** Small texts in stores and on servers that two processes change at the same moment. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { azure } from '../../../src/azure.js'
import { SluiceError } from '../../../src/errors.js'
import { thisProcess } from '../../../src/files/process-identity.js'
import { editText } from '../../../src/sinks/targets/edit-text.js'
import { type Target, targetOf } from '../../../src/sinks/targets/index.js'
import { AzureServer } from '../../support/azure/server.js'
import { startS3 } from '../../support/s3/server.js'
import { objectOf } from '../../support/s3/store.js'
import { SftpServer } from '../../support/sftp/server.js'

/** An SFTP server whose user the environment names. */
async function startSftp(t: Test): Promise<SftpServer> {
  const server = await SftpServer.start(t)
  const before = Object.keys(server.environment).map((name) => [name, process.env[name]] as const)
  Object.assign(process.env, server.environment)
  t.teardown(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  return server
}

const PLACES: Readonly<Record<string, (t: Test) => Promise<Target>>> = {
  S3: async (t) => objectOf(await startS3(t), 'folder/list'),
  'S3 as radosgw 16': async (t) =>
    objectOf(Object.assign(await startS3(t), { matches: 'bare' }), 'folder/list'),
  Azure: async (t) => {
    const { connectionString } = await AzureServer.start(t)
    return azure('az://results/folder/list', { connectionString })
  },
  SFTP: async (t) => targetOf((await startSftp(t)).url('list')),
}

for (const [name, setUp] of Object.entries(PLACES)) {
  t.test(`I7: ${name}: of changes of a list at the same moment none is lost`, async (t) => {
    const place = await setUp(t)
    const lines = Array.from({ length: 5 }, (_, i) => `run ${i}\n`)
    const add = (line: string) =>
      place.edit!(async (text) => {
        // All have read it before the first one writes.
        await delay(20)
        return `${text ?? ''}${line}`
      })
    await Promise.all(lines.map(add))
    const written = (await place.read!())!
    t.strictSame(written.split(/(?<=\n)/).sort(), lines)
    await place.edit!(async (text) => {
      t.equal(text, written)
      return undefined
    })
    t.equal(await place.read!(), undefined, 'nothing is left of it')
    await place.edit!(async () => undefined)
  })
}

t.test('I7: a store that compares tags without quotes gets a condition in its form', async (t) => {
  const server = Object.assign(await startS3(t), { matches: 'bare' as const })
  const place = objectOf(server, 'list')
  await place.edit!(async () => 'one')
  await place.edit!(async (text) => `${text} two`)
  t.equal(await place.read!(), 'one two')
  t.match(server.condition, /^[^"]+$/)
})

t.test('I7: a change whose reply was lost is not made twice', async (t) => {
  const server = await startS3(t)
  const place = objectOf(server, 'list')
  server.fail('PutObject', 'lost')
  await place.edit!(async (text) => `${text ?? ''}mine\n`)
  t.equal(await place.read!(), 'mine\n')
  t.equal(server.count('PutObject'), 2, 'the SDK has sent it again')
})

t.test('a store without conditional writes is written to all the same', async (t) => {
  const server = await startS3(t)
  const place = objectOf(server, 'list')
  for (const refusal of [
    { status: 501, code: 'NotImplemented' },
    { status: 400, code: 'InvalidArgument' },
  ]) {
    server.fail('PutObject', refusal)
    await place.edit!(async (text) => `${text ?? ''}${refusal.code}`)
  }
  t.equal(await place.read!(), 'NotImplementedInvalidArgument')
  server.matches = 'never'
  await place.edit!(async (text) => `${text}!`)
  t.equal(await place.read!(), 'NotImplementedInvalidArgument!', 'one that refuses each version as well')
})

t.test('a text that others keep changing is tried again until the run is over', async (t) => {
  let changes = 0
  const place = {
    name: 's3://bucket/list',
    read: async () => ({ text: `${++changes}`, version: `${changes}` }),
    replace: async () => false,
    failure: () => new SluiceError('E_INTERNAL', 'no failure of the place'),
  }
  const signal = AbortSignal.timeout(50)
  await t.rejects(
    editText(place, async () => 'mine', signal),
    { code: 'E_INTERRUPTED' },
  )
})

t.test('I7: a lock on a server that a killed process has left is removed', async (t) => {
  const server = await startSftp(t)
  const place = targetOf(server.url('.list'))
  const { thread: _, ...me } = thisProcess()
  writeFileSync(server.at('.list.lock'), JSON.stringify({ token: 'x', ...me, start: '1' }))
  await place.edit!(async () => 'text')
  t.equal(readFileSync(server.at('.list'), 'utf8'), 'text')
  t.strictSame(
    readdirSync(server.at('')).filter((name) => name.startsWith('.list')),
    ['.list'],
  )
})

t.test('a lock on a server that is held is waited for', async (t) => {
  const server = await startSftp(t)
  const place = targetOf(server.url('list'))
  writeFileSync(server.at('.list.lock'), JSON.stringify({ token: 'x', ...thisProcess() }))
  await t.rejects(
    place.edit!(async () => 'text', { signal: AbortSignal.timeout(500) }),
    { code: 'E_INTERRUPTED' },
  )
  t.notOk(readdirSync(server.at('')).includes('list'))
})
