import { createHash } from 'node:crypto'
import { ApiError } from '../http/api-error.js'
import { textParam } from '../http/params.js'
import { jsonReply } from '../http/reply.js'
import { USER } from '../user.js'
import type { Route } from './route.js'

/*
 * Requests of clients about an account besides jobs. The sandbox has none of it, and says so in the form that they read.
 */

/** A list that is always empty here: of named connections, scheduled queries, imports under way. */
function emptyList(endpoint: 'results' | 'schedules' | 'bulk_imports', path: string): Route {
  return { endpoint, method: 'GET', path, handle: () => jsonReply({ [endpoint]: [] }) }
}

const SINCE = '2014-10-01 00:00:00 UTC'

/** The one user, who owns all jobs; with every key that some client insists on. */
const USER_RECORD = {
  id: 1,
  name: USER.name,
  first_name: USER.name,
  last_name: '',
  email: USER.email,
  phone: null,
  gravatar_url: '',
  administrator: true,
  account_owner: true,
  organization: null,
  roles: [],
  created_at: SINCE,
  updated_at: SINCE,
}

/** What an account is asked about itself; it has one user and no plan. */
function own(path: string, reply: object): Route {
  return { endpoint: 'users', method: 'GET', path, handle: () => jsonReply(reply) }
}

const account = {
  id: 1,
  plan: 0,
  storage_size: 0,
  guaranteed_cores: 0,
  maximum_cores: 0,
  created_at: SINCE,
  presto_plan: 0,
}

const key = { key_type: 'master', account_id: 1, user_id: 1, administrator: true }

/** A connection of any name: exports through it go to a folder with its id in its name. */
const connection: Route = {
  endpoint: 'connections',
  method: 'GET',
  path: 'connections/lookup',
  handle(_context, { params }) {
    const name = textParam(params, 'name')
    if (name === undefined) throw new ApiError(400, 'A name is required')
    const id = 1 + (createHash('sha256').update(name).digest().readUInt32BE() % 1_000_000)
    return jsonReply({ id: String(id), name })
  },
}

/** Connectors that import data: an empty list, with no key around it. */
const bulkLoads: Route = {
  endpoint: 'bulk_imports',
  method: 'GET',
  path: 'bulk_loads',
  handle: () => jsonReply([]),
}

export const accountRoutes: readonly Route[] = [
  emptyList('results', 'result/list'),
  emptyList('schedules', 'schedule/list'),
  emptyList('bulk_imports', 'bulk_import/list'),
  bulkLoads,
  own('user/list', { users: [USER_RECORD] }),
  own('user/show', USER_RECORD),
  own('user/apikey/validate', key),
  own('account/show', { account }),
  connection,
]
