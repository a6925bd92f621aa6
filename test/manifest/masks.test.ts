import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { planRun } from '../../src/manifest/plan.js'
import { ManifestProblems } from '../../src/manifest/problems.js'
import { accountFor } from '../support/manifest/account.js'

const KEY = 'a key for the tests'

async function planOf(t: Test, exports: string, { defaults = '', env = {} } = {}) {
  const cwd = t.testdir({ 'mask.key': `${KEY}\n`, 'weak.key': 'weak\n' })
  const text = `version: 1\ndefaults: { database: db${defaults} }\nexports:\n${exports}`
  writeFileSync(join(cwd, 'exports.yaml'), text)
  return planRun({
    file: 'exports.yaml',
    cwd,
    env,
    accountFor,
    scheduledTime: '2026-01-31',
  })
}

async function problemsOf(...args: Parameters<typeof planOf>): Promise<string[]> {
  try {
    await planOf(...args)
    return []
  } catch (error) {
    const { cause } = error as Error
    if (!(cause instanceof ManifestProblems)) throw error
    return cause.problems.map(({ line, message }) => `${line}: ${message}`)
  }
}

t.test('the masks of defaults count beside those of an export, in files and tables', async (t) => {
  const exports =
    '  - { name: a, query: q, output: a.csv, mask: { phone: last4, name: null } }\n' +
    '  - { name: b, query: q, output: "b.duckdb#t", mask: { email: redact } }\n'
  const { exports: planned } = await planOf(t, exports, {
    defaults: ', mask: { email: hmac-sha256 }, mask_key_file: mask.key',
  })
  t.strictSame(
    planned.map(({ writing }) => writing.edits.mask),
    [{ email: 'hmac-sha256', phone: 'last4', name: 'null' }, { email: 'redact' }],
  )
  const keys = planned.map(({ writing }) => writing.edits.maskKey)
  t.equal(Buffer.from(keys[0]!.reveal()).toString(), KEY)
  t.equal(keys[1], undefined, 'nothing is hashed')
  t.strictSame(
    planned.map(({ keyFiles }) => [...keyFiles.values()]),
    [['mask.key'], []],
  )
  t.notMatch(JSON.stringify(planned), 'a key')
})

t.test('another key makes another output of the same job', async (t) => {
  const exports = '  - { name: a, query: q, output: a.csv, mask: { email: hmac-sha256 } }\n'
  // One after the other: they share the folder of the test.
  const planned = async (key: string) =>
    (await planOf(t, exports, { env: { TD_SLUICE_MASK_KEY: key } })).exports[0]!
  const [first, again, second] = [
    await planned('the first of keys'),
    await planned('the first of keys'),
    await planned('another of keys.'),
  ]
  t.equal(first.writingHash, again.writingHash)
  t.not(first.writingHash, second.writingHash)
  t.equal(first.jobHash, second.jobHash)
})

t.test('what is wrong with masks is a problem of its line', async (t) => {
  const of = (settings: string) => problemsOf(t, `  - { name: a, query: q, output: a.csv, ${settings} }\n`)
  t.match(await of('mask: { email: hmac-sha256 }'), [/^4: hmac-sha256 needs a key: set TD_SLUICE_MASK_KEY/])
  t.match(await of('mask: { email: sha256 }'), [/^4: .*a hash without a key is no mask/])
  t.match(await of('mask: { email: redact }, cast: { email: varchar }'), [
    /^4: the column "email" is masked and cast/,
  ])
  t.match(await of('mask: { email: redact }, spool: s'), [
    /^4: a spool keeps the download as it came, unmasked/,
  ])
  t.match(await of('mask: { email: hmac-sha256 }, mask_key_file: none'), [
    /^4: the key file none cannot be read/,
  ])
  t.match(await of('mask: { email: hmac-sha256 }, mask_key_file: weak.key'), [
    /^4: the key of masks has 4 bytes; 16 are the fewest$/,
  ])
  t.match(await of('mask: { email: redact }, exclude: email'), [
    /^4: the column "email" is masked, but excluded/,
  ])
})
