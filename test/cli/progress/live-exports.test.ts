import t from 'tap'
import { LiveExports } from '../../../src/cli/progress/live-exports.js'
import { RunState } from '../../../src/cli/progress/run-state.js'
import { width } from '../../../src/cli/terminal/width.js'

const running = { type: 'job', jobId: '12', status: 'running', elapsedMs: 0, issued: true } as const
const transfer = {
  type: 'transfer',
  bytesIn: 25e6,
  totalBytesIn: 100e6,
  rows: 1234,
  totalRows: 4000,
  elapsedMs: 5000,
} as const

/** Exports of these names, by a clock that stands still. */
function exportsOf(...names: string[]) {
  let now = 0
  const live = new LiveExports(names)
  return {
    live,
    /** The `i`th begins; what is known of it. */
    begin: (i: number) => {
      const state = new RunState(() => now)
      live.line(i).begin(state)
      return state
    },
    pass: (ms: number) => {
      now += ms
    },
  }
}

t.test(
  'each export has a line with its state, percent, rows and time, in the order of the manifest',
  async (t) => {
    const { live, begin, pass } = exportsOf('requests', 'a', 'b', 'c', 'd')
    const states = [0, 1, 2, 3].map(begin)
    states[0]!.job(running)
    pass(65_000)
    states[1]!.job(running)
    states[1]!.transfer(transfer)
    live.line(2).end('complete', '120 rows, 1.63 kB, 4.1 s')
    live.line(3).end('failed', 'E_JOB_FAILED')
    t.strictSame(live.text(60, 10, true).split('\n'), [
      '▸ requests  job 12 · running · 1 m 05 s',
      '▸ a         job 12 · 25% · 1,234 rows · 5.0 s',
      '✔ b         120 rows, 1.63 kB, 4.1 s',
      '✘ c         E_JOB_FAILED',
      '· d         waiting',
    ])
    t.match(
      live.text(60, 10, false),
      /^> requests {2}job 12, running, 1 m 05 s\n> a {9}.*\n\+ b.*\nx c.*\n\. d/,
    )
  },
)

t.test(
  'where there is no room for all, those at work and those that failed stay, and the rest is counted',
  async (t) => {
    const names = Array.from({ length: 20 }, (_, i) => `e${i}`)
    const { live, begin } = exportsOf(...names)
    for (const i of [0, 1, 2, 3, 4]) begin(i)
    for (const i of [0, 1, 2]) live.line(i).end('complete', 'done')
    live.line(3).end('failed', 'E_NET')
    t.strictSame(live.text(80, 4, true).split('\n'), [
      '✘ e3  E_NET',
      '▸ e4  waiting for the API · 0.0 s',
      '· e5  waiting',
      '3 of 20 complete, 1 failed, 1 at work, 15 waiting',
    ])
    t.equal(live.text(80, 1, true), '3 of 20 complete, 1 failed, 1 at work, 15 waiting')
    t.equal(live.text(80, 20, true).split('\n').length, 20)
  },
)

t.test('no line is wider than the terminal, whatever its names', async (t) => {
  const { live, begin } = exportsOf('日本語の名前', 'x'.repeat(64), '\x1b[2J')
  const state = begin(0)
  state.job(running)
  state.transfer(transfer)
  live.line(1).end('complete', 'wrote much')
  for (let columns = 1; columns < 100; columns++) {
    for (const most of [1, 2, 10]) {
      const lines = live.text(columns, most, true).split('\n')
      t.ok(lines.length <= most, `${lines.length} of ${most}`)
      for (const line of lines) t.ok(width(line) <= columns, `${columns}: ${line}`)
      t.notMatch(lines.join(), '\x1b')
    }
  }
})
