import { ApiError } from '../http/api-error.js'
import { integerParam, type Params, textParam } from '../http/params.js'

/** Priorities by name, as the td command and the Python client know them. */
const PRIORITIES = new Map([
  ['very low', -2],
  ['low', -1],
  ['normal', 0],
  ['norm', 0],
  ['high', 1],
  ['very high', 2],
])

function priorityOf(params: Params): number {
  const text = textParam(params, 'priority') ?? '0'
  const priority = PRIORITIES.get(text.toLowerCase().replace(/[-_]/g, ' ')) ?? Number(text)
  if (!Number.isInteger(priority) || Math.abs(priority) > 2)
    throw new ApiError(422, `Job priority is invalid: ${text}`)
  return priority
}

function retryLimitOf(params: Params): number {
  const limit = integerParam(params, 'retry_limit') ?? 0
  if (limit < 0 || limit > 32) throw new ApiError(422, `Job retry limit is invalid: ${limit}`)
  return limit
}

/** Seconds since 1970, given as such or as a date. */
function scheduledTimeOf(params: Params): number | null {
  const text = textParam(params, 'scheduled_time')
  if (text === undefined) return null
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.floor(Date.parse(text) / 1000)
  if (!Number.isSafeInteger(seconds)) throw new ApiError(422, `Job scheduled time is invalid: ${text}`)
  return seconds
}

function checkEngineVersion(params: Params): void {
  const version = textParam(params, 'engine_version')
  if (version !== undefined && !/^(stable|experimental|latest|[a-z]*[-_]?\d+(\.\d+)*)$/i.test(version))
    throw new ApiError(422, 'Job engine version is invalid')
}

function checkPool(params: Params, pools: readonly string[]): void {
  const pool = textParam(params, 'pool_name')
  if (pool !== undefined && !pools.includes(pool))
    throw new ApiError(400, `Resource pool ${pool} does not exist`)
}

/** The parameters that every kind of job takes. Throws 400 for an unknown pool and 422 for a value out of range. */
export function jobParams(params: Params, pools: readonly string[]) {
  checkPool(params, pools)
  checkEngineVersion(params)
  return {
    priority: priorityOf(params),
    retryLimit: retryLimitOf(params),
    scheduledTime: scheduledTimeOf(params),
    domainKey: textParam(params, 'domain_key') ?? null,
    result: textParam(params, 'result') ?? '',
  }
}
