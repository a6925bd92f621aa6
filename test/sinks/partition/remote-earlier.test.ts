/** Files that earlier runs have left in folders of stores and servers, without receipts. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t, { type Test } from 'tap'
import { csv, type PartitionOptions, partitionBy, pipeline } from '../../../src/index.js'
import { s3 } from '../../../src/s3.js'
import { INVENTORY_NAME, parseInventory } from '../../../src/sinks/partition/inventory.js'
import { RECEIPT_NAME } from '../../../src/sinks/partition/receipt.js'
import { targetOf } from '../../../src/sinks/targets/index.js'
import { AzureServer } from '../../support/azure/server.js'
import { resultOf } from '../../support/msgpack/encoded-results.js'
import { KEYS, type S3Server, startS3 } from '../../support/s3/server.js'
import { SftpServer } from '../../support/sftp/server.js'

const SCHEMA = [
  ['n', 'bigint'],
  ['text', 'varchar'],
] as const

/** A folder, and ways to look into it and to put something there. */
interface Folder {
  readonly url: string
  readonly paths: () => string[]
  readonly put: (path: string, text: string) => void
  /** Where there are any. */
  readonly folders?: () => string[]
}

type Make = (path: string) => ReturnType<typeof csv>

/** Writes rows of these numbers, one partition each; resolves with the notices. */
async function write(
  folder: PartitionOptions['folder'] & {},
  numbers: readonly number[],
  options: PartitionOptions = {},
  make: Make = (path) => csv(`${path}.csv`),
): Promise<string[]> {
  const notices: string[] = []
  const rows = numbers.map((n) => [n, `text ${n}`])
  await pipeline(resultOf(SCHEMA, rows), partitionBy(['n'], make, { folder, runName: 'one', ...options }), {
    onProgress: (event) => event.type === 'notice' && notices.push(`${event.code} ${event.message}`),
  })
  return notices
}

const filesOf = (...numbers: number[]) => numbers.map((n) => `n=${n}/part-0.csv`)

async function ofStore(t: Test) {
  const server = await startS3(t)
  const options = { endpoint: server.url, credentials: KEYS, region: 'us-east-1', maxAttempts: 1 }
  const folder = s3('s3://results/by-n', options)
  const make: Make = (path) => csv(s3(`${path}.csv`, options))
  return {
    server,
    folder,
    make,
    paths: () => pathsIn(server),
    write: (numbers: readonly number[], more?: PartitionOptions) => write(folder, numbers, more, make),
  }
}

const pathsIn = (server: S3Server) =>
  [...server.objects.keys()].map((key) => key.slice('by-n/'.length)).sort()
const stored = (text: string) => ({
  bytes: Buffer.from(text),
  size: text.length,
  etag: '"x"',
  type: '',
  metadata: {},
})

/** Sets variables for a test. */
function withEnvironment(t: Test, variables: Readonly<Record<string, string>>): void {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  Object.assign(process.env, variables)
  t.teardown(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
}

const FOLDERS: Readonly<Record<string, (t: Test) => Promise<Folder>>> = {
  S3: async (t) => {
    const server = await startS3(t)
    withEnvironment(t, {
      AWS_ENDPOINT_URL_S3: server.url,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    })
    return {
      url: 's3://results/by-n',
      paths: () => pathsIn(server),
      put: (path, text) => void server.objects.set(`by-n/${path}`, stored(text)),
    }
  },
  Azure: async (t) => {
    const server = await AzureServer.start(t)
    withEnvironment(t, { AZURE_STORAGE_CONNECTION_STRING: server.connectionString })
    return {
      url: 'az://results/by-n',
      paths: () => [...server.blobs.keys()].map((key) => key.slice('by-n/'.length)).sort(),
      put: (path, text) =>
        void server.blobs.set(`by-n/${path}`, { bytes: Buffer.from(text), type: '', metadata: {} }),
    }
  },
  SFTP: async (t) => {
    const server = await SftpServer.start(t)
    withEnvironment(t, server.environment)
    const root = server.at('by-n')
    return {
      url: server.url('by-n'),
      folders: () =>
        readdirSync(root, { withFileTypes: true })
          .filter((each) => each.isDirectory())
          .map(({ name }) => name)
          .sort(),
      paths: () => {
        const found = readdirSync(root, { recursive: true, encoding: 'utf8', withFileTypes: true })
        const files = found.filter((entry) => entry.isFile())
        return files.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1)).sort()
      },
      put: (path, text) => {
        mkdirSync(dirname(join(root, path)), { recursive: true })
        writeFileSync(join(root, path), text)
      },
    }
  },
}

for (const [name, setUp] of Object.entries(FOLDERS)) {
  t.test(
    `I7: ${name}: a second run with fewer partitions leaves no file of the first, and names strangers`,
    async (t) => {
      const { url, paths, put } = await setUp(t)
      t.strictSame(await write(url, [1, 2, 3, 4]), [])
      t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(1, 2, 3, 4)])
      put('n=3/part-0.csv', 'changed by somebody')
      put('n=9/theirs.csv', 'text\n')
      put('other/theirs.csv', 'no partition')
      put('_temporary', 'not for readers')
      const notices = await write(url, [2])
      t.strictSame(paths(), [
        INVENTORY_NAME,
        '_temporary',
        'n=2/part-0.csv',
        'n=3/part-0.csv',
        'n=9/theirs.csv',
        'other/theirs.csv',
      ])
      t.match(notices, [
        /^N_EARLIER_FILES removed 2 files, n=1\/part-0\.csv among them/,
        /^N_OTHER_FILES the folder holds 2 files .*: n=3\/part-0\.csv, n=9\/theirs\.csv; readers/,
      ])
      t.equal(notices.length, 2)
    },
  )

  t.test(
    `I7: ${name}: clobber: false refuses a folder that holds a file, before anything is written`,
    async (t) => {
      const { url, paths, put } = await setUp(t)
      put('n=1/theirs.csv', 'text\n')
      await t.rejects(write(url, [2], { clobber: false }), {
        code: 'E_EXISTS',
        message: /holds n=1\/theirs\.csv/,
      })
      t.strictSame(paths(), ['n=1/theirs.csv'])
    },
  )
}

t.test('I7: partitions of other runs stay, and what the same run wrote is replaced', async (t) => {
  const { write, paths } = await ofStore(t)
  await write([1, 2], { runName: 'monday' })
  await write([3, 4], { runName: 'tuesday' })
  await write([1], { runName: 'monday' })
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(1, 3, 4)])
  await write([4], { runName: 'wednesday', maxRowsPerFile: 1 })
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(1, 3, 4)])
  await write([3], { earlierFiles: 'keep', runName: 'tuesday' })
  await write([5], { earlierFiles: 'keep', runName: 'tuesday' })
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(1, 3, 4, 5)], 'keep removes nothing')
  await write([6], { runName: 'tuesday' })
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(1, 4, 6)], 'what was kept is on record')
})

t.test('I7: runs of one process in the same folder at once are all on record', async (t) => {
  const { write, paths } = await ofStore(t)
  const days = ['a', 'b', 'c', 'd']
  await Promise.all(days.map((runName, i) => write([10 * i, 10 * i + 1], { runName })))
  t.strictSame(paths().length, 9)
  for (const [i, runName] of days.entries())
    t.strictSame(await write([10 * i], { runName }), [
      `N_EARLIER_FILES removed n=${10 * i + 1}/part-0.csv: an earlier run wrote it here, and this one did not`,
    ])
})

t.test('I7: what another process lists at the same moment stays on record', async (t) => {
  const { server, write, paths } = await ofStore(t)
  await write([1, 2], { runName: 'monday' })
  const key = `by-n/${INVENTORY_NAME}`
  let others = 0
  server.onRequest = (operation, moment) => {
    // Between the read of a change and its write.
    if (operation !== 'GetObject' || moment !== 'done' || server.log.at(-1) !== `GetObject ${key}`) return
    if (others === 6) return
    const text = `${server.objects.get(key)?.bytes ?? ''}`
    const files = [{ path: `n=9${others}/part-0.csv`, bytes: 1, modifiedMs: 1 }]
    const line = JSON.stringify({ run: `other ${others++}`, files, begun: [] })
    const bytes = Buffer.from(`${text}${line}\n`)
    server.objects.set(key, { ...stored(''), bytes, size: bytes.length, etag: `"other ${others}"` })
  }
  await write([1], { runName: 'monday' })
  t.equal(others, 6)
  const runs = parseInventory(`${server.objects.get(key)!.bytes}`, key)
  t.strictSame([...runs.keys()].sort(), ['monday', ...Array.from({ length: 6 }, (_, i) => `other ${i}`)])
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(1)], 'and its own files were replaced')
})

t.test('SFTP: folders of partitions that are empty after the removal go as well', async (t) => {
  const { url, paths, put, folders } = await FOLDERS.SFTP!(t)
  await write(url, [1, 2, 3])
  put('n=2/theirs.csv', 'text')
  await write(url, [3])
  t.strictSame(paths(), [INVENTORY_NAME, 'n=2/theirs.csv', ...filesOf(3)])
  t.strictSame(folders!(), ['n=2', 'n=3'])
})

t.test('I8: a run that fails between its files is cleared away by the next one', async (t) => {
  const { server, write, paths } = await ofStore(t)
  await write([1, 2])
  server.fail('PutObject', { status: 403, code: 'AccessDenied' }, { key: /n=5/ })
  await t.rejects(write([4, 5]), { code: 'E_FORBIDDEN', message: /1 of 2 outputs are final already/ })
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(1, 2, 4)])
  await write([6])
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(6)])
})

t.test('I8: a file of an earlier run that cannot be removed ends the run, which says so', async (t) => {
  const { server, write, paths } = await ofStore(t)
  await write([1, 2])
  server.fail('DeleteObject', { status: 403, code: 'AccessDenied' }, { key: /n=1/ })
  await t.rejects(write([2]), {
    code: 'E_FORBIDDEN',
    message: /^the files are final, but not all of an earlier run are removed/,
    hint: /^start it again/,
  })
  await write([2])
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(2)])
})

t.test('a receipt takes over what the list has, and the list what the receipt has', async (t) => {
  const { write, paths } = await ofStore(t)
  await write([1, 2])
  await write([2, 3], { receipt: true, runName: 'other' })
  t.strictSame(paths(), [RECEIPT_NAME, ...filesOf(2, 3)])
  await write([3])
  t.strictSame(paths(), [INVENTORY_NAME, ...filesOf(3)], 'the folder of a receipt was one result')
  await write([2, 4], { receipt: true })
  t.strictSame(paths(), [RECEIPT_NAME, ...filesOf(2, 4)])
})

t.test('who may only write is told before the job, and may keep what is there', async (t) => {
  const { server, write, paths } = await ofStore(t)
  for (const operation of ['GetObject', 'DeleteObject', 'ListObjects'] as const)
    server.forbidden.add(operation)
  await t.rejects(write([1]), {
    code: 'E_FORBIDDEN',
    message: /files of earlier runs in the folder can be neither found nor removed/,
    hint: /--earlier-files keep/,
  })
  t.strictSame(
    server.log.filter((line) => line.startsWith('PutObject')),
    [],
  )
  t.strictSame(await write([1], { earlierFiles: 'keep' }), [])
  t.strictSame(paths(), filesOf(1))
  server.forbidden.delete('GetObject')
  await t.rejects(write([1]), { code: 'E_FORBIDDEN' }, 'the right to remove is tried before the job')
  server.forbidden.delete('DeleteObject')
  t.strictSame(await write([2]), [], 'without the right to list no strangers are told')
})

t.test('a folder that is a target of a program without read and remove is written as before', async (t) => {
  const { server, folder, make } = await ofStore(t)
  const { name, prepare, open, join } = folder
  const bare = (path: string) => {
    const target = targetOf(join!.call(folder, path))
    return {
      name: target.name,
      location: target.location!,
      prepare: target.prepare.bind(target),
      open: target.open.bind(target),
    }
  }
  const given = {
    name,
    location: folder.location!,
    prepare: prepare.bind(folder),
    open: open.bind(folder),
    join: bare,
  }
  await write(given, [1, 2], {}, make)
  await write(given, [1], {}, make)
  t.strictSame(pathsIn(server), filesOf(1, 2))
})
