import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Test } from 'tap'

/** When a proxy ends both sides of a connection that commits: `cut` before the server is asked, `lost` after it has done it. */
export type CommitFault = 'cut' | 'lost' | undefined

/** A way to a server that ends connections at their commit. */
export class PostgresProxy {
  fault: CommitFault
  /** Connections that are ended at once; negative for none any more. */
  refusals = 0
  readonly url: string

  static async start(t: Test, url: string): Promise<PostgresProxy> {
    const { hostname, pathname } = new URL(url)
    const path = join(decodeURIComponent(hostname), '.s.PGSQL.5432')
    const proxies: PostgresProxy[] = []
    const server = createServer((client) => proxies[0]!.#serve(client, path))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => void server.close())
    const { port } = server.address() as AddressInfo
    const proxy = new PostgresProxy(`postgres://test@127.0.0.1:${port}${pathname}`)
    proxies.push(proxy)
    return proxy
  }

  private constructor(url: string) {
    this.url = url
  }

  #serve(client: Socket, path: string): void {
    if (this.refusals > 0) {
      this.refusals--
      client.destroy()
      return
    }
    const server = connect(path)
    let isLast = false
    const end = () => {
      client.destroy()
      server.destroy()
    }
    client.on('data', (bytes) => {
      const isCommit = this.fault !== undefined && bytes.includes('COMMIT\0')
      if (isCommit && this.fault === 'cut') return end()
      isLast = isCommit
      server.write(bytes)
    })
    server.on('data', (bytes) => (isLast ? end() : client.write(bytes)))
    for (const socket of [client, server]) socket.on('error', end).on('close', end)
  }
}
