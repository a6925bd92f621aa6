import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type S3Options, s3 } from '../../../src/s3.js'
import type { OpenOutputOptions, Output, Target } from '../../../src/sinks/targets/index.js'
import { BUCKET, KEYS, type S3Server } from './server.js'

export const MIB = 1024 * 1024
/** The least size of a part. */
export const PART = 5 * MIB

/** The environment of a process that is to use a server, and nothing of the machine it runs on. */
export function storeEnvironment(server: S3Server): Record<string, string> {
  return {
    AWS_ENDPOINT_URL_S3: server.url,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: '/nonexistent',
    AWS_SHARED_CREDENTIALS_FILE: '/nonexistent',
  }
}

/** An object of a server, by options of the program. */
export function objectOf(server: S3Server, key: string, options: S3Options = {}): Target {
  const common = { endpoint: server.url, credentials: KEYS, region: 'us-east-1', maxAttempts: 2 }
  return s3(`s3://${BUCKET}/${key}`, { ...common, partSize: PART, ...options })
}

/** Bytes that no other call returns. */
export function someBytes(length: number): Buffer {
  return randomBytes(length)
}

/** Opens a target and writes bytes to it, in pieces that no part is a multiple of. */
export async function writeTo(target: Target, bytes: Buffer, options?: OpenOutputOptions): Promise<Output> {
  const output = await target.open(options)
  const pieces = Array.from({ length: Math.ceil(bytes.length / 700_001) }, (_, i) =>
    bytes.subarray(i * 700_001, (i + 1) * 700_001),
  )
  try {
    await pipeline(Readable.from(pieces), output.writable)
  } catch (error) {
    await output.discard()
    throw error
  }
  return output
}

/** The same, made final. */
export async function writeWhole(
  target: Target,
  bytes: Buffer,
  options?: OpenOutputOptions,
): Promise<Output> {
  const output = await writeTo(target, bytes, options)
  await output.commit()
  return output
}
