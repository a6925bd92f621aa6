import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t, { type Test } from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { LOADER_ARGS, runnable } from '../support/process/modules.js'
import { sandboxFor } from '../support/sandbox/jobs.js'
import { ask } from '../support/sandbox/request.js'

t.setTimeout(120_000)

const CHILD = runnable(new URL('../support/sandbox/child.mjs', import.meta.url))

/** The folders of sandboxes in a temporary folder. */
const folders = (tmp: string) => readdirSync(tmp).filter((name) => name.startsWith('td-sluice-sandbox-'))

/** A sandbox in a process of its own, once it has a folder. */
async function startChild(t: Test, tmp: string) {
  const child = spawn(process.execPath, [...LOADER_ARGS, CHILD, 'serve'], {
    env: { ...process.env, TMPDIR: tmp },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

t.test('G17: what a killed sandbox left is removed by the next one, and nothing else', async (t) => {
  const tmp = t.testdir()
  const killed = await startChild(t, tmp)
  const [left] = folders(tmp)
  killed.kill('SIGKILL')
  await once(killed, 'exit')
  const living = await startChild(t, tmp)
  const [kept, ...more] = folders(tmp)
  t.strictSame(more, [])
  t.not(kept, left, 'that of the killed one is gone')
  mkdirSync(join(tmp, 'td-sluice-sandbox-nobody'))
  mkdirSync(join(tmp, 'td-sluice-sandbox-broken'))
  writeFileSync(join(tmp, 'td-sluice-sandbox-broken', '.results.lock'), 'x')
  writeFileSync(join(tmp, 'td-sluice-sandbox-file'), '')
  await startChild(t, tmp)
  const now = folders(tmp)
  t.equal(now.length, 5)
  t.ok(now.includes(kept!), 'that of a living one stays')
  living.kill('SIGKILL')
  await once(living, 'exit')
  await startChild(t, tmp)
  t.notOk(folders(tmp).includes(kept!))
})

t.test('G17: the result of a killed job does not stay', async (t) => {
  const tmp = t.testdir()
  const before = process.env.TMPDIR
  process.env.TMPDIR = tmp
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  const { sandbox, issue, post, show } = await sandboxFor(t, { rows: 1000, runTime: 60_000 })
  const results = () =>
    readdirSync(join(tmp, folders(tmp)[0]!)).filter((name) => name.endsWith('.result')).length
  const id = await issue('SELECT * FROM www_access')
  while (folders(tmp).length === 0 || results() === 0) await sleep(5)
  await post(`job/kill/${id}`)
  t.equal((await show(id)).status, 'killed')
  while (results() > 0) await sleep(5)
  t.equal((await ask(`${sandbox.url}/v3/job/result/${id}?format=csv`)).status, 404)
})

t.test('F24: a temporary folder that is not there is named before the sandbox serves', async (t) => {
  const before = process.env.TMPDIR
  process.env.TMPDIR = '/nonexistent/tmp'
  t.teardown(() => {
    if (before === undefined) delete process.env.TMPDIR
    else process.env.TMPDIR = before
  })
  await t.rejects(startSandbox({ rows: 10, preload: true }), {
    code: 'E_IO',
    message: /the temporary folder \/nonexistent\/tmp/,
    hint: /TMPDIR/,
  })
})

t.test('G17: the log of requests keeps the latest, and no more than fits', async (t) => {
  const { sandbox } = await sandboxFor(t)
  for (let i = 0; i < 700; i++) {
    await ask(`${sandbox.url}/v3/job/show/${i}?${'x'.repeat(14_000)}`, { headers: { authorization: '' } })
  }
  const kept = sandbox.log.map(({ url }) => Number(/show\/(\d+)/.exec(url)![1]))
  t.ok(kept.length > 100 && kept.length < 400, `${kept.length} are kept`)
  t.strictSame(
    kept,
    Array.from(kept, (_, i) => 700 - kept.length + i),
  )
})
