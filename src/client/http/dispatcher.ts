import { rootCertificates } from 'node:tls'
import type { Dispatcher } from 'undici/index.js'
import { namesOfPackage } from '../../package-names.js'
import type { ClientConfig } from '../config/index.js'

/** Bytes of all header lines of one response. */
const MAX_HEADER_SIZE = 16 * 1024

/**
 * The undici dispatcher for one client: its own connections, proxies from the environment, nothing decompressed.
 * undici is loaded here, at the first request, because loading it takes longer than `--help` should.
 */
export async function createDispatcher(config: ClientConfig): Promise<Dispatcher> {
  const tls = {
    timeout: config.connectTimeoutMs,
    // Set so that NODE_TLS_REJECT_UNAUTHORIZED=0 does not reach this far.
    rejectUnauthorized: true,
    ...(config.ca === undefined ? {} : { ca: [...rootCertificates, config.ca] }),
  }
  const options = { connect: tls, headersTimeout: config.idleTimeoutMs, maxHeaderSize: MAX_HEADER_SIZE }
  const proxy = config.proxies.https?.reveal()
  // Plain http is loopback only, and what goes there in clear must not pass through a proxy.
  if (proxy === undefined || config.endpoint.startsWith('http:')) {
    const { Agent } = namesOfPackage(await import('undici/index.js'))
    return new Agent(options)
  }
  const [undici, { ProxyPool }] = await Promise.all([import('undici/index.js'), import('./proxy-pool.js')])
  const { EnvHttpProxyAgent } = namesOfPackage(undici)
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: config.proxies.noProxy,
    requestTls: tls,
    proxyTls: tls,
    clientFactory: (origin, pool) => new ProxyPool(origin, { ...pool, headersTimeout: config.idleTimeoutMs }),
  })
}
