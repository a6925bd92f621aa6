import type { Route } from '../routes/route.js'
import { ApiError } from './api-error.js'

export interface Match {
  readonly route: Route
  readonly args: readonly string[]
}

/** `/v3//job/list/` is `job/list`: the Python client doubles the first slash, the Node client ends with one. */
function segmentsOf(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '')
  return segments[0] === 'v3' ? segments.slice(1) : []
}

function argumentsOf(pattern: readonly string[], segments: readonly string[]): string[] | undefined {
  if (pattern.length !== segments.length) return undefined
  if (!pattern.every((part, index) => part === '*' || part === segments[index])) return undefined
  return segments.filter((_, index) => pattern[index] === '*')
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment.replaceAll('+', ' '))
  } catch {
    throw new ApiError(400, 'The path is not valid')
  }
}

/** Resources of an account besides jobs, of which the sandbox answers a part. */
const BESIDE_JOBS = new Set(
  'database table result schedule user connections bulk_import bulk_load bulk_loads import acl server'.split(
    ' ',
  ),
)

/** Finds the route of a request. Throws 404 for an unknown path and 405 for another method. */
export function match(routes: readonly Route[], method: string, path: string): Match {
  const segments = segmentsOf(path)
  let known = false
  for (const route of routes) {
    const args = argumentsOf(route.path.split('/'), segments)
    if (args === undefined) continue
    if (route.method === method) return { route, args: args.map(decode) }
    known = true
  }
  if (known) throw new ApiError(405, `${method} is not allowed here`)
  const [thing, verb] = segments
  const isOfTheApi = thing !== undefined && verb !== undefined && BESIDE_JOBS.has(thing)
  throw new ApiError(
    404,
    isOfTheApi
      ? `The sandbox does not do ${thing}/${verb}: it runs jobs, and tables are made by SQL or from files`
      : `No such path: ${path}`,
  )
}
