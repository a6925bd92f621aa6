// A test without an account: a local API with a result of one's own, and a fault to see what happens then.
import assert from 'node:assert/strict'
import { connect, rows, type SluiceError } from 'td-sluice'
import { SANDBOX_API_KEY, startSandbox } from 'td-sluice/sandbox'

const sandbox = await startSandbox()
try {
  const td = connect({ endpoint: sandbox.url, apiKey: SANDBOX_API_KEY })
  const id = sandbox.addJob({
    schema: [
      ['id', 'bigint'],
      ['name', 'varchar'],
    ],
    rows: [
      [1, 'one'],
      [2, null],
    ],
  })
  const names: unknown[] = []
  for await (const row of rows(td.job(id))) names.push(row.name)
  assert.equal(names.join(), 'one,')

  // The connection breaks inside the body: the download goes on where it was.
  sandbox.faults.add({ kind: 'reset', at: 10 })
  for await (const row of rows(td.job(id))) names.push(row.name)
  assert.equal(names.length, 4)

  const failed = sandbox.addJob({ status: 'error', stderr: 'Table not found' })
  const error = (await rows(td.job(failed))
    .next()
    .catch((reason: unknown) => reason)) as SluiceError
  assert.equal(error.code, 'E_JOB_FAILED')
  console.log('all as expected')
} finally {
  await sandbox.close()
}
