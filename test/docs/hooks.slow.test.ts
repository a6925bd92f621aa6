/** The hooks of docs/guides/run.md that tell other services: each is run as it stands there, against a server of this test. */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { parse } from 'yaml'
import { manifestFolders } from '../support/manifest/folder.js'

t.setTimeout(300_000)

const PAGE = readFileSync(new URL('../../docs/guides/run.md', import.meta.url), 'utf8')

/** The blocks of YAML in the section of recipes, by the heading above each. */
const RECIPES = [...PAGE.matchAll(/^\*\*(.+?)\.\*\*.*?^```yaml\n(.*?)^```$/gms)].map(([, name, yaml]) => ({
  name: name!,
  hooks: parse(yaml!) as Record<string, string>,
}))

function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const { folderOf } = await manifestFolders(t)

t.test('there is a recipe for a webhook and one for Slack', async (t) => {
  t.strictSame(
    RECIPES.map(({ name }) => name),
    ['A webhook', 'Slack'],
  )
})

for (const { name, hooks } of RECIPES) {
  const skip = !isInstalled('curl') || !isInstalled('jq') ? 'curl or jq is not installed' : false
  t.test(`the recipe ${name} delivers what it says`, { skip }, async (t) => {
    const received: { request: IncomingMessage; body: string }[] = []
    const server = createServer(async (request, response) => {
      const body = await text(request)
      received.push({ request, body })
      // The first delivery fails: recipes try again.
      response.writeHead(received.length === 1 ? 503 : 200).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    const [[hook, command]] = Object.entries(hooks) as [[string, string]]
    const sql = hook === 'on_failure' ? 'select nope' : 'select 1 as a'
    const { run } = folderOf(
      t,
      `exports:\n  - { name: one, query: '${sql}', output: one.csv }\n${hook}: ${JSON.stringify(command)}\n`,
    )
    const { stderr } = await run([], { env: { ALERT_URL: url, SLACK_WEBHOOK: url, HOME: process.env.HOME! } })
    t.equal(received.length, 2, stderr)
    const { request, body } = received[1]!
    t.equal(request.method, 'POST')
    t.equal(request.headers['content-type'], 'application/json')
    const sent = JSON.parse(body)
    if (name === 'Slack')
      t.match(sent, { text: /^exports\.yaml: 1 of 1 exports failed: one \(E_JOB_FAILED\)/ })
    else
      t.match(sent, {
        manifest: 'exports.yaml',
        complete: false,
        exports: [{ name: 'one', outcome: 'failed' }],
      })
  })
}
