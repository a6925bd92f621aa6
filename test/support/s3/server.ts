import { createHash, randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import { type Refusal, refusalOf } from './signature.js'

export const KEYS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'example/secret' }
export const BUCKET = 'results'

/** The least size of a part that is not the last one. */
const LEAST_PART = 5 * 1024 * 1024
const PAGE = 3

/** What a request asks for. */
export type Operation =
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListMultipartUploads'
  | 'ListObjects'
  | 'ListParts'
  | 'PutObject'
  | 'HeadObject'
  | 'GetObject'
  | 'DeleteObject'

/**
 * How a request goes wrong: `cut` before it does anything, `lost` after it did its work, an error of S3, the tag of a part that is not
 * its own, `silent` for ever.
 */
export type Fault = 'cut' | 'lost' | 'silent' | 'wrong tag' | Refusal

interface Part {
  readonly etag: string
  readonly bytes: Buffer
  readonly size: number
  readonly at: Date
}

interface Upload {
  readonly key: string
  readonly beganAt: Date
  readonly metadata: Readonly<Record<string, string>>
  readonly type: string
  readonly parts: Map<number, Part>
}

interface StoredObject {
  readonly bytes: Buffer
  readonly size: number
  readonly etag: string
  readonly type: string
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * A small S3 on loopback: it verifies signatures, the hashes of bodies, the sizes and tags of parts and conditions, lists uploads in
 * pages, and fails as it is told.
 */
export class S3Server {
  readonly objects = new Map<string, StoredObject>()
  readonly uploads = new Map<string, Upload>()
  /** What was asked for, in order. */
  readonly log: string[] = []
  /** Keys that are accepted; others are refused. */
  keys = { ...KEYS }
  /** What the server's clock is ahead by, in milliseconds. */
  skewMs = 0
  /** The form of a tag that `If-Match` of a write is compared with. */
  matches: 'quoted' | 'bare' | 'never' = 'quoted'
  /** The `If-Match` of the last write; undefined for one without. */
  condition: string | undefined
  /** Whether the bytes of objects are kept. */
  keepsBytes = true
  /** Milliseconds that pass before the reply to a part. */
  partDelayMs = 0
  /** Operations that this key may not do. */
  readonly forbidden = new Set<Operation>()
  /** Called with each request, when it arrives and when its work is done. */
  onRequest: ((operation: Operation, moment: 'arrived' | 'done') => void) | undefined
  /** Parts that are being received or wait for their reply, now and at the most. */
  partsNow = 0
  mostParts = 0
  readonly #faults: { on: Operation; fault: Fault; after: number; times: number; key?: RegExp }[] = []
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error) => response.destroy(error))
  })

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** Lets requests go wrong, `times` in a row, after `after` that go right. */
  fail(
    on: Operation,
    fault: Fault,
    { after = 0, times = 1, key }: { after?: number; times?: number; key?: RegExp } = {},
  ) {
    this.#faults.push({ on, fault, after, times, ...(key && { key }) })
  }

  /** Bytes that were sent of objects. */
  bytesRead = 0

  clearFaults(): void {
    this.#faults.length = 0
  }

  count(operation: Operation): number {
    return this.log.filter((line) => line.startsWith(`${operation} `)).length
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve))
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url)
    const [, bucket, ...rest] = url.pathname.split('/').map(decodeURIComponent)
    const key = rest.join('/')
    const operation = operationOf(request.method!, url.searchParams, key)
    if (operation === 'UploadPart') this.mostParts = Math.max(this.mostParts, ++this.partsNow)
    response.once('close', () => {
      if (operation === 'UploadPart') this.partsNow--
    })
    this.log.push(`${operation} ${key}`)
    this.onRequest?.(operation, 'arrived')
    const fault = this.#faultFor(operation, key)
    if (fault === 'cut') return void request.socket.destroy()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const date = new Date(Date.now() + this.skewMs).toUTCString()
    if (fault === 'silent') return
    const refusal =
      typeof fault === 'object' ? fault : refusalOf(request, body, this.keys, Date.now() + this.skewMs)
    if (refusal !== undefined) return refuse(response, refusal, date)
    if (bucket !== BUCKET) return refuse(response, { status: 404, code: 'NoSuchBucket' }, date)
    if (this.forbidden.has(operation)) return refuse(response, { status: 403, code: 'AccessDenied' }, date)
    const reply = this.#answer(operation, key, url.searchParams, request, body)
    this.onRequest?.(operation, 'done')
    if (fault === 'lost') return void request.socket.destroy()
    if (operation === 'UploadPart' && this.partDelayMs > 0) await delay(this.partDelayMs)
    if ('code' in reply) return refuse(response, reply, date)
    if (fault === 'wrong tag') reply.headers!.etag = `"${'0'.repeat(32)}"`
    response.writeHead(reply.status ?? 200, {
      date,
      ...reply.headers,
    })
    response.end(request.method === 'HEAD' ? undefined : reply.body)
  }

  #faultFor(operation: Operation, key: string): Fault | undefined {
    const fault = this.#faults.find((each) => each.on === operation && (each.key?.test(key) ?? true))
    if (fault === undefined) return undefined
    if (fault.after-- > 0) return undefined
    if (--fault.times <= 0) this.#faults.splice(this.#faults.indexOf(fault), 1)
    return fault.fault
  }

  #answer(
    operation: Operation,
    key: string,
    query: URLSearchParams,
    { headers }: IncomingMessage,
    body: Buffer,
  ): Refusal | { status?: number; headers?: Record<string, string | number>; body?: string | Buffer } {
    const id = query.get('uploadId') ?? ''
    const upload = this.uploads.get(id)
    const needsUpload = [
      'UploadPart',
      'CompleteMultipartUpload',
      'AbortMultipartUpload',
      'ListParts',
    ].includes(operation)
    if (needsUpload && upload?.key !== key) return { status: 404, code: 'NoSuchUpload' }
    const current = this.objects.get(key)?.etag
    if (operation === 'PutObject') this.condition = headers['if-match']
    const known = { quoted: current, bare: current?.replaceAll('"', ''), never: undefined }[this.matches]
    const isOther = headers['if-match'] !== undefined && headers['if-match'] !== known
    const isTaken = headers['if-none-match'] === '*' && this.objects.has(key)
    switch (operation) {
      case 'CreateMultipartUpload': {
        const made = randomUUID()
        const metadata = metadataOf(headers)
        const type = String(headers['content-type'])
        this.uploads.set(made, { key, beganAt: new Date(), metadata, type, parts: new Map() })
        return xml(
          'InitiateMultipartUploadResult',
          tag('Bucket', BUCKET) + tag('Key', key) + tag('UploadId', made),
        )
      }
      case 'UploadPart': {
        const etag = `"${md5(body)}"`
        const bytes = this.keepsBytes ? body : Buffer.alloc(0)
        upload!.parts.set(Number(query.get('partNumber')), { etag, bytes, size: body.length, at: new Date() })
        return { headers: { etag } }
      }
      case 'CompleteMultipartUpload': {
        const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) => ({
          number: Number(/<PartNumber>(\d+)</.exec(part!)![1]),
          etag: unescaped(/<ETag>(.*?)</.exec(part!)![1]!),
        }))
        const parts = named.map(({ number }) => upload!.parts.get(number))
        if (named.length === 0 || named.some(({ etag }, i) => parts[i]?.etag !== etag))
          return { status: 400, code: 'InvalidPart' }
        if (named.some(({ number }, i) => i > 0 && number <= named[i - 1]!.number))
          return { status: 400, code: 'InvalidPartOrder' }
        if (parts.slice(0, -1).some((part) => part!.size < LEAST_PART))
          return { status: 400, code: 'EntityTooSmall' }
        if (isTaken) return { status: 412, code: 'PreconditionFailed' }
        const tags = Buffer.from(named.map(({ etag }) => etag.replaceAll('"', '')).join(''), 'hex')
        const etag = `"${md5(tags)}-${named.length}"`
        const bytes = Buffer.concat(parts.map((part) => part!.bytes))
        const size = parts.reduce((sum, part) => sum + part!.size, 0)
        this.objects.set(key, { bytes, size, etag, type: upload!.type, metadata: upload!.metadata })
        this.uploads.delete(id)
        return xml('CompleteMultipartUploadResult', tag('Key', key) + tag('ETag', etag))
      }
      case 'AbortMultipartUpload':
        this.uploads.delete(id)
        return { status: 204 }
      case 'ListMultipartUploads':
        return this.#listUploads(query)
      case 'ListObjects': {
        const prefix = query.get('prefix') ?? ''
        const after = query.get('continuation-token') ?? ''
        const all = [...this.objects.keys()].filter((each) => each.startsWith(prefix) && each > after).sort()
        const page = all.slice(0, PAGE).map((each) => `<Contents>${tag('Key', each)}</Contents>`)
        const next = all.length > PAGE ? tag('NextContinuationToken', all[PAGE - 1]) : ''
        return xml('ListBucketResult', tag('IsTruncated', all.length > PAGE) + next + page.join(''))
      }
      case 'ListParts': {
        const from = Number(query.get('part-number-marker') ?? 0)
        const all = [...upload!.parts].filter(([number]) => number > from).sort(([a], [b]) => a - b)
        const parts = all.slice(0, PAGE).map(([number, { etag, size, at }]) => {
          const inner = tag('PartNumber', number) + tag('ETag', etag) + tag('Size', size)
          return `<Part>${inner}${tag('LastModified', at.toISOString())}</Part>`
        })
        const next = all.length > PAGE ? tag('NextPartNumberMarker', all[PAGE - 1]![0]) : ''
        return xml('ListPartsResult', tag('IsTruncated', all.length > PAGE) + next + parts.join(''))
      }
      case 'PutObject': {
        if (isTaken || isOther) return { status: 412, code: 'PreconditionFailed' }
        const etag = `"${md5(body)}"`
        const type = String(headers['content-type'])
        this.objects.set(key, { bytes: body, size: body.length, etag, type, metadata: metadataOf(headers) })
        return { headers: { etag } }
      }
      case 'DeleteObject':
        if (isOther) return { status: 412, code: 'PreconditionFailed' }
        this.objects.delete(key)
        return { status: 204 }
      case 'HeadObject':
      case 'GetObject': {
        const object = this.objects.get(key)
        if (object === undefined) return { status: 404, code: 'NoSuchKey' }
        const named = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])
        if (headers['if-match'] !== undefined && headers['if-match'] !== object.etag)
          return { status: 412, code: 'PreconditionFailed' }
        const told = { etag: object.etag, 'content-type': object.type, ...Object.fromEntries(named) }
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '') ?? []
        if (from === undefined)
          return { headers: { ...told, 'content-length': object.size }, body: object.bytes }
        const part = object.bytes.subarray(Number(from), Number(to) + 1)
        this.bytesRead += part.length
        return { status: 206, headers: { ...told, 'content-length': part.length }, body: part }
      }
    }
  }

  #listUploads(query: URLSearchParams) {
    const prefix = query.get('prefix') ?? ''
    const after = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? ''] as const
    const order = ([a, x]: readonly [string, string], [b, y]: readonly [string, string]) =>
      a === b ? Number(x > y) - Number(x < y) : Number(a > b) - Number(a < b)
    const all = [...this.uploads]
      .map(([id, upload]) => ({ place: [upload.key, id] as const, upload }))
      .filter(({ place }) => place[0].startsWith(prefix) && (after[0] === '' || order(place, after) > 0))
      .sort((a, b) => order(a.place, b.place))
    const page = all.slice(0, PAGE)
    const [key, id] = page.at(-1)?.place ?? ['', '']
    const next = all.length > PAGE ? tag('NextKeyMarker', key) + tag('NextUploadIdMarker', id) : ''
    const uploads = page.map(({ place, upload }) => {
      const began = tag('Initiated', upload.beganAt.toISOString())
      return `<Upload>${tag('Key', place[0])}${tag('UploadId', place[1])}${began}</Upload>`
    })
    return xml('ListMultipartUploadsResult', tag('IsTruncated', all.length > PAGE) + next + uploads.join(''))
  }
}

/** A server for one test, stopped with it. */
export async function startS3(t: Test): Promise<S3Server> {
  const server = new S3Server()
  await server.start()
  t.teardown(() => server.close())
  return server
}

function operationOf(method: string, query: URLSearchParams, key: string): Operation {
  if (query.has('uploads')) return method === 'POST' ? 'CreateMultipartUpload' : 'ListMultipartUploads'
  if (query.has('uploadId')) {
    if (method === 'PUT') return 'UploadPart'
    if (method === 'POST') return 'CompleteMultipartUpload'
    return method === 'DELETE' ? 'AbortMultipartUpload' : 'ListParts'
  }
  if (query.has('list-type')) return 'ListObjects'
  if (key === '') throw new Error(`${method} of a bucket is not served`)
  if (method === 'PUT') return 'PutObject'
  if (method === 'DELETE') return 'DeleteObject'
  return method === 'HEAD' ? 'HeadObject' : 'GetObject'
}

function refuse(response: ServerResponse, { status, code }: Refusal, date: string): void {
  response.writeHead(status, { 'content-type': 'application/xml', date })
  response.end(`<Error>${tag('Code', code)}${tag('Message', `said ${code}`)}</Error>`)
}

function xml(root: string, inner: string) {
  return { headers: { 'content-type': 'application/xml' }, body: `<${root}>${inner}</${root}>` }
}

function tag(name: string, value: unknown): string {
  const text = String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<${name}>${text}</${name}>`
}

function unescaped(text: string): string {
  return text.replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&amp;', '&')
}

function md5(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex')
}

function metadataOf(headers: IncomingMessage['headers']): Record<string, string> {
  const entries = Object.entries(headers).filter(([name]) => name.startsWith('x-amz-meta-'))
  return Object.fromEntries(entries.map(([name, value]) => [name.slice('x-amz-meta-'.length), String(value)]))
}
