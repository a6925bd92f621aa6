import type * as Sdk from '@azure/storage-blob'
import { SluiceError } from '../../../errors.js'
import { VERSION } from '../../../version.js'
import { notInstalled } from '../../not-installed.js'

/** Tries of a request, with pauses of some five seconds in all, and milliseconds that one may take. */
const RETRIES = { maxTries: 6, retryDelayInMs: 200, maxRetryDelayInMs: 10_000, tryTimeoutInMs: 120_000 }

/** Clients by their settings: partitions of one run share connections. */
const services = new Map<string, Sdk.BlobServiceClient>()

/**
 * A container, by the variables that the tools of Azure read.
 *
 * @throws SluiceError `E_UNSUPPORTED` when the SDK is not installed, `E_CONFIG` without credentials.
 */
export async function containerAt(container: string): Promise<Sdk.ContainerClient> {
  const sdk = await loadSdk()
  const { env } = process
  const key = JSON.stringify(Object.entries(env).filter(([name]) => name.startsWith('AZURE_STORAGE_')))
  const service = services.get(key) ?? serviceOf(sdk, env)
  services.set(key, service)
  return service.getContainerClient(container)
}

async function loadSdk(): Promise<typeof Sdk> {
  try {
    return await import('@azure/storage-blob')
  } catch (cause) {
    throw notInstalled('@azure/storage-blob', '@azure/storage-blob', cause)
  }
}

function serviceOf(sdk: typeof Sdk, env: NodeJS.ProcessEnv): Sdk.BlobServiceClient {
  const {
    AZURE_STORAGE_CONNECTION_STRING,
    AZURE_STORAGE_ACCOUNT,
    AZURE_STORAGE_KEY,
    AZURE_STORAGE_SAS_TOKEN,
  } = env
  const options = { retryOptions: RETRIES, userAgentOptions: { userAgentPrefix: `td-sluice/${VERSION}` } }
  try {
    if (AZURE_STORAGE_CONNECTION_STRING)
      return sdk.BlobServiceClient.fromConnectionString(AZURE_STORAGE_CONNECTION_STRING, options)
    const url = `https://${AZURE_STORAGE_ACCOUNT}.blob.core.windows.net`
    if (AZURE_STORAGE_ACCOUNT && AZURE_STORAGE_KEY) {
      const credential = new sdk.StorageSharedKeyCredential(AZURE_STORAGE_ACCOUNT, AZURE_STORAGE_KEY)
      return new sdk.BlobServiceClient(url, credential, options)
    }
    if (AZURE_STORAGE_ACCOUNT && AZURE_STORAGE_SAS_TOKEN)
      return new sdk.BlobServiceClient(
        `${url}?${AZURE_STORAGE_SAS_TOKEN.replace(/^\?/, '')}`,
        undefined,
        options,
      )
  } catch {
    // The SDK quotes what it cannot read.
    throw new SluiceError('E_CONFIG', 'the settings of Azure Blob Storage cannot be read', {
      hint: 'check AZURE_STORAGE_CONNECTION_STRING, which begins with DefaultEndpointsProtocol= or BlobEndpoint=',
    })
  }
  throw new SluiceError('E_CONFIG', 'there are no credentials of Azure Blob Storage', {
    hint: 'set AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT and AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN',
  })
}
