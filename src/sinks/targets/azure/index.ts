import { requireShape, SluiceError } from '../../../errors.js'
import { isUrl } from '../../../files/file-url.js'
import type { Target } from '../contract.js'
import { storeAddress } from '../store/address.js'
import { StoreTarget } from '../store/target.js'
import { type AzureOptions, checkAzureOptions } from './options.js'

export type { AzureClientLike, AzureOptions } from './options.js'

/**
 * A blob of Azure Blob Storage, or a folder for partitions. It is complete or not there: the name has no blob or the old one
 * until everything was verified. Needs the package `@azure/storage-blob`, which is loaded when the target is used.
 *
 * Where the options are those of the environment, any sink takes the URL itself: `csv('az://container/blob.csv')`.
 *
 * @param url `az://CONTAINER/BLOB`, as a text or a `URL`
 * @example
 * await pipeline(job('123456'), parquet(azure('az://exports/access.parquet', { account: 'me', sasToken: 'sv=…' })))
 * @throws SluiceError `E_USAGE` for another URL, and for an option that is unknown or wrong; in a run `E_UNSUPPORTED` when the
 * package is missing, `E_CONFIG` without credentials, `E_AUTH` and `E_FORBIDDEN` when the store refuses them, `E_NOT_FOUND`
 * when there is no such container, `E_EXISTS` for a blob that is not to be replaced.
 */
export function azure(url: string | URL, options: AzureOptions = {}): Target {
  requireShape(
    typeof url === 'string' || isUrl(url),
    'the first argument of azure',
    'a URL such as az://container/blob',
  )
  checkAzureOptions(options)
  const address = storeAddress(url)
  if (address?.scheme !== 'az')
    throw new SluiceError('E_USAGE', 'the first argument of azure is no URL of Azure Blob Storage', {
      hint: 'write az://CONTAINER/BLOB',
    })
  return new StoreTarget(address, options, load)
}

/** The target of a URL, with the options of the environment. */
export function azureTarget(destination: unknown): Target | undefined {
  const address = storeAddress(destination)
  return address?.scheme === 'az' ? new StoreTarget(address, {}, load) : undefined
}

const load = async () => (await import('./open.js')).AZURE
