import t from 'tap'
import { failureLines } from '../../src/cli/failure.js'
import { styleFor } from '../../src/cli/terminal/style.js'
import { ERROR_TABLE, type ErrorCode, SluiceError } from '../../src/errors.js'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const plain = styleFor(false, {}, undefined)
const codes = Object.keys(ERROR_TABLE) as ErrorCode[]

t.test('every failure is one line, and perhaps one with what to try', async (t) => {
  for (const code of codes.filter((name) => name !== 'E_BROKEN_PIPE')) {
    const lines = failureLines(new SluiceError(code, 'what happened', { jobId: '12' }), plain, false)
    t.equal(lines[0], `td-sluice: ${code}: what happened (job 12)`)
    t.ok(lines.length <= 2, code)
    for (const hint of lines.slice(1)) t.match(hint, /^ {2}hint: \S/)
  }
})

t.test('-v says what the code means', async (t) => {
  const [, , means] = failureLines(new SluiceError('E_DNS', 'no such host'), plain, true)
  t.equal(
    means,
    '  E_DNS: the host name could not be resolved; exit code 10, and the same run may well succeed',
  )
})

t.test('an error that knows better is believed', async (t) => {
  const error = new SluiceError('E_DNS', 'no such host', { hint: 'ask the network people' })
  t.equal(failureLines(error, plain, false)[1], '  hint: ask the network people')
})

t.test('a reader of stdout who has gone is no news', async (t) => {
  t.same(failureLines(new SluiceError('E_BROKEN_PIPE', 'gone'), plain, true), [])
})

t.test('a wait that ends says how to wait again', async (t) => {
  const sandbox = await startSandbox()
  t.teardown(() => sandbox.close())
  const env = { TD_API_SERVER: sandbox.url, TD_API_KEY: 'k' }
  const id = sandbox.addJob({ status: 'running' })
  const wait = await runInProcess(['wait', id, '--wait-timeout', '100ms'], { env })
  t.equal(wait.exit, 5)
  t.match(wait.stderr, `E_DEADLINE: the job still runs after 0.1 s (job ${id})\n`)
  t.match(
    wait.stderr,
    `hint: the job goes on; td-sluice dump ${id} attaches to it, td-sluice wait ${id} only waits, td-sluice kill ${id} stops it`,
  )
  const dump = await runInProcess(['dump', id, '--wait-timeout', '100ms', '-o', '/tmp/never.csv'], { env })
  t.equal(dump.exit, 5)
  t.match(dump.stderr, `hint: the job goes on; td-sluice dump ${id} -o /tmp/never.csv attaches to it`)
})
