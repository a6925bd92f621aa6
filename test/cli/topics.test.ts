import { existsSync } from 'node:fs'
import t from 'tap'
import { ERROR_TABLE } from '../../src/errors.js'
import { runInProcess } from '../support/cli/context.js'

const DOCS = new URL('../../docs/', import.meta.url)

t.test('help of a topic prints its page as text', async (t) => {
  const { exit, stdout, stderr } = await runInProcess(['help', 'errors'])
  t.same([exit, stderr], [0, ''])
  for (const code of Object.keys(ERROR_TABLE)) t.match(stdout, `\`${code}\``)
  for (const topic of ['formats', 'cron', 'partitions', 'guides/errors', 'td-users']) {
    const page = await runInProcess(['help', topic])
    t.equal(page.exit, 0, topic)
    t.notMatch(page.stdout, /\]\([^)]*\.md|^#|```|<!--/m, topic)
    t.notMatch(page.stdout, '\x1b')
  }
})

t.test('headings are bold on a terminal', async (t) => {
  t.match((await runInProcess(['help', 'formats'], { terminal: true })).stdout, /^\x1b\[1m/)
  t.notMatch((await runInProcess(['help', 'formats', '--no-color'], { terminal: true })).stdout, '\x1b')
})

t.test('help of a command that has a guide prints both', async (t) => {
  const { exit, stdout } = await runInProcess(['help', 'run'])
  t.equal(exit, 0)
  t.match(stdout, /^Examples:\n {2}td-sluice run/)
  t.match(stdout, /^Usage: td-sluice run /m)
  t.match(stdout, 'partition_by')
  t.match((await runInProcess(['help', 'query'])).stdout, /^Examples:/)
})

t.test('options before the word help, and commands of commands', async (t) => {
  const coloured = await runInProcess(['--color', 'always', 'help', 'formats'])
  t.match(coloured, { exit: 0, stdout: /^\x1b\[1m/ })
  t.match((await runInProcess(['help', 'export', 'table'])).stdout, /^Usage: td-sluice export table /m)
  t.match((await runInProcess(['help'])).stdout, /^Usage: td-sluice COMMAND/m)
  t.match((await runInProcess(['help', 'help'])).stdout, /^Usage: td-sluice help /m)
  t.equal((await runInProcess(['help', 'export', 'nothing'])).exit, 2)
})

t.test('help topics lists the pages, and each of them is there', async (t) => {
  const { exit, stdout } = await runInProcess(['help', 'topics'])
  t.equal(exit, 0)
  const topics = stdout.trimEnd().split('\n')
  for (const topic of ['errors', 'formats', 'run', 'cron', 'command-line'])
    t.ok(topics.includes(topic), topic)
  for (const topic of topics)
    t.ok(
      ['', 'guides/'].some((folder) => existsSync(new URL(`${folder}${topic}.md`, DOCS))),
      topic,
    )
})

t.test('an unknown topic is a usage error with a suggestion', async (t) => {
  const { exit, stdout, stderr } = await runInProcess(['help', 'fromats'])
  t.same([exit, stdout], [2, ''])
  t.match(
    stderr,
    'E_USAGE: there is no command or topic "fromats"; did you mean formats?\n  hint: td-sluice --help lists',
  )
  t.equal((await runInProcess(['help', '../README'])).exit, 2)
})
