import fc from 'fast-check'
import t from 'tap'
import {
  hideTargets,
  shownSettings,
  shownTarget,
  targetProblem,
  targetSecrets,
} from '../../src/secrets/export-target.js'
import { redact } from '../../src/secrets/secret.js'
import { leaks, secretText, TARGETS } from '../support/secrets/targets.js'

t.test('a URL shows its scheme, host and path', async (t) => {
  for (const [target, shown] of [
    ['postgresql://me:pw@db.example.com:5432/shop/t?mode=append', 'postgresql://db.example.com:5432/shop/t'],
    ['td://1/0123456789@/db/table?mode=replace', 'td:///db/table'],
    ['s3://AKID:se/cr/et+x@/bucket/a b/c.csv', 's3:///bucket/a'],
    ['s3://AKID:se/cr/et+x@/bucket/dt=2026-01-31/c.csv.gz?format=csv', 's3:///bucket/dt=2026-01-31/c.csv.gz'],
    ['sftp://me:p@ss@10.0.0.1/out', 'sftp://10.0.0.1/out'],
    ['mysql://me:pw@[::1]:3306/d', 'mysql://[::1]:3306/d'],
    ['mysql://h/d', 'mysql://h/d'],
    ['mysql://h/d?password=p@ss', 'mysql://[hidden]'],
    ['mysql://u:a?b@h/d', 'mysql://[hidden]'],
    ['mysql://u:p%40h/d', 'mysql://[hidden]'],
    ['mysql://h/p%40x/d', 'mysql://h/[hidden]'],
    [`td://${'0123abcd'.repeat(5)}/db`, 'td://[hidden]'],
    ['my_connection', 'my_connection'],
    ['0123456789/x', '[hidden]'],
    ['', '[hidden]'],
  ] as const) {
    t.equal(shownTarget(target), shown, target)
  }
})

t.test('JSON shows the values of settings that are known to be harmless', async (t) => {
  const settings = {
    type: 's3',
    Bucket: 'b',
    path: 'a/b.csv.gz',
    'file-format': 'csv',
    port: 22,
    header: true,
    account: 'a',
    columns: ['x', 'y'],
    auth: { type: 'x', path: '/p' },
    in: { name: 'n', more: { table: 't', value: 5, none: null } },
    endpoint: 'https://me:pw@h/x?y',
    database: 'a@b',
    ['0123456789abcdef'.repeat(2)]: 'x',
  }
  const shown = {
    type: 's3',
    Bucket: 'b',
    path: 'a/b.csv.gz',
    'file-format': 'csv',
    port: 22,
    header: true,
    account: '[hidden]',
    columns: ['x', 'y'],
    auth: '[hidden]',
    in: { name: 'n', more: { table: 't', value: '[hidden]', none: null } },
    endpoint: 'https://h/x',
    database: '[hidden]',
    '[hidden]': '[hidden]',
  }
  t.same(shownSettings(settings), shown)
  t.equal(shownTarget(` ${JSON.stringify(settings)}\n`), JSON.stringify(shown))
  t.equal(shownTarget('{"type":"s3"'), '[hidden]')
  t.equal(shownTarget('{"__proto__":{"type":"x"}}'), '{"__proto__":{"type":"x"}}')
  t.equal(shownTarget('['.repeat(100_000)), '[hidden]')
})

t.test('G11: no target of any shape shows a part of its secret, whatever characters that has', async (t) => {
  for (const [name, target] of Object.entries(TARGETS)) {
    fc.assert(
      fc.property(secretText, (secret) => {
        const shown = shownTarget(target(secret))
        if (leaks(shown)) t.fail(`${name}: ${target(secret)} is shown as ${shown}`)
      }),
    )
    t.pass(name)
  }
})

/** The ways in which a server may repeat what it was sent. */
const ECHOES: Readonly<Record<string, (target: string) => string>> = {
  'as it was sent': (target) => `cannot write to ${target}: no`,
  'as JSON': (target) => JSON.stringify({ error: `no: ${target}` }),
  'as JSON in JSON': (target) => JSON.stringify({ error: JSON.stringify({ target }) }),
  'as JSON of ASCII': (target) =>
    JSON.stringify({ target }).replace(/[^{}:"\\]|\\./g, (one) =>
      one.length > 1
        ? one
        : [...one]
            .map((c) =>
              Array.from(
                { length: c.length },
                (_, i) => `\\u${c.charCodeAt(i).toString(16).padStart(4, '0')}`,
              ).join(''),
            )
            .join(''),
    ),
  'percent-encoded': (target) => encodeURIComponent(target),
  'as a form': (target) => new URLSearchParams({ result: target }).toString(),
  'with escaped slashes': (target) => JSON.stringify(target).replaceAll('/', '\\/'),
  'as HTML': (target) => target.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`),
  'in base64': (target) => Buffer.from(`result=${target}`).toString('base64'),
}

t.test('G12: no target comes back with its secret in it, in whatever form a server repeats it', async (t) => {
  for (const [name, target] of Object.entries(TARGETS)) {
    for (const [form, echo] of Object.entries(ECHOES)) {
      fc.assert(
        fc.property(secretText, (secret) => {
          const shown = hideTargets(redact(echo(target(secret)), targetSecrets(target(secret))))
          for (const text of [shown, unescaped(shown), Buffer.from(shown, 'base64').toString()]) {
            if (leaks(text)) t.fail(`${name}, ${form}: ${echo(target(secret))} becomes ${shown}`)
          }
        }),
        { numRuns: 30 },
      )
    }
    t.pass(name)
  }
})

function unescaped(text: string): string {
  const units = text.replace(/\\+u([0-9a-f]{4})/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  try {
    return decodeURIComponent(units)
  } catch {
    return units
  }
}

t.test('only a part of a target that comes back is hidden as well', async (t) => {
  const secrets = targetSecrets('mysql://me:se%2Fcret@h/d?token=abcdef&mode=append')
  t.equal(
    redact('user me, password se/cret, token abcdef, mode append', secrets),
    'user me, password [hidden], token [hidden], mode append',
  )
  const settings = targetSecrets('{"type":"s3","bucket":"store","keys":{"id":"AKID1","n":12345}}')
  t.equal(redact('bucket store of AKID1 with 12345', settings), 'bucket store of [hidden] with [hidden]')
})

t.test('targets and settings in a log are hidden though nothing is known of them', async (t) => {
  for (const [text, shown] of [
    ['to postgresql://me:pw@h/d?a=b failed', 'to postgresql://h/d failed'],
    ['to mysql://me:p w@h/d failed', 'to mysql://[hidden] failed'],
    [
      'see https://example.com/docs/a.html, or s3://bucket/x',
      'see https://example.com/docs/a.html, or s3://bucket/x',
    ],
    [
      '{"type": "s3", "secret_access_key": "a\\"b/c", "n": 1}',
      '{"type": "s3", "secret_access_key": "[hidden]", "n": 1}',
    ],
    [':password=>"x", user: "y", api_key = "z"', ':password=>"[hidden]", user: "y", api_key = "[hidden]"'],
    ["line 1:8: Column 'password' cannot be resolved", "line 1:8: Column 'password' cannot be resolved"],
  ] as const) {
    t.equal(hideTargets(text), shown, text)
  }
})

t.test('a target of many settings is looked for in time, and its secrets before the rest', async (t) => {
  const many = Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`x${i}`, `value-${i}`]))
  const secrets = targetSecrets(JSON.stringify({ type: 'x', many, password: 'hunter22' }))
  t.ok(secrets.length < 100, `${secrets.length} are looked for`)
  t.equal(redact('with hunter22', secrets), 'with [hidden]')
})

t.test(
  'a text that can be no target is told apart from URLs, settings and names of connections',
  async (t) => {
    const good = [
      's3://bucket/path.csv',
      'td://key@/db/table?mode=replace',
      'mysql://me:p/w@h/d/t',
      ' gspreadsheet://me@x/My sheet ',
      '{"type":"s3",\n"bucket":"b"}',
      'my_connection',
      'My connection (new)',
      'team/s3',
      'named_result:path/a.csv',
      'https://host/?then=http://',
    ]
    for (const target of good) t.equal(targetProblem(target), undefined, target)
    const wrong = [
      '',
      ' \n',
      '/tmp/a.csv',
      './a.csv',
      '../a.csv',
      '~/a.csv',
      '\\\\host\\a.csv',
      's3://',
      's3:/b/a.csv',
      'mysql:/me:pw@h/db',
      'S3:///',
      's3://b/\u0007',
      '[]',
      '[{}]',
      '{"a":',
    ]
    for (const target of wrong) t.match(targetProblem(target), /^the export target /, target)
  },
)
