import { ApiError } from './api-error.js'

/** Checks an `Authorization: TD1 <key>` header. Without a key to compare with, any key will do. Throws 401. */
export function authorize(header: string | undefined, apiKey: string | undefined): void {
  const key = /^TD1 (\S+)$/.exec(header ?? '')?.[1]
  if (key === undefined || (apiKey !== undefined && key !== apiKey))
    throw new ApiError(401, 'Authentication failed: the API key is missing or not valid')
}
