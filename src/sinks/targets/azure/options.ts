import { requireShape } from '../../../errors.js'
import { checkOptions, type OptionShapes } from '../../../usage.js'
import { requirePartSize } from '../store/options.js'

/** A `BlobServiceClient` of the package `@azure/storage-blob`, as far as it is used. */
export interface AzureClientLike {
  /** The client of a container. */
  // biome-ignore lint/suspicious/noExplicitAny: the SDK has classes that nothing narrower is compatible with
  getContainerClient(container: string): any
}

/** Options of {@link azure}. Without `connectionString`, `account` and the two below, the environment has them. */
export interface AzureOptions {
  /**
   * A connection string: account, credentials and endpoint in one.
   *
   * @default `AZURE_STORAGE_CONNECTION_STRING`
   */
  connectionString?: string
  /**
   * Name of the storage account.
   *
   * @default `AZURE_STORAGE_ACCOUNT`
   */
  account?: string
  /**
   * Key of the account.
   *
   * @default `AZURE_STORAGE_KEY`
   */
  accountKey?: string
  /**
   * A token with the permissions `r`, `c` and `w`; for folders of partitions `d` and `l` as well.
   *
   * @default `AZURE_STORAGE_SAS_TOKEN`
   */
  sasToken?: string
  /** A client of the program, such as one with a managed identity. Its own settings count then, instead of those above. */
  client?: AzureClientLike
  /**
   * Bytes of a block, 5 MiB to 1 GiB. A blob takes 10,000 blocks here, which is 156 GiB of 16 MiB.
   *
   * @default `TD_SLUICE_PART_SIZE`; 16777216
   */
  partSize?: number
  /**
   * Blocks that are sent at the same time. As many are in memory, two at least: with all of them on their way none is filled.
   *
   * @default 4
   */
  partsInFlight?: number
}

const AZURE_OPTIONS: OptionShapes<AzureOptions> = {
  connectionString: 'text',
  account: 'text',
  accountKey: 'text',
  sasToken: 'text',
  client: 'object',
  partSize: 'count from 1',
  partsInFlight: 'count from 1',
}

/** @throws SluiceError `E_USAGE` for an option that is unknown or wrong. */
export function checkAzureOptions(options: AzureOptions): void {
  checkOptions(options, 'azure', AZURE_OPTIONS)
  const { client, partSize } = options
  requireShape(
    client === undefined || typeof client.getContainerClient === 'function',
    'the option client of azure',
    'a BlobServiceClient',
  )
  if (partSize !== undefined) requirePartSize(partSize, 'the option partSize of azure')
}
