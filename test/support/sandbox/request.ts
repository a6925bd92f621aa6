import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { SANDBOX_API_KEY } from '../../../src/sandbox/index.js'

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  /** Why the body ended early, `undefined` when it is complete. */
  readonly broken: string | undefined
}

export interface Ask {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
  readonly agent?: Agent
}

/** One request over a connection of its own, decoding nothing. Rejects when there is no answer at all. */
export function ask(url: string, { method = 'GET', headers = {}, body, agent }: Ask = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let fail: (error: NodeJS.ErrnoException) => void = reject
    const authorization = `TD1 ${SANDBOX_API_KEY}`
    const options = { method, headers: { authorization, ...headers }, agent: agent ?? new Agent() }
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = []
      const settle = (broken: string | undefined) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          broken,
        })
      fail = (error) => settle(error.code ?? error.message)
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => settle(undefined))
      response.on('error', (error) => fail(error))
    })
    outgoing.on('error', (error) => fail(error))
    outgoing.end(body)
  })
}

/** {@link ask} for JSON of a known shape. */
export async function askJson<T = Record<string, unknown>>(url: string, options?: Ask) {
  const { status, body } = await ask(url, options)
  return { status, json: JSON.parse(body.toString()) as T }
}
