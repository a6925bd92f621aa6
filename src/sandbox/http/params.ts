import type { IncomingMessage } from 'node:http'
import { ApiError } from './api-error.js'

/** Parameters of a request, from its query string and its body; a value of a JSON body keeps its type. */
export type Params = Readonly<Record<string, unknown>>

/** Treasure Data refuses queries beyond about one million characters; escaping can triple those. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new ApiError(413, 'The request body is too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function parseJson(body: Buffer): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    throw new ApiError(400, 'The request body is not valid JSON')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new ApiError(400, 'The request body must be a JSON object')
  return value as Record<string, unknown>
}

/** Forms, urlencoded (Ruby, Go and Java clients) or multipart (the Python client), by the parser of the platform. */
async function parseForm(body: Buffer, contentType: string): Promise<Record<string, unknown>> {
  const response = new Response(new Uint8Array(body), { headers: { 'content-type': contentType } })
  const form = await response.formData().catch(() => {
    throw new ApiError(400, 'The request body is not a valid form')
  })
  const fields = await Promise.all(
    [...form].map(async ([name, value]) => [name, typeof value === 'string' ? value : await value.text()]),
  )
  return Object.fromEntries(fields)
}

/**
 * Reads the parameters in every way the public clients send them: form, multipart, JSON (Node client), and the query
 * string with a JSON body `{"config": {...}}` (Java client, for bulk loads). The body wins over the query string.
 */
export async function readParams(request: IncomingMessage, url: URL): Promise<Params> {
  const query = Object.fromEntries(url.searchParams)
  const body = await readBody(request)
  if (body.length === 0) return query
  const contentType = request.headers['content-type'] ?? 'application/x-www-form-urlencoded'
  if (/^application\/json\b/i.test(contentType)) return { ...query, ...parseJson(body) }
  if (/^(multipart\/form-data|application\/x-www-form-urlencoded)\b/i.test(contentType))
    return { ...query, ...(await parseForm(body, contentType)) }
  throw new ApiError(415, `Unsupported content type ${contentType}`)
}

/** A parameter as text; absent, `null` and the empty string are all absent. */
export function textParam(params: Params, name: string): string | undefined {
  const value = params[name]
  if (value === undefined || value === null || value === '') return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

/** A whole number, also when sent as text. Throws 422 when it is something else. */
export function integerParam(params: Params, name: string): number | undefined {
  const text = textParam(params, name)
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new ApiError(422, `${name} is not a number: ${text}`)
  return value
}

/** Python sends `True` and `False`, the other clients `true` and `false`. */
export function booleanParam(params: Params, name: string): boolean {
  return /^(true|1)$/i.test(textParam(params, name) ?? '')
}
