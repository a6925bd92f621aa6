// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import fc from 'fast-check'
import t from 'tap'
import type { Environment } from '../../src/manifest/environment.js'
import type { Purpose } from '../../src/manifest/safe-value.js'
import { substitute } from '../../src/manifest/template.js'
import { zoneNamed } from '../../src/manifest/zone.js'

const SQL: Purpose = { kind: 'sql', engine: 'trino' }
const HIVE: Purpose = { kind: 'sql', engine: 'hive' }
const PATH: Purpose = { kind: 'path' }

/** 2026-03-30, midnight in Berlin, the day after summer time began there. */
const MIDNIGHT = Date.parse('2026-03-29T22:00:00Z')

function fill(
  template: string,
  purpose: Purpose = SQL,
  env: Environment = {},
  allowEnv: readonly string[] = [],
) {
  const zone = zoneNamed('Europe/Berlin')
  return substitute(template, purpose, { name: 'users', scheduledTime: MIDNIGHT, zone, env, allowEnv })
}

/** The text of a template that has no problems. */
function text(template: string, purpose?: Purpose, env?: Environment): string {
  const { text, problems } = fill(template, purpose, env)
  if (problems.length > 0) throw new Error(problems[0]!.message)
  return text
}

const refused = (template: string, purpose?: Purpose, env?: Environment) =>
  fill(template, purpose, env).problems[0]?.message

t.test('times are those of the clock of the zone', async (t) => {
  t.equal(text('${date} ${scheduled_time}'), '2026-03-30 2026-03-30T00:00:00+02:00')
  t.equal(text('${scheduled_time | %s} ${ date|%Y/%m/%d }'), `${MIDNIGHT / 1000} 2026/03/30`)
  t.equal(text('${scheduled_time + 90m | %FT%T%z}'), '2026-03-30T01:30:00+0200')
  t.equal(text('${date | 100%% %j}'), '100% 089')
})

t.test('a day is one of the calendar, an hour is an hour', async (t) => {
  t.equal(text('${date - 1d}'), '2026-03-29')
  t.equal(text('${scheduled_time - 1d}'), '2026-03-29T00:00:00+01:00', 'though that day had 23 hours')
  t.equal(text('${scheduled_time - 24h}'), '2026-03-28T23:00:00+01:00')
  t.equal(text('${scheduled_time - 1w}'), '2026-03-23T00:00:00+01:00')
  t.equal(text('${date-1d+2h}'), '2026-03-29')
})

t.test('names and variables stand for themselves, and $${ for ${', async (t) => {
  t.equal(text('${name}: ${env.DAY}', SQL, { DAY: '2026-01-31' }), 'users: 2026-01-31')
  t.equal(text('$${date} $$${date} $date {date}'), '${date} $${date} $date {date}')
})

t.test('what is not known is an error that helps', async (t) => {
  t.match(refused('${dte}'), 'there is no ${dte}; did you mean date?')
  t.match(refused('${HOME}', SQL, { HOME: '/root' }), 'the environment variable is ${env.HOME}')
  t.match(refused('${env.NO}'), 'the environment variable NO is not set')
  t.match(refused('${env.NO}', SQL, { NO: '' }), 'the environment variable NO is empty')
  t.match(refused('${env.toString}'), 'not set')
  t.match(refused('${date + 1y}'), 'is no placeholder')
  t.match(refused('${date | %Q}'), '%Q is no conversion')
  t.match(refused('${date | iso}'), 'has no conversion')
  t.match(refused('${name - 1d}'), 'is no time')
  t.match(refused('${env.A | upper}', SQL, { A: 'a' }), 'a query has sql and number')
  t.match(refused('a ${date'), 'has no end')
  t.match(refused('${date + 99999999999d}'), 'after 9999')
})

t.test('every problem is told with its place', async (t) => {
  const { problems } = fill('${a} ${date} ${b}\n${a}')
  t.same(
    problems.map(({ at, part, nth }) => [at, part, nth]),
    [
      [0, '${a}', 0],
      [13, '${b}', 0],
      [18, '${a}', 1],
    ],
  )
})

t.test('a value that could change the query is refused without a filter', async (t) => {
  for (const value of ["x' or 1=1", 'a b', 'a--b', '-1', 'a;b', 'a/*', "'", '"', 'a,b', '(a)', 'é', '`a`']) {
    t.match(refused('select ${env.A}', SQL, { A: value }), /could change what the query means/, value)
  }
  for (const value of ['abc', '2026-01-31', '12:30:00', '1.5', 'db.table', 'a_b', '1e+5']) {
    for (const template of ["'${env.A}'", '"${env.A}"', '`${env.A}`', '-- ${env.A}', '/* ${env.A} */']) {
      t.equal(text(template, SQL, { A: value }), template.replace('${env.A}', value))
    }
  }
  t.match(refused('${env.A}', SQL, { A: 'a\nb' }), 'control character')
})

t.test('G14: a value brings neither a name nor a keyword into a query', async (t) => {
  for (const value of [
    'ALL',
    'id',
    'null',
    'db.table',
    'a_b',
    'x1',
    '1x',
    '0x10',
    'e5',
    '1-a',
    'NaN',
    '_',
    'a-1',
  ]) {
    for (const before of ['limit ', 'where id = ', "'a' ", '"a" ', '-- a\n', '/* a */ ', "'a''b'", 'f(']) {
      t.match(
        refused(`${before}\${env.A}`, SQL, { A: value }),
        /outside of quotes.*goes between "/,
        before + value,
      )
      t.match(refused(`${before}\${env.A}`, HIVE, { A: value }), /outside of quotes.*goes between `/)
    }
    t.match(refused("'\\'${env.A}", SQL, { A: value }), 'outside of quotes')
    t.equal(refused("'\\'${env.A}'", HIVE, { A: value }), undefined, 'Hive escapes with a backslash')
  }
  for (const value of ['0', '42', '1.5', '1e+5', '2026-01-31', '12:30:00', '20260131']) {
    t.equal(text('a_${env.A} limit ${env.A}', SQL, { A: value }), `a_${value} limit ${value}`)
  }
})

t.test('| sql makes a literal that holds exactly the value', async (t) => {
  const character = fc.constantFrom("'", '\\', '$', '{', '\n', '\u007f', ';', 'a', 'é', '🙂', '*/', '--')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ minLength: 1, unit: 'binary' }),
        fc.array(character).map((all) => all.join('')),
      ),
      (value) => {
        fc.pre(value !== '' && !value.includes('\0'))
        const trino = text('${env.A | sql}', SQL, { A: value })
        t.match(trino, /^(?:U&)?'(?:[^'\x00-\x1f\x7f]|'')*'$/)
        if (readTrino(trino) !== value) t.fail(trino)
        const hive = text('${env.A | sql}', HIVE, { A: value })
        // Nothing in it can end the text, begin an escape of its own, a variable or another statement.
        t.match(hive, /^'(?:[^'"\\$;\x00-\x1f\x7f]|\\u[0-9a-f]{4})*'$/)
        if (decoded(hive.slice(1, -1), /\\u([0-9a-f]{4})/g) !== value) t.fail(hive)
      },
    ),
  )
  t.match(refused('${env.A | sql}', SQL, { A: 'a\0' }), 'NUL')
})

const decoded = (text: string, coded: RegExp) =>
  text.replace(coded, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))

/** What Trino makes of a literal. */
function readTrino(literal: string): string {
  const inside = literal.slice(literal.indexOf("'") + 1, -1).replaceAll("''", "'")
  if (!literal.startsWith('U&')) return inside
  return inside.replace(/\\(?:\\|([0-9a-f]{4}))/g, (_, hex) =>
    hex ? String.fromCharCode(Number.parseInt(hex, 16)) : '\\',
  )
}

t.test('a literal does not run into what it touches', async (t) => {
  t.equal(text("'x'${env.A | sql}${env.A | sql}a", SQL, { A: 'b' }), "'x' 'b'  'b' a")
  t.equal(text('f(${env.A | sql})', SQL, { A: 'b' }), "f('b')")
})

t.test('| sql stands in code only', async (t) => {
  const env = { A: "*/ drop '" }
  for (const before of ["'", "where a = '", '"', '`', "'it''s ", '\'a" ']) {
    t.match(refused(`${before}\${env.A | sql}`, SQL, env), 'brings its own quotes', before)
  }
  for (const before of ['-- ', 'a /* ', '/*/ ', 'select 1 -- a\n-- b ', "'a' -- '"]) {
    t.match(refused(`${before}\${env.A | sql}`, SQL, env), 'in a comment', before)
  }
  for (const before of ['', "'a' ", '"a" = ', '-- a\n', "/* ' */ ", "'--' ", "'a''b' ", "'\\' "]) {
    t.equal(refused(`${before}\${env.A | sql}`, SQL, env), undefined, before)
  }
  t.match(refused("'\\'${env.A | sql}", HIVE, env), 'brings its own quotes', 'Hive escapes with a backslash')
})

t.test('no value changes what kinds of words a query has', async (t) => {
  const piece = fc.constantFrom(
    "'",
    '"',
    '--',
    '/*',
    '*/',
    '\n',
    ' ',
    'a',
    '=',
    "'x'",
    '${env.A}',
    '${env.A | sql}',
  )
  const value = fc
    .array(fc.constantFrom("'", '"', '--', '/*', '*/', '\n', ' ', 'b', '1', ';', '-', '.', "''"))
    .map((all) => all.join(''))
  fc.assert(
    fc.property(fc.array(piece), value, (pieces, hostile) => {
      const template = pieces.join('')
      const harmless = fill(template, SQL, { A: '1' })
      const filled = fill(template, SQL, { A: hostile })
      if (filled.problems.length > 0) return
      if (harmless.problems.length > 0) t.fail(template)
      const expected = kinds(harmless.text)
      if (kinds(filled.text).join() !== expected.join())
        t.fail(`${JSON.stringify(template)} with ${JSON.stringify(hostile)}`)
    }),
    { numRuns: 2000 },
  )
})

/** The kinds of the words of a query: comments, texts, names in quotes, others. */
function kinds(sql: string): string[] {
  const word =
    /(?<comment>--[^\n]*|\/\*.*?(?:\*\/|$))|(?<text>(?:U&)?'(?:[^']|'')*(?:'|$))|(?<quoted>"[^"]*(?:"|$))|(?<word>[\w.:+-]+?(?=--|[^\w.:+-]|$))|(?<other>.)/gs
  return [...sql.matchAll(word)].map(
    ({ groups }) => Object.entries(groups!).find(([, found]) => found !== undefined)![0],
  )
}

t.test('| number takes numbers only, and keeps a minus from beginning a comment', async (t) => {
  t.equal(text('1 -${env.A | number}', SQL, { A: '-1.5e3' }), '1 -(-1.5e3)')
  t.equal(text('${env.A | number}', SQL, { A: '42' }), '42')
  for (const value of ['0x10', '1 or 1', '01', 'NaN', '--1', '1;'])
    t.match(refused('${env.A | number}', SQL, { A: value }), 'not a number')
})

t.test('what a value holds is never looked at again', async (t) => {
  const env = { A: '${env.B}', B: 'secret', C: '$$' }
  t.equal(text('${env.A | sql}', SQL, env), "'${env.B}'")
  t.equal(text('${env.C | sql}{date}', SQL, env), "'$$'{date}")
})

t.test('no value leads out of a folder', async (t) => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('.', '..', '/', '\\', 'a', '~', '...', '\n')), (parts) => {
      const value = parts.join('')
      const { text, problems } = fill('out/${env.A}/x.csv', PATH, { A: value })
      if (problems.length > 0) return
      const folders = text.split(/[\\/]/)
      t.notOk(folders.includes('..') || folders.includes('.'), text)
      t.ok(text.startsWith('out/'), text)
    }),
  )
  t.match(refused('out/${env.A}', PATH, { A: '/etc' }), 'an absolute path in the middle of another')
  t.equal(text('${env.A}/x.csv', PATH, { A: '/data/out' }), '/data/out/x.csv')
  t.match(refused('${env.A}/x.csv', PATH, { A: '../out' }), 'leads out of its folder')
})

t.test('the API key goes nowhere, and other secrets only into a result URL', async (t) => {
  const env = {
    TD_API_KEY: 'k',
    TREASURE_DATA_API_KEY: 'k',
    DB_PASSWORD: 'p@s/s',
    SLACK_TOKEN: 't',
    PARTITION_KEY: 'a',
  }
  const URL: Purpose = { kind: 'url' }
  for (const purpose of [SQL, PATH, URL, { kind: 'name' }] as Purpose[]) {
    t.match(refused('${env.TD_API_KEY}', purpose, env), 'opens the account')
    t.match(refused('${env.TREASURE_DATA_API_KEY | sql}', purpose, env), 'opens the account')
  }
  t.match(refused('${env.DB_PASSWORD | sql}', SQL, env), 'seems to be a secret')
  t.match(refused('${env.SLACK_TOKEN}', PATH, env), 'seems to be a secret')
  t.equal(text("'${env.PARTITION_KEY}'", SQL, env), "'a'")
  t.equal(text('mysql://u:${env.DB_PASSWORD | url}@h/d', URL, env), 'mysql://u:p%40s%2Fs@h/d')
})

t.test(
  'G14: a name that looks like a secret must be allowed, and a value that is the key is refused',
  async (t) => {
    const key = `1234/${'0123456789'.repeat(4)}`
    const env = {
      TD_API_KEY: key,
      BASE_URL: '7',
      SORT_KEY: '8',
      MYSQL_PWD: '9',
      COPY: key,
      INSIDE: `x ${key} y`,
      OTHER: `99/${'abcdef0123'.repeat(4)}`,
      PLAIN: 'long-plain-key',
    }
    for (const purpose of [SQL, PATH, { kind: 'name' }] as Purpose[]) {
      t.match(refused('${env.BASE_URL}', purpose, env), 'list it in allow_env')
      t.match(refused('${env.MYSQL_PWD}', purpose, env), 'list it in allow_env')
      t.equal(text('${env.SORT_KEY}', purpose, env), '8')
      t.strictSame(fill('${env.BASE_URL}', purpose, env, ['BASE_URL']), { text: '7', problems: [] })
      t.match(
        fill('${env.TD_API_KEY}', purpose, env, ['TD_API_KEY']).problems[0]?.message,
        'opens the account',
      )
    }
    for (const purpose of [SQL, PATH, { kind: 'url' }, { kind: 'name' }] as Purpose[]) {
      for (const name of ['COPY', 'INSIDE', 'OTHER']) {
        t.match(refused(`\${env.${name}}`, purpose, env), 'holds an API key', name)
      }
      t.match(
        refused('${env.PLAIN}', purpose, { ...env, TREASURE_DATA_API_KEY: 'long-plain-key\n' }),
        'holds an API key',
      )
    }
    t.match(refused('${env.COPY | sql}', SQL, env), 'holds an API key')
  },
)

t.test('any text is either filled in or refused', async (t) => {
  const piece = fc.constantFrom(
    '${',
    '}',
    '$',
    '{',
    'date',
    'env.A',
    ' - 1d',
    '|',
    '%Y',
    'sql',
    "'",
    'x',
    '\n',
    '$${',
  )
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const template = pieces.join('')
      const { text, problems } = fill(template, SQL, { A: 'a' })
      if (!template.includes('${')) t.equal(text, template)
      for (const { at, part } of problems) t.ok(template.startsWith(part, at))
    }),
  )
})
