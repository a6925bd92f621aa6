import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** A refusal as S3 says it. */
export interface Refusal {
  readonly status: number
  readonly code: string
}

/** Milliseconds that the clock of a client may be off. */
const MOST_SKEW_MS = 15 * 60_000

const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
const sha256 = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

/**
 * Verifies a request signed by its headers (Signature Version 4) and the bytes of its body, as
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html says.
 */
export function refusalOf(
  request: IncomingMessage,
  body: Buffer,
  keys: { readonly accessKeyId: string; readonly secretAccessKey: string },
  now: number,
): Refusal | undefined {
  const { headers } = request
  const found =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([\w-]+)\/s3\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/.exec(
      headers.authorization ?? '',
    )
  if (found === null) return { status: 403, code: 'AccessDenied' }
  const [, accessKeyId, day, region, signed, signature] = found as unknown as string[]
  if (accessKeyId !== keys.accessKeyId) return { status: 403, code: 'InvalidAccessKeyId' }
  const time = String(headers['x-amz-date'])
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'))
  if (!(Math.abs(at - now) <= MOST_SKEW_MS)) return { status: 403, code: 'RequestTimeTooSkewed' }
  const payload = String(headers['x-amz-content-sha256'])
  const [path, query = ''] = request.url!.split('?')
  const parameters = query
    .split('&')
    .filter((each) => each !== '')
    .map((each) => (each.includes('=') ? each : `${each}=`))
    .sort()
  const names = signed!.split(';')
  const canonical = [
    request.method,
    path,
    parameters.join('&'),
    ...names.map((name) => `${name}:${String(headers[name] ?? '').trim()}`),
    '',
    signed,
    payload,
  ].join('\n')
  const scope = `${day}/${region}/s3/aws4_request`
  const key = [day!, region!, 's3', 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${keys.secretAccessKey}`,
  )
  const expected = hmac(key, ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')).toString('hex')
  if (expected !== signature) return { status: 403, code: 'SignatureDoesNotMatch' }
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== sha256(body))
    return { status: 400, code: 'XAmzContentSHA256Mismatch' }
  const md5 = headers['content-md5']
  if (md5 !== undefined && md5 !== createHash('md5').update(body).digest('base64'))
    return { status: 400, code: 'BadDigest' }
  return undefined
}
