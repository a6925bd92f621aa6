import type * as Sdk from '@azure/storage-blob'
import { SluiceError } from '../../../errors.js'
import { VERSION } from '../../../version.js'
import { notInstalled } from '../../not-installed.js'
import type { AzureOptions } from './options.js'

/** Tries of a request, with pauses of some five seconds in all, and milliseconds that one may take. */
const RETRIES = { maxTries: 6, retryDelayInMs: 200, maxRetryDelayInMs: 10_000, tryTimeoutInMs: 120_000 }

/** Clients by their settings: partitions of one run share connections. */
const services = new Map<string, Sdk.BlobServiceClient>()

/** The settings that a client is made of; see `AzureOptions`. */
type Settings = Omit<AzureOptions, 'client' | 'partSize' | 'partsInFlight'>

/**
 * A container, by options or by the variables that the tools of Azure read.
 *
 * @throws SluiceError `E_UNSUPPORTED` when the SDK is not installed, `E_CONFIG` without credentials.
 */
export async function containerAt(container: string, options: AzureOptions): Promise<Sdk.ContainerClient> {
  const { client, partSize, partsInFlight, ...given } = options
  if (client !== undefined) return client.getContainerClient(container)
  const sdk = await loadSdk()
  const settings = Object.keys(given).length === 0 ? settingsOfEnvironment(process.env) : given
  const key = JSON.stringify(settings)
  const service = services.get(key) ?? serviceOf(sdk, settings)
  services.set(key, service)
  return service.getContainerClient(container)
}

function settingsOfEnvironment(env: NodeJS.ProcessEnv): Settings {
  return {
    ...(env.AZURE_STORAGE_CONNECTION_STRING && { connectionString: env.AZURE_STORAGE_CONNECTION_STRING }),
    ...(env.AZURE_STORAGE_ACCOUNT && { account: env.AZURE_STORAGE_ACCOUNT }),
    ...(env.AZURE_STORAGE_KEY && { accountKey: env.AZURE_STORAGE_KEY }),
    ...(env.AZURE_STORAGE_SAS_TOKEN && { sasToken: env.AZURE_STORAGE_SAS_TOKEN }),
  }
}

async function loadSdk(): Promise<typeof Sdk> {
  try {
    return await import('@azure/storage-blob')
  } catch (cause) {
    throw notInstalled('@azure/storage-blob', '@azure/storage-blob', cause)
  }
}

function serviceOf(
  sdk: typeof Sdk,
  { connectionString, account, accountKey, sasToken }: Settings,
): Sdk.BlobServiceClient {
  const options = { retryOptions: RETRIES, userAgentOptions: { userAgentPrefix: `td-sluice/${VERSION}` } }
  try {
    if (connectionString) return sdk.BlobServiceClient.fromConnectionString(connectionString, options)
    const url = `https://${account}.blob.core.windows.net`
    if (account && accountKey) {
      const credential = new sdk.StorageSharedKeyCredential(account, accountKey)
      return new sdk.BlobServiceClient(url, credential, options)
    }
    if (account && sasToken)
      return new sdk.BlobServiceClient(`${url}?${sasToken.replace(/^\?/, '')}`, undefined, options)
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
