import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import t, { type Test } from 'tap'
import { runInProcess } from '../support/cli/context.js'

const SECRET = 'hunter2-hunter2'

/** An API that says yes to everything and remembers the headers. */
async function recorder(t: Test) {
  const seen: IncomingHttpHeaders[] = []
  const server = createServer(({ headers, url }, response) => {
    seen.push(headers)
    if (url?.includes('/result/')) response.writeHead(403).end(`denied: ${SECRET}`)
    else response.end('{"job_id":"19","status":"success","jobs":[]}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { seen, env: { TD_API_SERVER: `http://127.0.0.1:${port}`, TD_API_KEY: 'k' } }
}

t.test('G20: --header, files of headers and TD_API_HEADERS go with every request', async (t) => {
  const { seen, env } = await recorder(t)
  const cwd = t.testdir({ headers: `x-gateway: ${SECRET}\r\n\nx-b=2\n` })
  const args = ['--header', 'X-A: 1', '--header', '@headers']
  for (const command of [
    ['list'],
    ['show', '19'],
    ['kill', '19'],
    ['dump', '19', '-f', 'csv', '--no-header'],
  ]) {
    const env2 = { ...env, TD_API_HEADERS: 'x-c=3' }
    const { stdout, stderr } = await runInProcess([...command, ...args], { env: env2, cwd })
    t.match(seen.at(-1), { 'x-a': '1', 'x-gateway': SECRET, 'x-b': '2', 'x-c': '3' }, command.join(' '))
    t.notMatch(stdout + stderr, SECRET)
    t.notMatch(stderr, 'every user of this machine')
  }
})

t.test('G20: a secret header as an argument works, with a word about it, and is not repeated', async (t) => {
  const { seen, env } = await recorder(t)
  const { stdout, stderr } = await runInProcess(
    ['dump', '19', '-f', 'csv', '--header', `x-api-token: ${SECRET}`, '-v', '--retries', '0'],
    { env },
  )
  t.match(seen[0], { 'x-api-token': SECRET })
  t.match(stderr, /every user of this machine can see the header in an argument; .* --header @FILE/)
  t.match(stderr, 'denied: [hidden]')
  t.notMatch(stdout + stderr, SECRET)
})

t.test('G20: the command line that goes on with a job has no header in it', async (t) => {
  const server = createServer((request, response) => {
    if (request.method === 'POST') response.end('{"job_id":"19"}')
    else response.end('{"job_id":"19","status":"running"}')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => void server.close())
  const env = { TD_API_SERVER: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, TD_API_KEY: 'k' }
  const args = ['-d', 'db', 'select 1', '-f', 'csv', '--wait-timeout', '1ms', '--on-interrupt', 'leave']
  const { stderr } = await runInProcess(['query', ...args, '--header', `x-a: ${SECRET}`], { env })
  t.match(stderr, /td-sluice dump 19 .*--header NAME:VALUE/)
  t.notMatch(stderr, SECRET)
})

t.test('config shows the names of headers, and what is wrong with one', async (t) => {
  const env = { TD_API_HEADERS: `x-b: ${SECRET}` }
  const { stdout } = await runInProcess(['config', '--json', '--header', `X-A=${SECRET}`], { env })
  t.match(JSON.parse(stdout), { headers: 'x-b, x-a', origins: { headers: 'option, TD_API_HEADERS' } })
  t.notMatch(stdout, SECRET)
  for (const [header, expected] of [
    [`Authorization: TD1 ${SECRET}`, /header Authorization from the option cannot be set\n.*TD_API_KEY/],
    [SECRET, /no valid name/],
    ['x-a:', /x-a from the option is empty/],
    ['@none', /the file none/],
  ] as const) {
    const { exit, stderr } = await runInProcess(['config', '--header', header])
    t.equal(exit, header === '@none' ? 14 : 2, header)
    t.match(stderr, expected)
    t.notMatch(stderr, SECRET)
  }
})
