import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { runFile } from '../../scripts/run-tests.mjs'

/** What the runner says of a program. */
function verdict(t: Test, program: string, timeout = 60): Promise<string> {
  const file = join(t.testdir(), 'program.mjs')
  writeFileSync(file, program)
  return runFile(file, { timeout })
}

const PASSED = "console.log('# Subtest: a\\n    ok 1 - sum\\n    1..1\\nok 1 - a # time=1ms\\n1..1')"

t.test('a file passes that ends with 0 and has run a test', async (t) => {
  t.equal(await verdict(t, PASSED), '')
})

t.test('a file that fails is told by what failed in it alone', async (t) => {
  const text = await verdict(t, `${PASSED}; console.log('not ok 2 - b\\n  diff: 1'); process.exitCode = 1`)
  t.equal(text, 'not ok 2 - b\n  diff: 1\n# ended with 1')
})

t.test('a file that runs no test fails', async (t) => {
  t.match(await verdict(t, ''), /ran no test/)
  t.match(await verdict(t, "console.log('1..0')"), /ran no test/)
})

t.test('a file that ends before its tests do fails with what it printed', async (t) => {
  t.match(await verdict(t, `${PASSED}; throw new Error('early')`), /Error: early[\s\S]*ended with 1/)
  t.match(await verdict(t, `${PASSED}; process.kill(process.pid, 'SIGKILL')`), /ended with SIGKILL/)
})
