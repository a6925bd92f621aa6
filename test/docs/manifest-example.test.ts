import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import t from 'tap'
import { startSandbox } from '../../src/sandbox/index.js'
import { runInProcess } from '../support/cli/context.js'

const EXAMPLES = new URL('../../examples/', import.meta.url).pathname

t.test('the example manifest runs, and writes what it says', async (t) => {
  const sandbox = await startSandbox({ rows: 500, nasdaqRows: 500 })
  t.teardown(() => sandbox.close())
  const cwd = t.testdir({})
  for (const name of ['exports.yaml', 'nasdaq.sql']) cpSync(join(EXAMPLES, name), join(cwd, name))
  const env = {
    TD_API_SERVER: sandbox.url,
    TD_API_KEY: 'key-of-the-test',
    LEAST_CODE: '200',
    SYMBOL: 'AAPL',
    PATH: process.env.PATH!,
  }
  const { exit, stderr } = await runInProcess(['run', 'exports.yaml', '--scheduled-time', '2026-02-01'], {
    env,
    cwd,
  })
  t.equal(exit, 0, stderr)
  const requests = gunzipSync(readFileSync(join(cwd, 'out/2026-01-31/requests.csv.gz'))).toString()
  t.match(requests, /^path,code,requests\n\/\S+,\d+,\d+\n/)
  const { stdout } = await runInProcess(['inspect', 'out/nasdaq/2026/01/31.parquet', '-f', 'json'], { cwd })
  t.match(stdout, /"AAPL"/)
  t.match(readFileSync(join(cwd, 'out/nasdaq/2026/01/31.csv'), 'utf8'), /AAPL/)
  t.match(stdout, /"2026-01-31"/)
  const codes = readdirSync(join(cwd, 'out/access'))
  t.ok(codes.includes('code=200'), codes.join())
  t.ok(existsSync(join(cwd, 'out/access/code=200/method=GET/part-0.ndjson.gz')))
  t.match(JSON.parse(readFileSync(join(cwd, 'out/report.json'), 'utf8')), { complete: true })
})
