import t from 'tap'
import { createReporter } from '../../src/cli/progress/create-reporter.js'
import type { GeneralOptions } from '../../src/cli/progress/reporter.js'
import type { ProgressEvent } from '../../src/model/progress.js'
import { contextOf, Recorder, type World } from '../support/cli/context.js'

const EVENTS: ProgressEvent[] = [
  { type: 'job', jobId: '12', status: 'queued', elapsedMs: 0, issued: true },
  { type: 'job', jobId: '12', status: 'queued', elapsedMs: 500, issued: true },
  { type: 'job', jobId: '12', status: 'running', elapsedMs: 1000, issued: true },
  { type: 'job', jobId: '12', status: 'success', elapsedMs: 61_000, issued: true },
  { type: 'notice', code: 'N_RESUMED', message: 'the download broke\x1b[2J and goes on' },
  { type: 'transfer', bytesIn: 10, totalBytesIn: 20, rows: 1, totalRows: 2, elapsedMs: 100 },
]

async function reported(options: GeneralOptions, world: World = {}): Promise<string> {
  const stderr = new Recorder()
  const reporter = await createReporter(contextOf(new Recorder(), stderr, world), options)
  reporter.start()
  for (const event of EVENTS) {
    reporter.progress(event)
    // Long enough for the live line to be painted once.
    if (event === EVENTS[0]) await new Promise((resolve) => setTimeout(resolve, 150))
  }
  reporter.info('done')
  reporter.stop()
  return stderr.text
}

t.test('without a terminal there is a line for the start, each state, each notice and the end', async (t) => {
  t.equal(
    await reported({}),
    [
      'job 12: issued',
      'job 12: running after 1.0 s',
      'job 12: success after 1 m 01 s',
      'note: the download broke\\x1b[2J and goes on',
      'done',
      '',
    ].join('\n'),
  )
})

t.test('--quiet says nothing', async (t) => {
  t.equal(await reported({ quiet: true }), '')
  t.equal(await reported({ quiet: true }, { terminal: true }), '')
})

t.test('on a terminal the live line is erased whenever a line is printed, and at the end', async (t) => {
  const text = await reported({ color: false }, { terminal: true })
  t.match(text, 'job 12: issued\n')
  t.match(text, 'job 12, queued')
  // What is left on the screen when each erased line is taken away.
  const screen = text.replace(/[^\n]*\r\x1b\[K/g, '')
  t.equal(
    screen,
    'job 12: issued\njob 12: success after 1 m 01 s\nnote: the download broke\\x1b[2J and goes on\ndone\n',
  )
})

t.test('a dumb terminal gets plain lines', async (t) => {
  t.notMatch(await reported({}, { terminal: true, env: { TERM: 'dumb' } }), '\x1b')
})

t.test('characters beyond ASCII are for UTF-8 locales', async (t) => {
  t.match(await reported({}, { terminal: true, env: { LANG: 'en_US.UTF-8' } }), 'job 12 · queued')
  t.match(await reported({}, { terminal: true, env: { WT_SESSION: '1' } }), 'job 12 · queued')
  t.match(await reported({}, { terminal: true, env: { LANG: 'C' } }), 'job 12, queued')
})

t.test('JSON has the same as objects with levels', async (t) => {
  const lines = (await reported({ logFormat: 'json' }))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.match(lines, [
    { level: 'info', event: 'job', jobId: '12', status: 'queued', issued: true },
    { level: 'info', event: 'job', jobId: '12', status: 'running', elapsedMs: 1000 },
    { level: 'info', event: 'job', jobId: '12', status: 'success' },
    { level: 'warn', event: 'notice', jobId: '12', code: 'N_RESUMED' },
    { level: 'info', event: 'info', jobId: '12', msg: 'done' },
  ])
  t.equal(lines.length, 5, 'a short transfer needs no line of its own')
})

t.test('the mark of a notice is coloured, and its message cannot drive the terminal', async (t) => {
  const text = await reported({ color: 'always' }, { terminal: true })
  t.match(text, '\x1b[33mnote:\x1b[39m the download broke\\x1b[2J and goes on\n')
})
