import t from 'tap'
import { startSandbox } from '../../../src/sandbox/index.js'
import { ask } from '../../support/sandbox/request.js'

const sandbox = await startSandbox({ rows: 10, nasdaqRows: 10 })
t.teardown(() => sandbox.close())

async function get(path: string, method = 'GET') {
  const { status, body } = await ask(`${sandbox.url}/v3/${path}`, { method })
  return { status, json: JSON.parse(body.toString()) }
}

t.test('one database and one table are shown as in their lists', async (t) => {
  const { json: databases } = await get('database/list')
  t.strictSame((await get('database/show/sample_datasets')).json, databases.databases[0])
  const { json: tables } = await get('table/list/sample_datasets')
  for (const table of tables.tables) {
    t.strictSame((await get(`table/show/sample_datasets/${table.name}`)).json, table)
  }
  for (const path of [
    'database/show/none',
    'table/show/none/t',
    'table/show/sample_datasets/none',
    'table/list/none',
  ]) {
    t.match(await get(path), { status: 404, json: { error: /^Couldn't find User/ } }, path)
  }
})

t.test('lists of what the sandbox has none of are empty, and its user is one', async (t) => {
  t.strictSame((await get('result/list')).json, { results: [] })
  t.strictSame((await get('schedule/list')).json, { schedules: [] })
  t.strictSame((await get('bulk_import/list')).json, { bulk_imports: [] })
  t.strictSame((await get('bulk_loads')).json, [])
  t.match((await get('user/list')).json, { users: [{ id: 1, name: 'Sandbox', email: 'sandbox@localhost' }] })
})

t.test('the user has all keys that clients insist on, and the account and the key are told', async (t) => {
  const { users } = (await get('user/list')).json
  // td-client-go ends without any of these, td-client-java without most of them.
  const keys =
    'id first_name last_name email phone gravatar_url administrator created_at updated_at name account_owner organization roles'
  t.strictSame(Object.keys(users[0]).sort(), keys.split(' ').sort())
  t.match(users[0].created_at, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/)
  t.strictSame((await get('user/show')).json, users[0])
  t.match((await get('user/apikey/validate')).json, { key_type: 'master', account_id: 1, user_id: 1 })
  const { account } = (await get('account/show')).json
  t.strictSame(
    Object.keys(account).sort(),
    'created_at guaranteed_cores id maximum_cores plan presto_plan storage_size'.split(' '),
  )
})

t.test('a connection has the same id whenever it is looked up by its name', async (t) => {
  const { status, json } = await get('connections/lookup?name=my_s3')
  t.equal(status, 200)
  t.match(json.id, /^\d+$/)
  t.strictSame((await get('connections/lookup?name=my_s3')).json, json)
  t.not((await get('connections/lookup?name=other')).json.id, json.id)
  t.match(await get('connections/lookup'), { status: 400, json: { error: 'A name is required' } })
})

t.test('what the sandbox does not do is told by its name; another path is none', async (t) => {
  for (const [method, path] of [
    ['POST', 'database/create/db'],
    ['POST', 'table/create/db/t/log'],
    ['GET', 'table/tail/db/t'],
    ['PUT', 'table/import/db/t/msgpack.gz'],
    ['POST', 'bulk_import/create/a/db/t'],
    ['POST', 'user/create'],
  ] as const) {
    const [thing, verb] = path.split('/')
    const { status, json } = await get(path, method)
    t.equal(status, 404)
    t.match(json.error, `The sandbox does not do ${thing}/${verb}: `)
  }
  t.match(await get('POST job/none'), { status: 404, json: { error: /^No such path: / } })
  t.match(await get('user/list', 'POST'), { status: 405 })
})

t.test('faults can strike them', async (t) => {
  for (const [endpoint, path] of [
    ['users', 'user/list'],
    ['results', 'result/list'],
    ['schedules', 'schedule/list'],
    ['bulk_imports', 'bulk_import/list'],
    ['connections', 'connections/lookup?name=a'],
    ['database', 'database/show/sample_datasets'],
    ['table', 'table/show/sample_datasets/nasdaq'],
  ] as const) {
    sandbox.faults.add(`status:503@${endpoint}`)
    t.equal((await get(path)).status, 503)
    t.equal((await get(path)).status, 200)
  }
})
