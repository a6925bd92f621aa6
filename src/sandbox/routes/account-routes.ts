import { createHash } from 'node:crypto'
import { ApiError } from '../http/api-error.js'
import { textParam } from '../http/params.js'
import { jsonReply } from '../http/reply.js'
import type { Route } from './route.js'

/*
 * Requests of clients about an account besides jobs. The sandbox has none of it, and says so in the form that they read.
 */

/** A list that is always empty here: of named connections, scheduled queries, imports under way. */
function emptyList(endpoint: 'results' | 'schedules' | 'bulk_imports', path: string): Route {
  return { endpoint, method: 'GET', path, handle: () => jsonReply({ [endpoint]: [] }) }
}

/** The one user, who owns all jobs. */
const users: Route = {
  endpoint: 'users',
  method: 'GET',
  path: 'user/list',
  handle: () =>
    jsonReply({
      users: [
        {
          id: 1,
          name: 'Sandbox',
          first_name: 'Sandbox',
          last_name: '',
          email: 'sandbox@localhost',
          administrator: true,
        },
      ],
    }),
}

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

export const accountRoutes: readonly Route[] = [
  emptyList('results', 'result/list'),
  emptyList('schedules', 'schedule/list'),
  emptyList('bulk_imports', 'bulk_import/list'),
  users,
  connection,
]
