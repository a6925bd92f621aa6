/** `--encrypt-to` and `encrypt_to`, and files of age as inputs. What is in them: test/sinks/targets/encrypted.slow.test.ts */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { createSink } from '../../src/advanced.js'
import { type Format, pipeline } from '../../src/index.js'
import { ageKey, decrypted, NO_KEY } from '../support/age/keys.js'
import { runInProcess } from '../support/cli/context.js'
import { runCli, SOURCE_ARGS } from '../support/cli/run.js'
import { manifestFolders } from '../support/manifest/folder.js'
import { packRows, resultOf } from '../support/msgpack/encoded-results.js'

const { identity: IDENTITY, recipient: RECIPIENT } = await ageKey()
const { identity: OTHER, recipient: OTHER_RECIPIENT } = await ageKey()

const PASSPHRASE = 'correct horse battery staple'

const CANARY = 'Adelheid'
const SCHEMA = [
  ['id', 'bigint'],
  ['name', 'varchar'],
] as const
const ROWS = Array.from({ length: 6000 }, (_, i) => [i, `${CANARY} ${i * 7919}`])
const source = () => resultOf(SCHEMA, ROWS)
const sha256Of = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const decrypt = (bytes: Uint8Array, identity = IDENTITY) => decrypted(bytes, identity)

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8', withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

const CONVERT = ['convert', 'rows.msgpack', '--schema', JSON.stringify(SCHEMA)]
const withRows = (t: Test, files = {}) => t.testdir({ 'rows.msgpack': packRows(ROWS), ...files })

t.test('--encrypt-to writes files, folders and several outputs', async (t) => {
  const cwd = withRows(t)
  const run = async (...args: string[]) => {
    const { exit, stderr } = await runInProcess([...CONVERT, '--encrypt-to', RECIPIENT, ...args], { cwd })
    t.equal(exit, 0, stderr)
  }
  const read = async (name: string, identity?: string) => decrypt(readFileSync(join(cwd, name)), identity)
  await run('-o', 'a.csv.age', '-o', 'b.msgpack.age', '--encrypt-to', OTHER_RECIPIENT, '--checksum', 'sha256')
  t.match((await read('a.csv.age', OTHER)).toString(), CANARY)
  t.ok((await read('b.msgpack.age')).equals(packRows(ROWS)))
  t.match(JSON.parse((await read('b.msgpack.age.schema.json.age')).toString()), {
    schema: [{ name: 'id' }, {}],
  })
  t.notOk(existsSync(join(cwd, 'b.msgpack.age.schema.json')))
  await run('-o', 'noname', '-f', 'csv.gz')
  t.strictSame([...(await read('noname')).subarray(0, 2)], [0x1f, 0x8b])
  await run('-o', 'parts', '-f', 'csv.gz', '--max-rows-per-file', '4000', '--receipt')
  t.strictSame(
    filesIn(join(cwd, 'parts')).map((path) => path.slice(cwd.length + 7)),
    ['.td-sluice-files', 'manifest.json', 'part-0.csv.gz.age', 'part-1.csv.gz.age'],
  )
  const { files } = JSON.parse(readFileSync(join(cwd, 'parts/manifest.json'), 'utf8'))
  t.equal(files[0].sha256, sha256Of(readFileSync(join(cwd, 'parts/part-0.csv.gz.age'))))
})

t.test('stdout of the command is encrypted too, and stays whole', async (t) => {
  const cwd = withRows(t)
  const { exit, stdoutBytes, stderr } = await runCli([...CONVERT, '--encrypt-to', RECIPIENT, '-f', 'csv'], {
    cwd,
  })
  t.equal(exit, 0, stderr)
  t.equal((await decrypt(stdoutBytes)).toString().split('\n').length, ROWS.length + 2)
})

t.test('G23: --encrypt-to is refused where it would not hide everything', async (t) => {
  const cwd = withRows(t)
  const to = ['--encrypt-to', RECIPIENT]
  const cases: readonly (readonly [string[], RegExp, boolean?])[] = [
    [[...to, '-o', 'a.csv'], /a\.csv is to be encrypted, but is not named so/],
    [[...to, '-o', 'a.csv.age', '-o', 'b.csv'], /b\.csv is to be encrypted/],
    [[...to, '-o', 'it.duckdb#t'], /--encrypt-to is for files, and .*it\.duckdb#t is a table/],
    [[...to, '-o', 'a.csv.age', '-o', 'it.duckdb#t'], /--encrypt-to is for files/],
    [[...to, '-G'], /rows are shown here/],
    [to, /rows are shown here/, true],
    [[...to, '-f', 'csv'], /binary, and this is a terminal/, true],
    [[...to, '-o', '-', '-o', 'a.csv.age'], /binary, and this is a terminal/, true],
    [['-o', 'a.csv.age'], /no recipient is given/],
    [['-o', 'a.csv.age', '--max-rows-per-file', '5'], /no recipient is given/],
    [['-o', 'a', '-f', 'csv.age'], /"csv\.age" says nothing of encryption/],
    [['-o', 'a.csv.age', '--encrypt-to', IDENTITY], /--encrypt-to names an identity/],
    [['-o', 'a.csv.age', '--encrypt-to', PASSPHRASE], /passphrases are not supported/],
    [['-o', 'a.csv.age', '--encrypt-to', NO_KEY], /age refuses a recipient/],
    [['-o', 'p', '-f', 'csv', '--max-rows-per-file', '5', '--encrypt-to', NO_KEY], /age refuses a recipient/],
  ]
  for (const [args, message, terminal = false] of cases) {
    const { exit, stdout, stderr } = await runInProcess([...CONVERT, ...args], { cwd, terminal })
    t.equal(exit, 2, args.join(' '))
    t.match(stderr, message)
    t.notMatch(stdout + stderr, new RegExp(`${IDENTITY}|${PASSPHRASE}|${CANARY}`))
  }
  t.strictSame(readdirSync(cwd), ['rows.msgpack'])
  const spooled = ['dump', '1', '--spool', 's', '-o', 'a.csv.age', ...to]
  const env = { TD_API_SERVER: 'http://127.0.0.1:1', TD_API_KEY: '1/k' }
  const { exit, stderr } = await runInProcess(spooled, { cwd, env })
  t.equal(exit, 2)
  t.match(stderr, /a spool keeps the download as it came, not encrypted/)
})

t.test(
  'G23: encrypt_to of manifests: one or a list, for files and folders, refused before any job',
  async (t) => {
    const { folderOf } = await manifestFolders(t)
    const manifest = `exports:
  - { name: one, query: select 1 as a, output: one.csv.gz.age, encrypt_to: [${RECIPIENT}, ${OTHER_RECIPIENT}], checksum: sha256 }
  - { name: two, query: select 2 as a, output: two, format: csv, max_rows_per_file: 5 }
`
    const { cwd, run, jobs, edit, report } = folderOf(t, manifest)
    edit('sample_datasets }', `sample_datasets, encrypt_to: ${RECIPIENT} }`)
    const { exports } = await report()
    t.strictSame(
      exports.map(({ outcome }) => outcome),
      ['written', 'written'],
    )
    const first = readFileSync(join(cwd, 'one.csv.gz.age'))
    t.equal(readFileSync(join(cwd, 'one.csv.gz.age.sha256'), 'utf8').slice(0, 64), sha256Of(first))
    for (const identity of [IDENTITY, OTHER]) t.strictSame((await decrypt(first, identity))[0], 0x1f)
    t.equal((await decrypt(readFileSync(join(cwd, 'two/part-0.csv.age')))).toString(), 'a\n2\n')
    t.match(await report(), { exports: [{ outcome: 'skipped' }, { outcome: 'skipped' }] })
    const before = jobs().length
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ['one.csv.gz.age', 'one.csv.gz', /one\.csv\.gz is to be encrypted, but is not named so/],
      [', checksum: sha256', ', spool: s', /a spool keeps the download as it came, not encrypted/],
      ['output: one.csv.gz.age', 'output: "it.duckdb#t"', /encrypt_to is for files; the output is a table/],
      [
        'output: two, format: csv, max_rows_per_file: 5',
        'output: "it.duckdb#t"',
        /encrypt_to of defaults is for/,
      ],
      [`[${RECIPIENT}, `, `[${IDENTITY}, `, /encrypt_to names an identity/],
      [`encrypt_to: [${RECIPIENT}, ${OTHER_RECIPIENT}]`, 'encrypt_to: []', /encrypt_to names nobody/],
      [
        `encrypt_to: [${RECIPIENT}, ${OTHER_RECIPIENT}]`,
        'encrypt_to: 5',
        /must be a text, or a list of texts/,
      ],
      ['format: csv,', 'format: csv.age,', /a format says nothing of encryption/],
    ]
    for (const [from, to, message] of cases) {
      edit(from, to)
      const { exit, stderr, stdout } = await run(['--scheduled-time', '2026-02-01T00:00:00Z', '--dry-run'])
      t.equal(exit, 2, to)
      t.match(stderr, message)
      t.notMatch(stderr + stdout, IDENTITY)
      edit(to, from)
    }
    edit(`, encrypt_to: [${RECIPIENT}, ${OTHER_RECIPIENT}]`, '')
    edit(`, encrypt_to: ${RECIPIENT}`, '')
    const plain = await run(['--scheduled-time', '2026-02-01T00:00:00Z'])
    t.equal(plain.exit, 2)
    t.match(plain.stderr, /one\.csv\.gz\.age is named as an encrypted file, but no recipient is given/)
    t.equal(jobs().length, before, 'nothing was issued')
  },
)

t.test('inspect, diff and convert say that a file is encrypted, and how to decrypt it', async (t) => {
  const cwd = withRows(t)
  const write = async (name: string) =>
    pipeline(source(), createSink(name.split('.')[1] as Format, join(cwd, name), { encryptTo: RECIPIENT }))
  for (const name of ['a.csv.age', 'a.parquet.age', 'a.msgpack.gz.age']) await write(name)
  writeFileSync(join(cwd, 'armored.csv.age'), '-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n')
  writeFileSync(join(cwd, 'renamed.csv'), readFileSync(join(cwd, 'a.csv.age')))
  const names = readdirSync(cwd).filter((name) => name !== 'rows.msgpack')
  t.equal(names.length, 5)
  for (const name of names) {
    for (const args of [
      ['inspect', name],
      ['diff', name, name],
      ['convert', name, '-o', 'x.csv'],
    ]) {
      const { exit, stderr } = await runInProcess(args, { cwd })
      t.equal(exit, 2, args.join(' '))
      t.match(stderr, /E_UNSUPPORTED: .* is encrypted with age\n.*age -d -i KEY_FILE/)
    }
  }
  t.notOk(existsSync(join(cwd, 'x.csv')))
})

t.test('G23: without the package the run ends with what to install, before any request', async (t) => {
  const cwd = withRows(t)
  const hook = `data:text/javascript,${encodeURIComponent(`export const resolve = (name, context, next) => {
    if (name === 'age-encryption') throw new Error('not there')
    return next(name, context)
  }`)}`
  const start = `data:text/javascript,${encodeURIComponent(
    `import { register } from 'node:module'; register(${JSON.stringify(hook)})`,
  )}`
  // From the sources: the hook is for imports. A request would end with exit 4: nothing listens there.
  const args = ['dump', '1', '-o', 'a.csv.age', '--encrypt-to', RECIPIENT, '-e', 'http://127.0.0.1:1']
  const env = { ...process.env, TD_API_KEY: '1/k' }
  const node = ['--import', start, ...SOURCE_ARGS, ...args]
  const { status, stderr } = spawnSync(process.execPath, node, { cwd, env, encoding: 'utf8' })
  t.equal(status, 2, stderr)
  t.match(stderr, /E_UNSUPPORTED: the package age-encryption is not installed\n.*npm install age-encryption/)
})
