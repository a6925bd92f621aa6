import { SluiceError } from '../../../errors.js'
import { isUrl } from '../../../files/file-url.js'

/** Stores by the schemes of their URLs. */
const SCHEMES = ['s3', 'gs', 'az'] as const

/** What each store calls its places. */
const WORDS = {
  s3: { bucket: 'bucket', key: 'key', form: 's3://BUCKET/KEY' },
  gs: { bucket: 'bucket', key: 'key', form: 'gs://BUCKET/KEY' },
  az: { bucket: 'container', key: 'name of the blob', form: 'az://CONTAINER/BLOB' },
} as const satisfies Record<(typeof SCHEMES)[number], object>

/** A place in an object store. */
export interface StoreAddress {
  readonly scheme: (typeof SCHEMES)[number]
  readonly bucket: string
  /** Empty for the bucket as a whole; a slash at its end means a folder. */
  readonly key: string
}

/** Schemes of stores that nothing here writes to, and what to write instead. */
const OTHERS: readonly (readonly [schemes: RegExp, hint: string])[] = [
  [/^s3[an]$/, `write ${WORDS.s3.form}`],
  [/^gcs$/, `write ${WORDS.gs.form}`],
  [/^(?:azure|abfss?|wasbs?|adl)$/, `write ${WORDS.az.form}`],
]

const URL_PARTS = /^([a-z][a-z0-9+.-]+):\/\/([^/]*)(?:\/([\s\S]*))?$/i

/** Azure has two containers of its own, `$root` and `$web`. More than AWS takes today: other stores, and buckets made long ago, have capitals, underscores and longer names. */
const BUCKET = /^(?:[A-Za-z0-9][\w.-]{1,254}|\$(?:root|web))$/

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html */
const MOST_KEY_BYTES = 1024

/**
 * Reads `s3://bucket/key`. The key is taken as it is given: nothing in it is decoded, as with the AWS command line. In a `URL`,
 * which encodes by itself, it is decoded.
 *
 * @returns `undefined` for anything that is for another kind of target
 * @throws SluiceError `E_USAGE` for a store that is not supported, and for a bucket or key that cannot be.
 */
export function storeAddress(destination: unknown): StoreAddress | undefined {
  const text = isUrl(destination) ? textOfUrl(destination) : destination
  if (typeof text !== 'string') return undefined
  const [, givenScheme, bucket = '', key = ''] = URL_PARTS.exec(text) ?? []
  if (givenScheme === undefined) return undefined
  const scheme = givenScheme.toLowerCase()
  const other = OTHERS.find(([schemes]) => schemes.test(scheme))
  if (other !== undefined)
    throw new SluiceError('E_USAGE', `${scheme}:// URLs are not supported`, { hint: other[1] })
  if (!isScheme(scheme)) return undefined
  checkBucket(scheme, bucket)
  checkKey(scheme, bucket, key)
  return { scheme, bucket, key }
}

/** The address as text, which `storeAddress` reads again. */
export function textOfAddress({ scheme, bucket, key }: StoreAddress): string {
  return key === '' ? `${scheme}://${bucket}` : `${scheme}://${bucket}/${key}`
}

function isScheme(scheme: string): scheme is StoreAddress['scheme'] {
  return (SCHEMES as readonly string[]).includes(scheme)
}

/** `undefined` for another protocol: its URL may hold a password, and somebody else judges it. */
function textOfUrl({ protocol, host, pathname, search, hash, username }: URL): string | undefined {
  const scheme = protocol.slice(0, -1)
  if (!isScheme(scheme) && !OTHERS.some(([schemes]) => schemes.test(scheme))) return undefined
  if (search !== '' || hash !== '')
    throw new SluiceError('E_USAGE', `a ${scheme}: URL has no ? or # behind its path`, {
      hint: 'write ? in a name as %3F and # as %23, or give the URL as a text',
    })
  try {
    return `${scheme}://${username === '' ? host : '@'}${decodeURIComponent(pathname)}`
  } catch (cause) {
    throw new SluiceError('E_USAGE', `the path of a ${scheme}: URL is not encoded as UTF-8`, { cause })
  }
}

function checkBucket(scheme: StoreAddress['scheme'], bucket: string): void {
  if (BUCKET.test(bucket)) return
  // The part before an @ may be a secret.
  const isSafe = /^[\w.-]*$/.test(bucket)
  const { bucket: noun, form } = WORDS[scheme]
  throw new SluiceError(
    'E_USAGE',
    isSafe
      ? `${scheme}://${bucket} names no ${noun}`
      : `a URL of ${scheme}:// begins with the name of a ${noun}`,
    { hint: `credentials come from the environment, never from the URL: write ${form}` },
  )
}

function checkKey(scheme: StoreAddress['scheme'], bucket: string, key: string): void {
  const problem = keyProblem(key)
  if (problem === undefined) return
  throw new SluiceError(
    'E_USAGE',
    `the ${WORDS[scheme].key} of ${JSON.stringify(`${scheme}://${bucket}/${key}`.slice(0, 200))} ${problem}`,
  )
}

function keyProblem(key: string): string | undefined {
  if (Buffer.byteLength(key) > MOST_KEY_BYTES) return `has more than ${MOST_KEY_BYTES} bytes`
  // Many clients cannot ask for such an object again.
  if (key.split('/').some((segment) => segment === '.' || segment === '..'))
    return 'has . or .. between slashes'
  if (/\p{Cc}/u.test(key)) return 'has control characters'
  // A lone half of a pair would become another key.
  return Buffer.from(key).toString() === key ? undefined : 'is not valid Unicode'
}
