import { spawnSync } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { runHook } from '../../src/manifest/hook.js'

t.jobs = 4

const noSetsid = spawnSync('setsid', ['true']).status !== 0 && 'there is no setsid'

function runs(pid: string): boolean {
  return /^[^Z]/.test(spawnSync('ps', ['-o', 'stat=', '-p', pid], { encoding: 'utf8' }).stdout)
}

/** Runs a hook; its lines and notices, the report and how long it took. */
async function hook(
  t: Test,
  command: string,
  {
    onLine,
    ...options
  }: {
    timeoutMs?: number
    signal?: AbortSignal
    env?: Record<string, string | undefined>
    onLine?: (line: string) => void
  } = {},
) {
  const lines: string[] = []
  const notices: string[] = []
  const began = performance.now()
  const report = await runHook({
    hook: 'on_success',
    command,
    input: '{}\n',
    cwd: t.testdir(),
    env: { PATH: process.env.PATH },
    timeoutMs: 60_000,
    signal: new AbortController().signal,
    ...options,
    listener: {
      info: (message) => {
        lines.push(message)
        onLine?.(message)
      },
      progress: (event) => event.type === 'notice' && notices.push(event.code),
      forExport: () => t.fail('not asked for') as never,
    },
  })
  const daemon = /daemon (\d+)/.exec(lines.join('\n'))?.[1]
  if (daemon !== undefined) t.teardown(() => spawnSync('kill', ['-9', daemon]))
  return { report, lines, notices, tookMs: performance.now() - began, daemon }
}

const DAEMON = 'setsid sleep 300 & echo daemon $!'

t.test(
  'E15: a hook that leaves a daemon behind does not keep the run',
  { buffered: true, skip: noSetsid },
  async (t) => {
    const { report, notices, tookMs, daemon } = await hook(t, DAEMON)
    t.match(report, { exitCode: 0, signal: null, timedOut: false })
    t.strictSame(notices, ['N_HOOK_OUTPUT'])
    t.ok(tookMs < 30_000)
    t.doesNotThrow(() => process.kill(Number(daemon), 0), 'which goes on')
  },
)

t.test(
  'E15: a hook that takes too long, with a daemon, is stopped',
  { buffered: true, skip: noSetsid },
  async (t) => {
    const { report, tookMs } = await hook(t, `${DAEMON}; sleep 300`, { timeoutMs: 500 })
    t.match(report, { exitCode: null, signal: 'SIGTERM', timedOut: true })
    t.ok(tookMs < 30_000)
  },
)

t.test(
  'E15: a hook that ignores SIGTERM is killed when the run is stopped',
  { buffered: true, skip: noSetsid },
  async (t) => {
    const stopping = new AbortController()
    const script = `${DAEMON}; trap '' TERM; echo ready; while :; do sleep 1; done`
    const { report, tookMs } = await hook(t, script, {
      signal: stopping.signal,
      onLine: (line) => line.includes('ready') && stopping.abort(),
    })
    t.match(report, { exitCode: null, signal: 'SIGKILL', timedOut: false })
    t.ok(tookMs < 30_000)
  },
)

t.test('E15: what a hook has started is killed when it ignores SIGTERM', { buffered: true }, async (t) => {
  const child = `sh -c "trap '' TERM; while :; do sleep 1; done" & echo daemon $!`
  const { report, daemon } = await hook(t, `${child}; wait`, { timeoutMs: 1000 })
  t.match(report, { signal: 'SIGTERM', timedOut: true })
  // Whoever inherits it may take a moment to ask for its end.
  while (runs(daemon!)) await delay(20)
})

t.test('E15: output without a line end is cut while it is read', { buffered: true }, async (t) => {
  const before = process.memoryUsage().rss
  const { report, lines } = await hook(t, "head -c 150000000 /dev/zero | tr '\\0' x; echo; echo last")
  t.equal(report.exitCode, 0)
  t.match(lines, [/^on_success: x{1000,2000}…?$/, 'on_success: last'])
  t.ok(process.memoryUsage().rss - before < 100 * 2 ** 20)
})

t.test('G22: a hook gets neither the key of the account nor that of masks', { buffered: true }, async (t) => {
  const env = { PATH: process.env.PATH, TD_API_KEY: 'k', TD_SLUICE_MASK_KEY: 'm', OTHER: 'o' }
  const { lines } = await hook(t, 'echo "<$TD_API_KEY$TD_SLUICE_MASK_KEY$OTHER>"', { env })
  t.match(lines, ['on_success: <o>'])
})

t.test('lines of a hook come whole, however they are cut', { buffered: true }, async (t) => {
  const command = String.raw`printf 'a\r\nb\r\303'; sleep 0.2; printf '\244\nc'; echo err >&2`
  const { lines } = await hook(t, command)
  t.strictSame(
    lines.filter((line) => !line.endsWith(': err')),
    [
      ...['on_success: a', 'on_success: b', 'on_success: ä'],
      ...['on_success: c', 'the hook on_success succeeded'],
    ],
  )
})
