import { getEventListeners } from 'node:events'
import t from 'tap'
import { progressLine } from '../../src/cli/progress/line.js'
import { LiveLine } from '../../src/cli/progress/live-line.js'
import { Rate } from '../../src/cli/progress/rate.js'
import { width } from '../../src/cli/terminal/width.js'
import { Recorder } from '../support/cli/context.js'

const job = { jobId: '123', status: 'running' }
const transfer = {
  type: 'transfer',
  bytesIn: 25e6,
  totalBytesIn: 100e6,
  rows: 1_234_567,
  totalRows: 4_000_000,
  elapsedMs: 5000,
} as const

/** The first paint comes after a tenth of a second. */
const painted = () => new Promise((resolve) => setTimeout(resolve, 150))

/** A live line that shows what `render` returns, on a terminal of 80 columns that nobody stops. */
function liveLine(
  stream: Recorder,
  render: () => string,
  columns = () => 80,
  { signal } = new AbortController(),
): LiveLine {
  return new LiveLine(stream, columns, render, signal)
}

t.test('a waiting job shows its state and how long', async (t) => {
  t.equal(progressLine({ job, elapsedMs: 65_000 }, 80, true), 'job 123 · running · 1 m 05 s')
  t.equal(progressLine({ job, elapsedMs: 65_000 }, 80, false), 'job 123, running, 1 m 05 s')
})

t.test('a transfer shows percent, rows, speed and the time left', async (t) => {
  const line = progressLine({ job, transfer, elapsedMs: 5000, bytesPerSecond: 5e6 }, 100, true)
  t.match(line, '━━━━━─────────────── 25% · 1,234,567 rows · 5.00 MB/s · 15 s left')
})

t.test('a transfer of unknown size shows bytes and time gone', async (t) => {
  const unknown = { ...transfer, totalBytesIn: undefined }
  t.equal(
    progressLine({ transfer: unknown, elapsedMs: 5000, bytesPerSecond: 5e6 }, 80, true),
    '25.0 MB · 1,234,567 rows · 5.00 MB/s · 5.0 s',
  )
})

t.test('the line fits any width', async (t) => {
  for (let columns = 1; columns < 120; columns++) {
    const line = progressLine({ job, transfer, elapsedMs: 5000, bytesPerSecond: 5e6 }, columns, true)
    t.ok(width(line) <= columns, `${columns}: ${line}`)
  }
})

t.test('what the engine says of itself stands beside the state', async (t) => {
  const running = { ...job, progress: { percent: 42.9, stages: { done: 3, total: 8 } } }
  const line = (columns: number) => progressLine({ job: running, elapsedMs: 65_000 }, columns, true)
  t.equal(line(80), 'job 123 · running · ━━━━━━━━──────────── 42% · 3 of 8 stages · 1 m 05 s')
  t.equal(line(60), 'job 123 · running · 42% · 3 of 8 stages · 1 m 05 s')
  t.equal(line(40), 'running · 42% · 3 of 8 stages · 1 m 05 s')
  t.equal(line(30), 'running · 42% · 1 m 05 s')
  t.equal(line(20), 'running · 1 m 05 s')
  t.equal(line(10), 'running')
})

t.test('on a narrow screen the percent and the time left stay longest', async (t) => {
  const line = (columns: number) =>
    progressLine({ job, transfer, elapsedMs: 5000, bytesPerSecond: 5e6 }, columns, true)
  t.equal(line(60), 'job 123 · 25% · 1,234,567 rows · 5.00 MB/s · 15 s left')
  t.equal(line(40), '25% · 1,234,567 rows · 15 s left')
  t.equal(line(20), '25% · 15 s left')
  t.equal(line(2), '2…')
})

t.test('the state of the job cannot drive the terminal', async (t) => {
  const line = progressLine({ job: { jobId: '1', status: '\x1b[2J' }, elapsedMs: 0 }, 80, true)
  t.notMatch(line, '\x1b')
})

t.test('the live line steps aside for what is printed, and leaves nothing behind', async (t) => {
  const stream = new Recorder()
  const live = liveLine(stream, () => 'working')
  live.start()
  await painted()
  live.print('a line')
  live.stop()
  t.equal(stream.text, 'working\r\x1b[Ka line\nworking\r\x1b[K')
})

t.test('what is over at once shows no live line', async (t) => {
  const stream = new Recorder()
  const live = liveLine(stream, () => 'working')
  live.start()
  live.print('a line')
  live.stop()
  await painted()
  t.equal(stream.text, 'a line\n')
})

t.test(
  'a signal ends the live line for good; one that was stopped before does not listen for it',
  async (t) => {
    const stream = new Recorder()
    const stopping = new AbortController()
    const listeners = () => getEventListeners(stopping.signal, 'abort').length
    const live = liveLine(
      stream,
      () => 'working',
      () => 80,
      stopping,
    )
    live.start()
    live.stop()
    t.equal(listeners(), 0)
    live.start()
    await painted()
    stopping.abort()
    live.start()
    await painted()
    t.equal(stream.text, 'working\r\x1b[K')
    t.equal(listeners(), 0)
  },
)

t.test('a line that a narrower terminal has wrapped is erased whole', async (t) => {
  const stream = new Recorder()
  let columns = 80
  const live = liveLine(
    stream,
    () => 'x'.repeat(70),
    () => columns,
  )
  live.start()
  await painted()
  columns = 30
  live.stop()
  t.ok(stream.text.endsWith('\r\x1b[K\x1b[A\x1b[K\x1b[A\x1b[K'), JSON.stringify(stream.text))
})

t.test('a line of wide characters is erased whole, where each that does not fit begins a line', async (t) => {
  const stream = new Recorder()
  let columns = 80
  const live = liveLine(
    stream,
    () => '漢'.repeat(10),
    () => columns,
  )
  live.start()
  await painted()
  // Four of them in a line of nine cells, hence three lines.
  columns = 9
  live.stop()
  t.ok(stream.text.endsWith('\r\x1b[K\x1b[A\x1b[K\x1b[A\x1b[K'), JSON.stringify(stream.text))
})

t.test('the live line is painted at most ten times a second', async (t) => {
  const stream = new Recorder()
  let n = 0
  const live = liveLine(stream, () => `state ${n++}`)
  const begin = performance.now()
  live.start()
  await new Promise((resolve) => setTimeout(resolve, 550))
  live.stop()
  const tenths = (performance.now() - begin) / 100
  const paints = stream.text.match(/state/g)!.length
  t.ok(paints >= 1 && paints <= tenths + 1, `${paints} paints in ${tenths} tenths of a second`)
})

t.test('the speed follows the last seconds', async (t) => {
  const rate = new Rate()
  t.equal(rate.perSecond, undefined)
  rate.add(0, 0)
  rate.add(100, 100)
  t.equal(rate.perSecond, undefined, 'too little to tell')
  for (let at = 1000; at <= 10_000; at += 1000) rate.add(at, at * 10)
  t.equal(rate.perSecond, 10_000)
  for (let at = 11_000; at <= 20_000; at += 1000) rate.add(at, 100_000)
  t.equal(rate.perSecond, 0)
})
