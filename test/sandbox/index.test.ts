import t from 'tap'
import { type Fault, startSandbox } from '../../src/sandbox/index.js'

const sandbox = await startSandbox()
t.teardown(() => sandbox.close())
const id = sandbox.addJob({ rows: [[1]] })

const WRONG: Readonly<Record<string, (() => unknown)[]>> = {
  'addJob, no object': [() => sandbox.addJob(null as never), () => sandbox.addJob('7' as never)],
  'addJob, rows': [() => sandbox.addJob({ rows: 7 as never }), () => sandbox.addJob({ rows: [7] as never })],
  'addJob, body': [() => sandbox.addJob({ body: 'x' as never }), () => sandbox.addJob({ body: {} as never })],
  'addJob, schema': [
    () => sandbox.addJob({ schema: 7 as never }),
    () => sandbox.addJob({ schema: [7] as never }),
  ],
  'replaceResult, no such job': [
    () => sandbox.replaceResult('999', { rows: [] }),
    () => sandbox.replaceResult(undefined as never, { rows: [] }),
  ],
  'replaceResult, no object': [() => sandbox.replaceResult(id, null as never)],
  'faults, no fault': [
    () => sandbox.faults.add(7 as never),
    () => sandbox.faults.add(null as never),
    () => sandbox.faults.add({} as Fault),
    () => sandbox.faults.add('explode'),
  ],
}

for (const [what, calls] of Object.entries(WRONG)) {
  t.test(`a wrong call of the sandbox is a wrong use: ${what}`, async (t) => {
    for (const call of calls) t.throws(call, { name: 'SluiceError', code: 'E_USAGE' }, String(call))
    t.equal(sandbox.jobs().length, 1)
    t.strictSame(sandbox.faults.pending(), [])
  })
}

t.test('a misspelt field or kind is told with the one that is meant', async (t) => {
  t.throws(() => sandbox.addJob({ row: [] } as never), {
    message: 'addJob has no option "row"; did you mean rows?',
  })
  t.throws(() => sandbox.faults.add({ kind: 'stal', ms: 5 } as never), { message: /did you mean stall\?$/ })
})
