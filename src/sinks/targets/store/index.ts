import { requireShape, SluiceError } from '../../../errors.js'
import { isUrl } from '../../../files/file-url.js'
import type { Target } from '../contract.js'
import { storeAddress } from './address.js'
import { checkS3Options, type S3Options } from './options.js'
import { StoreTarget } from './target.js'

export type { S3ClientLike, S3Credentials, S3Options } from './options.js'

/**
 * An object of an S3-compatible store, or a folder for partitions. It is complete or not there: the key has no object or the
 * old one until everything was verified. Needs the package `@aws-sdk/client-s3`, which is loaded when the target is used.
 *
 * Where the options are those of the environment, any sink takes the URL itself: `csv('s3://bucket/key.csv')`.
 *
 * @param url `s3://BUCKET/KEY`, or `gs://BUCKET/KEY` by Google's S3-compatible interface, as a text or a `URL`
 * @example
 * await pipeline(job('123456'), parquet(s3('s3://bucket/access.parquet', { endpoint: 'https://s3.example.com' })))
 * @throws SluiceError `E_USAGE` for another URL, and for an option that is unknown or wrong; in a run `E_UNSUPPORTED` when the
 * package is missing, `E_CONFIG` without credentials, `E_AUTH` and `E_FORBIDDEN` when the store refuses them, `E_NOT_FOUND`
 * when there is no such bucket, `E_EXISTS` for an object that is not to be replaced.
 */
export function s3(url: string | URL, options: S3Options = {}): Target {
  requireShape(
    typeof url === 'string' || isUrl(url),
    'the first argument of s3',
    'a URL such as s3://bucket/key',
  )
  checkS3Options(options)
  const address = storeAddress(url)
  if (address === undefined || address.scheme === 'az')
    throw new SluiceError('E_USAGE', 'the first argument of s3 is no URL of an S3-compatible store', {
      hint: 'write s3://BUCKET/KEY or gs://BUCKET/KEY',
    })
  return new StoreTarget(address, options, S3)
}

/** The target of a URL, with the options of the environment. */
export function storeTarget(destination: unknown): Target | undefined {
  const address = storeAddress(destination)
  return address === undefined || address.scheme === 'az' ? undefined : new StoreTarget(address, {}, S3)
}

const S3 = async () => (await import('./open.js')).S3_STORE
