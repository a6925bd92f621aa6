import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'

export const CONTAINER = 'results'
/** Names in one reply to a request for a list. */
const PAGE = 3
const ACCOUNT = 'devstoreaccount1'

export type AzureOperation =
  | 'PutBlock'
  | 'PutBlockList'
  | 'PutBlob'
  | 'GetProperties'
  | 'GetBlob'
  | 'DeleteBlob'
  | 'ListBlobs'

/** How a request goes wrong: `cut` before it does anything, `lost` after it did its work, or an error of the service. */
export type AzureFault = 'cut' | 'lost' | { readonly status: number; readonly code: string }

interface Blob {
  readonly bytes: Buffer
  readonly type: string
  readonly metadata: Readonly<Record<string, string>>
}

type Reply = { status: number; code?: string; headers?: Record<string, string | number>; body?: Buffer }

/**
 * A small Azure Blob Storage on loopback: blocks with their hashes and ids of one length, lists of them, conditions. It verifies no
 * signatures, which azurite does, and fails as it is told.
 */
export class AzureServer {
  readonly blobs = new Map<string, Blob>()
  /** Uncommitted blocks of each blob. */
  readonly blocks = new Map<string, Map<string, Buffer>>()
  /** What was asked for, in order. */
  readonly log: string[] = []
  /** Bytes that were sent of blobs. */
  bytesRead = 0
  readonly #faults: { on: AzureOperation; fault: AzureFault; after: number; times: number }[] = []
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error) => response.destroy(error))
  })

  static async start(t: Test): Promise<AzureServer> {
    const server = new AzureServer()
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    t.teardown(async () => {
      server.#server.closeAllConnections()
      await new Promise((resolve) => server.#server.close(resolve))
    })
    return server
  }

  get connectionString(): string {
    const { port } = this.#server.address() as AddressInfo
    const key = Buffer.from('not verified here').toString('base64')
    const url = `http://127.0.0.1:${port}/${ACCOUNT}`
    return `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${key};BlobEndpoint=${url};`
  }

  fail(on: AzureOperation, fault: AzureFault, { after = 0, times = 1 } = {}): void {
    this.#faults.push({ on, fault, after, times })
  }

  clearFaults(): void {
    this.#faults.length = 0
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, 'http://127.0.0.1')
    const [, , container, ...rest] = url.pathname.split('/').map(decodeURIComponent)
    const key = rest.join('/')
    const operation = operationOf(request.method!, url.searchParams)
    this.log.push(`${operation} ${key}`)
    const fault = this.#faultFor(operation)
    if (fault === 'cut') return void request.socket.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    if (typeof fault === 'object') return answer(response, request.method!, fault)
    if (container !== CONTAINER)
      return answer(response, request.method!, { status: 404, code: 'ContainerNotFound' })
    const reply = this.#reply(operation, key, url.searchParams, request, body)
    if (fault === 'lost') return void request.socket.destroy()
    answer(response, request.method!, reply)
  }

  #faultFor(operation: AzureOperation): AzureFault | undefined {
    const found = this.#faults.find(({ on }) => on === operation)
    if (found === undefined || found.after-- > 0) return undefined
    if (--found.times <= 0) this.#faults.splice(this.#faults.indexOf(found), 1)
    return found.fault
  }

  #reply(
    operation: AzureOperation,
    key: string,
    query: URLSearchParams,
    { method, headers }: IncomingMessage,
    body: Buffer,
  ): Reply {
    const found = this.blobs.get(key)
    const etag = found && `"${createHash('md5').update(found.bytes).digest('hex')}"`
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag && found !== undefined)
      return { status: 412, code: 'ConditionNotMet' }
    if (method === 'PUT' && headers['if-none-match'] === '*' && found !== undefined)
      return { status: 409, code: 'BlobAlreadyExists' }
    switch (operation) {
      case 'PutBlock': {
        const md5 = createHash('md5').update(body).digest('base64')
        if (headers['content-md5'] !== undefined && headers['content-md5'] !== md5)
          return { status: 400, code: 'Md5Mismatch' }
        const blocks = this.blocks.get(key) ?? new Map<string, Buffer>()
        const id = query.get('blockid')!
        if ([...blocks.keys()].some((other) => other.length !== id.length))
          return { status: 400, code: 'InvalidBlobOrBlock' }
        blocks.set(id, body)
        this.blocks.set(key, blocks)
        return { status: 201 }
      }
      case 'PutBlockList': {
        const ids = [...body.toString().matchAll(/<Latest>(.*?)<\/Latest>/g)].map(([, id]) => id!)
        const blocks = ids.map((id) => this.blocks.get(key)?.get(id))
        if (blocks.includes(undefined)) return { status: 400, code: 'InvalidBlockList' }
        const metadata = Object.entries(headers).filter(([name]) => name.startsWith('x-ms-meta-'))
        this.blobs.set(key, {
          bytes: Buffer.concat(blocks as Buffer[]),
          type: String(headers['x-ms-blob-content-type']),
          metadata: Object.fromEntries(metadata.map(([name, value]) => [name, String(value)])),
        })
        this.blocks.delete(key)
        return { status: 201 }
      }
      case 'PutBlob':
        if (headers['if-match'] !== undefined && found === undefined)
          return { status: 412, code: 'ConditionNotMet' }
        this.blobs.set(key, { bytes: body, type: String(headers['content-type']), metadata: {} })
        return { status: 201 }
      case 'ListBlobs': {
        const names = [...this.blobs.keys()]
          .filter((each) => each.startsWith(query.get('prefix') ?? ''))
          .sort()
        const after = query.get('marker') ?? ''
        const rest = names.filter((each) => each > after)
        const blobs = rest.slice(0, PAGE).map((name) => `<Blob><Name>${name}</Name><Properties/></Blob>`)
        const next = rest.length > PAGE ? rest[PAGE - 1] : ''
        const inner = `<Blobs>${blobs.join('')}</Blobs><NextMarker>${next}</NextMarker>`
        const url = `ServiceEndpoint="http://127.0.0.1/" ContainerName="${CONTAINER}"`
        const body = `<?xml version="1.0"?><EnumerationResults ${url}>${inner}</EnumerationResults>`
        return { status: 200, headers: { 'content-type': 'application/xml' }, body: Buffer.from(body) }
      }
      case 'DeleteBlob':
        if (!this.blobs.delete(key)) return { status: 404, code: 'BlobNotFound' }
        return { status: 202 }
      default: {
        if (found === undefined) return { status: 404, code: 'BlobNotFound' }
        const told = { 'content-type': found.type, etag: etag!, ...found.metadata }
        const [, from = 0, to = found.bytes.length - 1] =
          /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-ms-range'] ?? headers.range)) ?? []
        const part = found.bytes.subarray(Number(from), Number(to) + 1)
        const isPart = part.length < found.bytes.length
        if (operation === 'GetBlob') this.bytesRead += part.length
        const range = isPart && { 'content-range': `bytes ${from}-${to}/${found.bytes.length}` }
        return {
          status: isPart ? 206 : 200,
          headers: { ...told, ...range, 'content-length': part.length },
          body: part,
        }
      }
    }
  }
}

function operationOf(method: string, query: URLSearchParams): AzureOperation {
  if (query.get('comp') === 'list') return 'ListBlobs'
  if (method === 'PUT' && query.get('comp') === 'block') return 'PutBlock'
  if (method === 'PUT' && query.get('comp') === 'blocklist') return 'PutBlockList'
  if (method === 'DELETE') return 'DeleteBlob'
  if (method === 'PUT') return 'PutBlob'
  return method === 'HEAD' ? 'GetProperties' : 'GetBlob'
}

function answer(response: ServerResponse, method: string, { status, code, headers, body }: Reply): void {
  const text =
    code && `<?xml version="1.0"?><Error><Code>${code}</Code><Message>said ${code}</Message></Error>`
  const told = code === undefined ? {} : { 'x-ms-error-code': code, 'content-type': 'application/xml' }
  response.writeHead(status, { 'x-ms-request-id': '1', 'x-ms-version': '2025-01-05', ...headers, ...told })
  response.end(method === 'HEAD' ? undefined : (body ?? text))
}
