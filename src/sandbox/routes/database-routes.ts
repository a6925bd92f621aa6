import type { Engine, TableInfo } from '../engine/engine.js'
import { ApiError } from '../http/api-error.js'
import { jsonReply } from '../http/reply.js'
import { formatTime } from '../jobs/job.js'
import type { Route } from './route.js'

/** When everything here was made, as far as clients can see. */
const CREATED_AT = formatTime(new Date(Date.UTC(2014, 9, 1)))

async function databaseObject(engine: Engine, name: string) {
  return {
    name,
    count: (await engine.tables(name)).reduce((sum, { rows }) => sum + rows, 0),
    created_at: CREATED_AT,
    updated_at: CREATED_AT,
    organization: null,
    permission: 'administrator',
    delete_protected: false,
  }
}

/** Throws 404 for a database that there is not. */
async function requireDatabase(engine: Engine, database: string): Promise<void> {
  if ((await engine.databases()).includes(database)) return
  throw new ApiError(404, `Couldn't find UserDatabase with account_id = 1, name = ${database}`)
}

const list: Route = {
  endpoint: 'databases',
  method: 'GET',
  path: 'database/list',
  async handle({ engines }) {
    const engine = await engines.get()
    const names = await engine.databases()
    return jsonReply({ databases: await Promise.all(names.map((name) => databaseObject(engine, name))) })
  },
}

const show: Route = {
  endpoint: 'database',
  method: 'GET',
  path: 'database/show/*',
  async handle({ engines }, { args: [database = ''] }) {
    const engine = await engines.get()
    await requireDatabase(engine, database)
    return jsonReply(await databaseObject(engine, database))
  },
}

/** The keys td-client-go knows. The schema leaves `time` out, as every table has it. */
function tableObject({ name, columns, rows }: TableInfo, index: number) {
  return {
    id: index + 1,
    name,
    type: 'log',
    count: rows,
    created_at: CREATED_AT,
    updated_at: CREATED_AT,
    counter_updated_at: null,
    last_log_timestamp: null,
    delete_protected: false,
    estimated_storage_size: 0,
    schema: JSON.stringify(columns.filter(([column]) => column !== 'time')),
    expire_days: null,
    primary_key: null,
    primary_key_type: null,
    include_v: false,
  }
}

const tables: Route = {
  endpoint: 'tables',
  method: 'GET',
  path: 'table/list/*',
  async handle({ engines }, { args: [database = ''] }) {
    const engine = await engines.get()
    await requireDatabase(engine, database)
    return jsonReply({ database, tables: (await engine.tables(database)).map(tableObject) })
  },
}

const table: Route = {
  endpoint: 'table',
  method: 'GET',
  path: 'table/show/*/*',
  async handle({ engines }, { args: [database = '', name = ''] }) {
    const engine = await engines.get()
    await requireDatabase(engine, database)
    const found = (await engine.tables(database)).map(tableObject).find((one) => one.name === name)
    if (found === undefined)
      throw new ApiError(404, `Couldn't find UserTable with database = ${database}, name = ${name}`)
    return jsonReply(found)
  },
}

export const databaseRoutes: readonly Route[] = [list, show, tables, table]
