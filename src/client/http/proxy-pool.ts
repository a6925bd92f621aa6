import { type Dispatcher, Pool } from 'undici/index.js'
import { messageOf, systemCode } from '../../errors.js'

type ConnectOptions = Parameters<Pool['connect']>[0]
type ConnectCallback = (error: Error | null, data: Dispatcher.ConnectData) => void

/**
 * Connections to a proxy. undici 7 takes `UND_ERR_SOCKET` for something that passes: when a proxy hangs up on CONNECT,
 * it would connect again at once, for ever, some hundred times a second (nodejs/undici#3897, mended in undici 8).
 */
export class ProxyPool extends Pool {
  override connect(options: ConnectOptions): Promise<Dispatcher.ConnectData>
  override connect(options: ConnectOptions, callback: ConnectCallback): void
  override connect(
    options: ConnectOptions,
    callback?: ConnectCallback,
  ): Promise<Dispatcher.ConnectData> | undefined {
    if (callback !== undefined) {
      super.connect(options, callback)
      return undefined
    }
    return super.connect(options).catch((error) => {
      throw systemCode(error) === 'UND_ERR_SOCKET' ? hungUp(error) : error
    })
  }
}

function hungUp(cause: unknown): Error {
  return Object.assign(new Error(`the proxy hung up: ${messageOf(cause)}`, { cause }), { code: 'ECONNRESET' })
}
