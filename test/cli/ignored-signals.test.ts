import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ignoredSignals } from '../../src/cli/ignored-signals.js'

const skip = process.platform !== 'linux' && 'only Linux tells which signals a process ignores'
const noPython = skip || (spawnSync('python3', ['--version']).status !== 0 && 'there is no Python')
const STDIO = ['pipe', 'pipe', 'inherit'] as const

/** What its child learns of a process that prints something and ends with its stdin. */
async function learntFrom(parent: ChildProcess) {
  await once(parent.stdout!, 'data')
  const found = ignoredSignals(parent.pid!)
  parent.stdin!.end()
  await once(parent, 'close')
  return found
}

const underShell = (trap: string, shell = 'sh') =>
  learntFrom(spawn(shell, ['-c', `${trap}echo ready; read line`], { stdio: [...STDIO] }))

t.test('F34: a shell that ignores a signal passes that on', { skip }, async (t) => {
  t.strictSame(await underShell(''), [])
  t.strictSame(await underShell("trap '' HUP; "), ['SIGHUP'])
  t.strictSame(await underShell("trap '' INT; "), ['SIGINT'])
  t.strictSame(await underShell("trap '' HUP INT; "), ['SIGHUP', 'SIGINT'])
  t.strictSame(await underShell("trap '' HUP INT; ", 'bash'), ['SIGHUP', 'SIGINT'])
  t.strictSame(
    await underShell("trap '' TERM; "),
    [],
    'interactive shells ignore it, and their children do not',
  )
})

t.test('F34: so does a shell that runs a script, whatever that is called', { skip }, async (t) => {
  const path = join(t.testdir({ nightly: "#!/bin/sh\ntrap '' INT\necho ready\nread line\n" }), 'nightly')
  chmodSync(path, 0o755)
  t.strictSame(await learntFrom(spawn(path, { stdio: [...STDIO] })), ['SIGINT'])
})

t.test(
  'a program that ignores SIGINT while it waits for its child is no trap',
  { skip: noPython },
  async (t) => {
    const script =
      'import signal, sys; signal.signal(2, signal.SIG_IGN); print(1, flush=True); sys.stdin.read()'
    t.strictSame(await learntFrom(spawn('python3', ['-c', script], { stdio: [...STDIO] })), [])
  },
)

t.test('nothing is known of a parent that is not there', async (t) => {
  t.strictSame(ignoredSignals(2 ** 30), [])
})
