import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { width } from '../../src/cli/terminal/width.js'
import { packRows, startSandbox } from '../../src/sandbox/index.js'
import { NO_TERMINAL, steady, type TerminalOptions, terminalCli } from '../support/cli/terminal.js'

t.setTimeout(600_000)

t.test('in a real terminal', { skip: NO_TERMINAL }, async (t) => {
  const sandbox = await startSandbox({ bytesPerSecond: 200_000, runTime: 500 })
  t.teardown(() => sandbox.close())
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const cwd = t.testdir()

  const start = (t: Test, args: readonly string[], options: TerminalOptions = {}) => {
    const terminal = terminalCli(args, { cwd, ...options, env: { ...env, ...options.env } })
    t.teardown(() => terminal.close())
    return terminal
  }

  /** A second and a half of waiting. */
  const RUNNING = ['running', 'running', 'running']
  const REPORT = '2026-01-31 05:42:01: 42% done\n  3 of 8 stages\n'
  const PEOPLE = {
    schema: [
      ['id', 'bigint'],
      ['name', 'varchar'],
      ['score', 'double'],
    ],
    rows: [
      [1, '山田 太郎', 1.5],
      [20, null, -0.25],
      [300, 'Zoë\x1b[31m \u202eabc', 1e21],
      [4000, '👩‍👩‍👧 and a text much longer than the screen of a terminal is wide, so it is cut', null],
    ],
  } as const

  /** A result whose download takes a second for each 20,000 rows. */
  const numbers = (rows: number) => ({
    schema: [
      ['n', 'bigint'],
      ['t', 'varchar'],
    ] as const,
    body: packRows(Array.from({ length: rows }, (_, i) => [i, `${Math.sin(i)}`])),
    numRecords: rows,
  })

  t.test(
    'a waiting job shows its state and what the engine says, then the table takes the place',
    async (t) => {
      const id = sandbox.addJob({ ...PEOPLE, statuses: [...RUNNING, 'success'], cmdout: REPORT })
      const terminal = start(t, ['dump', id], { columns: 80 })
      t.match(steady(await terminal.sees(/running ·/)), [
        'job N: running',
        'job N · running · ━━━━━━━━──────────── 42% · 3 of 8 stages · N s',
      ])
      t.equal(await terminal.exit(), 0)
      t.same(steady(terminal.screen()), [
        'job N: running',
        'job N: success after N s',
        '  id  name                                                                 score',
        '   1  山田 太郎                                                              1.5',
        '  20  NULL                                                                 -0.25',
        ' 300  Zoë\\x1b[31m \\u202eabc                                                1e+21',
        '4000  👩‍👩‍👧 and a text much longer than the screen of a terminal is wide, s…   NULL',
        '4 rows',
        '[exit 0]',
      ])
      t.match(terminal.screen({ colors: true }).join('\n'), /\x1b\[2mNULL/)
    },
  )

  t.test('-G shows one row below the other', async (t) => {
    const id = sandbox.addJob(PEOPLE)
    const terminal = start(t, ['dump', id, '-G', '-l', '2'], { columns: 40 })
    t.equal(await terminal.exit(), 0)
    t.same(steady(terminal.screen()), [
      'job N: success',
      '*** row 1 ***',
      '  id     1',
      '  name   山田 太郎',
      '  score  1.5',
      '*** row 2 ***',
      '  id     20',
      '  name   NULL',
      '  score  -0.25',
      '2 rows',
      '[exit 0]',
    ])
  })

  t.test('a download shows percent, rows, speed and time left, at every width it gets', async (t) => {
    // Slow enough for each width to be seen.
    const slow = await startSandbox({ bytesPerSecond: 60_000 })
    t.teardown(() => slow.close())
    const id = slow.addJob(numbers(60_000))
    const args = ['dump', id, '-o', 'large.csv']
    // tmux moves lines from the top of the screen out of reach when a narrower one breaks lines.
    const above = 10
    const terminal = start(t, args, { columns: 100, above, env: { TD_API_SERVER: slow.url } })
    t.match(
      steady(await terminal.sees(/MB|kB\/s/)).at(-1),
      /^job N · [━─]{20} \d+% · [\d,]+ rows · N MB\/s · N s left$/,
    )
    await terminal.resize(40)
    t.match(steady(await terminal.sees(/^\d+% · [\d,]+ rows · [\d.]+ s left$/m)).at(-1), /^\d+% · /)
    await terminal.resize(20)
    await terminal.sees(/^\d+% · [\d.]+ s left$/m)
    await terminal.resize(120)
    await terminal.sees(/^job \d+ · .* left$/m)
    t.equal(await terminal.exit(), 0)
    const screen = steady(terminal.screen({ history: true }))
    t.match(screen.at(-2), /^wrote 60,000 rows to large\.csv, .* MB in N s$/)
    t.same(
      screen.filter((line) => / left$|━|─/.test(line)),
      [],
      'nothing of the live line stays, however often the screen changed',
    )
    t.equal(screen[above], 'job N: success')
  })

  t.test('on a screen of 20 columns, and in one without UTF-8', async (t) => {
    const id = sandbox.addJob({ ...PEOPLE, statuses: [...RUNNING, 'success'], cmdout: REPORT })
    const narrow = start(t, ['dump', id], { columns: 20 })
    await narrow.sees(/^running · [\d.]+ s$/m)
    t.equal(await narrow.exit(), 0)
    t.match(narrow.screen().join('\n'), /^ {2}id {2}name\n {3}1 {2}山田 太郎\n/m)
    for (const line of narrow.screen()) t.ok(width(line) <= 20, line)
    const large = sandbox.addJob(numbers(30_000))
    const ascii = start(t, ['dump', large, '-o', 'ascii.csv'], { env: { LANG: 'C' } })
    await ascii.sees(/^job \d+, \[#*\.*\] \d+%, [\d,]+ rows, [\d.]+ kB\/s, [\d.]+ s left$/m)
    t.equal(await ascii.exit(), 0)
  })

  t.test('a dumb terminal, or NO_COLOR, gets no escape sequences', async (t) => {
    const id = sandbox.addJob({ ...PEOPLE, statuses: ['queued', 'running', 'success'] })
    const dumb = start(t, ['dump', id], { env: { TERM: 'dumb' } })
    t.equal(await dumb.exit(), 0)
    t.same(steady(dumb.screen()).slice(0, 3), [
      'job N: queued',
      'job N: running after N s',
      'job N: success after N s',
    ])
    t.notMatch(dumb.screen({ colors: true }).join(''), '\x1b')
    const plain = start(t, ['dump', id], { env: { NO_COLOR: '1' } })
    t.equal(await plain.exit(), 0)
    t.notMatch(plain.screen({ colors: true }).join(''), '\x1b')
  })

  t.test('rows that go to the terminal themselves are not disturbed', async (t) => {
    const id = sandbox.addJob({ ...PEOPLE, statuses: [...RUNNING, 'success'] })
    const terminal = start(t, ['dump', id, '-f', 'csv', '--columns', 'id,score'])
    await terminal.sees(/running ·/)
    t.equal(await terminal.exit(), 0)
    t.same(steady(terminal.screen()), [
      'job N: running',
      'job N: success after N s',
      'id,score',
      '1,1.5',
      '20,-0.25',
      '300,1e+21',
      '4000,',
      'wrote 4 rows, 40 B in N s',
      '[exit 0]',
    ])
  })

  t.test('Ctrl-C says so at once, kills the job and exits 130; a pressed key does no harm', async (t) => {
    const slow = await startSandbox({ runTime: 60_000 })
    t.teardown(() => slow.close())
    const args = ['query', '-d', 'sample_datasets', 'select 1', '-o', 'never.csv']
    const terminal = start(t, args, { env: { TD_API_SERVER: slow.url } })
    await terminal.sees(/running ·/)
    terminal.type('x', 'Enter', 'Up')
    // Any later time: on a busy machine a look may miss a whole second.
    await terminal.sees(/running · (?!0\.\d s)\d/)
    terminal.type('C-c')
    t.equal(await terminal.exit(), 130)
    const screen = steady(terminal.screen())
    t.same(screen.slice(-4), [
      'stopping; press Ctrl-C again to exit at once',
      'job N was killed',
      'td-sluice: E_INTERRUPTED: stopped by Ctrl-C (job N)',
      '[exit 130]',
    ])
    t.equal(slow.jobs().at(-1)!.status, 'killed')
    t.notOk(existsSync(join(cwd, 'never.csv')))
  })

  t.test('Ctrl-C twice exits at once, and leaves no file behind', async (t) => {
    const hanging = await startSandbox({ runTime: 60_000, faults: ['hang@kill'] })
    t.teardown(() => hanging.close())
    const args = ['query', '-d', 'sample_datasets', 'select 1', '-o', 'twice.csv']
    const terminal = start(t, args, { env: { TD_API_SERVER: hanging.url } })
    await terminal.sees(/running ·/)
    terminal.type('C-c')
    await terminal.sees(/press Ctrl-C again/)
    terminal.type('C-c')
    t.equal(await terminal.exit(), 130)
    t.notMatch(terminal.screen().join('\n'), /could not be killed/, 'the end does not wait for the kill')
    t.same(
      readdirSync(cwd).filter((name) => name.includes('twice')),
      [],
    )
  })

  t.test('a wrong key is one line and one hint, in colour', async (t) => {
    const strict = await startSandbox({ apiKey: 'right' })
    t.teardown(() => strict.close())
    const terminal = start(t, ['list'], {
      env: { TD_API_SERVER: strict.url, TD_API_KEY: '1/wrong' },
      columns: 100,
    })
    t.equal(await terminal.exit(), 6)
    t.match(terminal.screen(), [
      /^td-sluice: E_AUTH: .* \(HTTP 401\)$/,
      '  hint: check the API key, and that it belongs to this site (--site, TD_API_SERVER)',
      '[exit 6]',
    ])
    t.match(terminal.screen({ colors: true })[0], /^\x1b\[31mtd-sluice: E_AUTH:\x1b\[39m/)
  })

  t.test('typos get suggestions', async (t) => {
    const command = start(t, ['qeury'])
    t.equal(await command.exit(), 2)
    t.same(command.screen(), [
      "td-sluice: E_USAGE: unknown command 'qeury'",
      '  hint: did you mean query?',
      '[exit 2]',
    ])
    const option = start(t, ['dump', '1', '--fromat', 'csv'])
    t.equal(await option.exit(), 2)
    t.same(option.screen().slice(1, 2), ['  hint: did you mean --format?'])
  })

  t.test('show reads like a page', async (t) => {
    const id = sandbox.addJob({
      ...PEOPLE,
      query: "-- who\nselect id, name, 1.5 as score\nfrom people where name <> 'x'",
      record: {
        created_at: '2026-01-31 12:00:00 UTC',
        start_at: '2026-01-31 12:00:05 UTC',
        end_at: '2026-01-31 12:02:10 UTC',
        duration: 125,
        result_size: 123_456,
        url: 'https://console.example/jobs/1',
      },
    })
    const terminal = start(t, ['show', id], { rows: 40 })
    t.equal(await terminal.exit(), 0)
    t.same(steady(terminal.screen()), [
      'job N  success',
      '',
      '  type         trino',
      '  database     sample_datasets',
      '  user         Sandbox',
      '  priority     normal',
      '  retry limit  0',
      '  console      https://console.example/jobs/1',
      '  created      TIME',
      '  started      TIME, after N s in the queue',
      '  ended        TIME, after N s',
      '  rows         4',
      '  size         123 kB as msgpack.gz',
      '',
      'Schema',
      '  column  type',
      '  id      bigint',
      '  name    varchar',
      '  score   double',
      '',
      'Query',
      '  -- who',
      '  select id, name, 1.5 as score',
      "  from people where name <> 'x'",
      '[exit 0]',
    ])
    const colored = terminal.screen({ colors: true }).join('\n')
    t.match(colored, /\x1b\[2m-- who/)
    t.match(colored, /\x1b\[36mselect\x1b\[39m id, name, \x1b\[33m1\.5/)
    t.match(colored, /\x1b\[32m'x'/)
  })

  t.test('inspect', async (t) => {
    const rows = Array.from({ length: 2000 }, (_, i) => [i, i % 3 ? 'even' : null, 200 + 100 * (i % 4)])
    const folder = t.testdir({ 'rows.msgpack.gz': packRows(rows) })
    const schema = '[["id","bigint"],["kind","varchar"],["code","bigint"]]'
    const terminal = start(t, ['inspect', 'rows.msgpack.gz', '--schema', schema, '--rows', '2'], {
      cwd: folder,
    })
    t.equal(await terminal.exit(), 0)
    const screen = terminal
      .screen()
      .map((line) => line.replace(/^ {2}size .* kB,/, '  size    N kB,').replace(/~[\d,]+/, '~2,000'))
    t.same(screen, [
      'rows.msgpack.gz',
      '',
      '  format  msgpack, gzip',
      '  size    N kB, decoded 20.4 kB (3.7 : 1)',
      '  rows    2,000',
      '',
      '3 columns',
      '  column  type          NULL  distinct  min   max   spread',
      '  id      bigint           0    ~2,000  0     1999  ████████',
      '  kind    varchar  667 (33%)         1  even  even',
      '  code    bigint           0         4  200   500   █ █  █ █',
      '  distinct: estimated, with a standard error of 1.6%',
      '  spread: from min to max; of texts, from the shortest to the longest',
      '',
      'First rows',
      '  id  kind  code',
      '   0  NULL   200',
      '   1  even   300',
      '[exit 0]',
    ])
  })
})
