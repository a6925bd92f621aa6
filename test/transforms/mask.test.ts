import { createHmac, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { inspect } from 'node:util'
import t from 'tap'
import { createPlan, parseSchema } from '../../src/advanced.js'
import {
  cast,
  csv,
  filter,
  job,
  map,
  mask,
  pipeline,
  rename,
  rows,
  rowsTo,
  select,
  type Transform,
} from '../../src/index.js'
import { MaskKey } from '../../src/transforms/mask-key.js'
import { planEdits } from '../../src/transforms/plan-edits.js'
import { resultOf } from '../support/msgpack/encoded-results.js'

const SCHEMA = [
  ['id', 'bigint'],
  ['email', 'varchar'],
  ['time', 'bigint'],
] as const
const ROWS = [
  [1, 'ann@secret.example', 1_412_121_600],
  [2, null, 1_412_121_601],
]
const source = () => resultOf(SCHEMA, ROWS)
const KEY = 'a key for tests of masks'
const hmac = (text: string, key = KEY) => createHmac('sha256', key).update(text).digest('hex')

async function rowsOf(...transforms: Transform[]): Promise<unknown[]> {
  const found: unknown[] = []
  for await (const row of rows(source(), { transforms })) found.push({ ...row })
  return found
}

t.test('masked columns are texts, and NULL stays NULL', async (t) => {
  t.strictSame(await rowsOf(mask({ email: 'hmac-sha256', id: 'redact' }, { key: KEY })), [
    { id: '***', email: hmac('ann@secret.example'), time: 1_412_121_600 },
    { id: '***', email: null, time: 1_412_121_601 },
  ])
  t.strictSame(await rowsOf(mask({ time: 'last4', email: 'null' }), select(['email', 'time'])), [
    { email: null, time: '******1600' },
    { email: null, time: '******1601' },
  ])
})

t.test('a number is hashed as the text that csv has of it', async (t) => {
  const [first] = await rowsOf(mask({ time: 'hmac-sha256' }, { key: Buffer.from(KEY) }))
  t.match(first, { time: hmac('1412121600') })
})

t.test('a function behind a mask sees masked values, one before it those of the result', async (t) => {
  const seen: unknown[] = []
  const look = filter((row: { email: unknown }) => seen.push(row.email) > 0)
  await rowsOf(look, mask({ email: 'redact' }), look)
  t.strictSame(seen, ['ann@secret.example', null, '***', null])
  const made = await rowsOf(
    map(({ email }: { email: string | null }) => ({ made: `${email}!` })),
    mask({ made: 'last4' }),
  )
  t.strictSame(made, [{ made: '***************ple!' }, { made: '*ull!' }])
})

t.test('masks go by the names that columns have there, each column of that name', async (t) => {
  const twice = [select(['email', 'email', 'id']), rename({ email: 'mail' }), mask({ mail: 'redact' })]
  const out: unknown[] = []
  await pipeline(
    source(),
    ...twice,
    rowsTo((batch) => void out.push(...batch.map((row) => Object.values(row)))),
  )
  t.strictSame(out[0], ['***', '***', 1])
})

t.test('a column that is not there is the error of a cast, before any row', async (t) => {
  const failures = [mask({ emial: 'redact' }), cast({ emial: 'varchar' })].map(async (transform) => {
    const path = join(t.testdir(), 'out.csv')
    return pipeline(source(), transform, csv(path)).catch(({ code, message, hint }) => ({
      code,
      message,
      hint,
    }))
  })
  const [ofMask, ofCast] = await Promise.all(failures)
  t.match(ofMask, { code: 'E_USAGE', message: 'there is no column "emial"' })
  t.strictSame(ofMask, ofCast)
})

t.test('a column is masked or cast, not both', async (t) => {
  await t.rejects(rowsOf(cast({ time: 'varchar' }), mask({ time: 'redact' })), {
    code: 'E_USAGE',
    message: 'the column "time" is masked and cast',
  })
  t.throws(() => planEdits({ mask: { id: 'redact' }, cast: { id: 'varchar' } }), { code: 'E_USAGE' })
  // As the command has them: time is no number any more.
  const [first] = await rowsOf(...planEdits({ mask: { time: 'redact' }, timeAs: 'timestamp' }))
  t.match(first, { time: '***' })
})

t.test('an edit of a column that is left out is refused before anything is sent', async (t) => {
  const [columns, exclude] = [['id', 'time'], ['email']]
  for (const [edits, message] of [
    [{ columns, mask: { email: 'redact' } }, 'the column "email" is masked, but not among the columns'],
    [{ exclude, mask: { email: 'redact' } }, 'the column "email" is masked, but excluded'],
    [{ exclude, cast: { id: 'varchar', email: 'varchar' } }, 'the column "email" is cast, but excluded'],
    [{ columns, rename: { email: 'mail' } }, 'the column "email" is renamed, but not among the columns'],
    [{ columns, exclude }, 'the column "email" is excluded, but not among the columns'],
  ] as const)
    t.throws(() => planEdits(edits), { code: 'E_USAGE', message })
  t.equal(planEdits({ columns, exclude: ['id'], mask: { time: 'redact' }, rename: { time: 'at' } }).length, 4)
})

t.test('hashes need a key, and a hash without one is no mask', async (t) => {
  t.throws(() => mask({ email: 'hmac-sha256' }), {
    code: 'E_USAGE',
    message: /needs a key: set TD_SLUICE_MASK_KEY/,
  })
  t.throws(() => mask({ email: 'hmac-sha256' }, { key: '' }), {
    code: 'E_USAGE',
    message: /key of masks is empty/,
  })
  for (const [key, message] of [
    ['k', 'the key of masks has 1 bytes; 16 are the fewest'],
    ['fifteen letters', 'the key of masks has 15 bytes; 16 are the fewest'],
    [new Uint8Array(32), 'the key of masks repeats the same few bytes'],
    ['abcdabcdabcdabcdabcd', 'the key of masks repeats the same few bytes'],
  ] as const)
    t.throws(() => mask({ email: 'hmac-sha256' }, { key }), {
      code: 'E_USAGE',
      message,
      hint: /openssl rand -hex 32/,
    })
  for (const key of [
    'sixteen letters!',
    '0123401234012340',
    randomBytes(16),
    randomBytes(16).toString('hex'),
  ])
    t.ok(mask({ email: 'hmac-sha256' }, { key }))
  t.throws(() => mask({ email: 'sha256' as never }), { code: 'E_USAGE', message: /without a key is no mask/ })
  t.throws(() => mask({ email: 'star' as never }), {
    code: 'E_USAGE',
    message: 'columns can be masked by hmac-sha256, redact, last4, null',
  })
  process.env.TD_SLUICE_MASK_KEY = 'of the environment'
  t.teardown(() => {
    delete process.env.TD_SLUICE_MASK_KEY
  })
  for (const end of ['', '\n', '\r\n']) {
    process.env.TD_SLUICE_MASK_KEY = `of the environment${end}`
    const [first] = await rowsOf(mask({ email: 'hmac-sha256' }))
    t.match(first, { email: hmac('ann@secret.example', 'of the environment') })
  }
  process.env.TD_SLUICE_MASK_KEY = 'k\ufffd'
  t.throws(() => mask({ email: 'hmac-sha256' }), {
    code: 'E_USAGE',
    message: /TD_SLUICE_MASK_KEY is not UTF-8/,
  })
  process.env.TD_SLUICE_MASK_KEY = '\n'
  t.throws(() => mask({ email: 'hmac-sha256' }), { code: 'E_USAGE', message: /needs a key/ })
})

t.test('a key is not shown, and two keys are told apart', async (t) => {
  const key = new MaskKey('open sesame, open!')
  const shown = `${inspect({ key }, { depth: 9, showHidden: true })} ${JSON.stringify({ key })} ${String(key)}`
  t.notMatch(shown, /open|sesame|6f70656e|111, 112/)
  t.not(JSON.stringify(key), JSON.stringify(new MaskKey('open sesame, open?')))
  t.equal(JSON.stringify(key), JSON.stringify(new MaskKey(Buffer.from('open sesame, open!'))))
})

t.test('a mask is no edit of a plan: a stage that is used alone would not see it', async (t) => {
  const schema = parseSchema(JSON.stringify(SCHEMA))
  t.throws(() => createPlan(schema, mask({ email: 'redact' }) as never), { code: 'E_USAGE' })
})

t.test('a source that keeps its download is refused before anything is sent', async (t) => {
  const folder = t.testdir()
  const spooled = job('1', {
    spool: join(folder, 'spool'),
    connection: { endpoint: 'http://127.0.0.1:1', apiKey: 'k' },
  })
  const out = csv(join(folder, 'out.csv'))
  await t.rejects(pipeline(spooled, mask({ email: 'redact' }), out), {
    code: 'E_USAGE',
    message: 'a spool keeps the download as it came, unmasked',
  })
})
