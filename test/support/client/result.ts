import { createHash, randomBytes } from 'node:crypto'
import type { Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Test } from 'tap'
import { Download, type DownloadOptions } from '../../../src/sources/download/index.js'
import { head, type ScriptedServer, type SeenRequest, type Step, startServer, testClient } from './server.js'

export const RESULT = 'GET job/result/7'
export const ETAG = '"v1"'

/** Bytes that compress as little as real results do. */
export function gzipOf(length: number): Buffer {
  return gzipSync(randomBytes(length))
}

export interface ServeOptions {
  readonly etag?: string | undefined
  /** Whether ranges are honoured. Default true. */
  readonly ranges?: boolean
  readonly headers?: Readonly<Record<string, string>>
}

/** The reply an honest server would send: status and headers, and the bytes to follow. */
export function honest(request: SeenRequest, bytes: Buffer, options: ServeOptions = {}): [string, Buffer] {
  const { etag = ETAG, ranges = true, headers = {} } = options
  const asked = ranges ? rangeOf(request, etag) : undefined
  const common = { ...(etag === '' ? {} : { etag }), ...headers }
  if (asked === undefined) return [head(200, { 'content-length': `${bytes.length}`, ...common }), bytes]
  if (asked.start >= bytes.length) {
    return [head(416, { 'content-length': '0', 'content-range': `bytes */${bytes.length}` }), Buffer.alloc(0)]
  }
  const part = bytes.subarray(asked.start, asked.end + 1)
  const range = `bytes ${asked.start}-${asked.start + part.length - 1}/${bytes.length}`
  return [head(206, { 'content-length': `${part.length}`, 'content-range': range, ...common }), part]
}

/** What of a result is asked for, if it is not all of it. */
function rangeOf(request: SeenRequest, etag: string): { start: number; end: number } | undefined {
  const { range, 'if-range': ifRange } = request.headers
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined
  const [, start, end] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? []
  return { start: Number(start), end: end === '' ? Number.POSITIVE_INFINITY : Number(end) }
}

/** Serves all of it. */
export function serve(bytes: Buffer, options: ServeOptions = {}): Step {
  return (socket, request) => {
    const [start, body] = honest(request, bytes, options)
    socket.write(start)
    socket.write(body)
  }
}

/** Promises all of it, sends `count` bytes of the body, and breaks off. */
export function cut(bytes: Buffer, count: number, how: 'reset' | 'close', options: ServeOptions = {}): Step {
  return async (socket, request) => {
    const [start, body] = honest(request, bytes, options)
    await new Promise((resolve) =>
      socket.write(Buffer.concat([Buffer.from(start), body.subarray(0, count)]), resolve),
    )
    if (how === 'close') socket.end()
    // The reset overtakes what the other side has not read yet.
    else setTimeout(() => socket.resetAndDestroy(), 2)
  }
}

export function download(
  t: Test,
  server: ScriptedServer,
  options: Partial<DownloadOptions> & { config?: Parameters<typeof testClient>[2] } = {},
): Download {
  const { config, ...rest } = options
  const result = new Download({
    client: testClient(t, server, config),
    jobId: '7',
    expectedBytes: undefined,
    onBroken: () => {},
    ...rest,
  })
  t.teardown(() => result.destroy())
  return result
}

export async function bytesOf(readable: Readable): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of readable) chunks.push(chunk)
  return Buffer.concat(chunks)
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Sends so many bytes a second over each connection. */
export function throttled(bytes: Buffer, bytesPerSecond: number): Step {
  return async (socket, request) => {
    const [start, body] = honest(request, bytes)
    const begin = performance.now()
    socket.write(start)
    for (let sent = 0; sent < body.length; ) {
      const due = ((performance.now() - begin + 5) / 1000) * bytesPerSecond
      if (due > sent) socket.write(body.subarray(sent, Math.floor(due)))
      sent = Math.max(sent, Math.floor(due))
      await sleep(5)
    }
  }
}

/** How many times as fast a download over several connections is as one over one, each of them throttled. */
export async function gainOf(
  t: Test,
  connections: number,
  bytes: Buffer,
  bytesPerSecond: number,
): Promise<number> {
  const server = await startServer(t)
  server.always(RESULT, throttled(bytes, bytesPerSecond))
  const timeOf = async (count: number) => {
    const begin = performance.now()
    await bytesOf(download(t, server, { expectedBytes: bytes.length, connections: count }))
    return performance.now() - begin
  }
  return (await timeOf(1)) / (await timeOf(connections))
}
