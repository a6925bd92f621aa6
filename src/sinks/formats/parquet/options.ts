import { SluiceError } from '../../../errors.js'
import { assertCodec, type ParquetCodec } from './codecs.js'

export type { ParquetCodec } from './codecs.js'

export interface ParquetOptions {
  /** How pages are compressed. Default `snappy`. `zstd` needs Node 22.15 or 23.8. */
  codec?: ParquetCodec
  /** Data pages of version 1, which every reader knows, or 2. Default `v1`. */
  page?: 'v1' | 'v2'
  /** Rows after which a row group closes. Default 1,000,000. */
  rowGroupSize?: number
  /** Encoded bytes after which it closes as well: about what the sink keeps in memory. Default 48 MiB. */
  rowGroupBytes?: number
  /** A value that does not fit its column's type: fail with `E_TYPE` (default), or write NULL and count it. */
  onTypeError?: 'fail' | 'null'
  /** Text that is not valid UTF-8: put U+FFFD and count it (default), or fail with `E_UTF8`. */
  invalidUtf8?: 'replace' | 'fail'
  /** Further key-value metadata of the file, besides what this writer knows itself (`td_sluice.job_id` and others). */
  metadata?: Readonly<Record<string, string>>
}

const MIB = 1024 * 1024

const DEFAULTS: Required<ParquetOptions> = {
  codec: 'snappy',
  page: 'v1',
  rowGroupSize: 1_000_000,
  rowGroupBytes: 48 * MIB,
  onTypeError: 'fail',
  invalidUtf8: 'replace',
  metadata: {},
}

/** The options with their defaults. @throws SluiceError `E_USAGE` or `E_UNSUPPORTED` for what cannot be. */
export function parquetOptions(options: ParquetOptions): Required<ParquetOptions> {
  const given = Object.entries(options).filter(([, value]) => value !== undefined)
  const complete: Required<ParquetOptions> = { ...DEFAULTS, ...Object.fromEntries(given) }
  assertCodec(complete.codec)
  oneOf('page', complete.page, ['v1', 'v2'])
  oneOf('onTypeError', complete.onTypeError, ['fail', 'null'])
  oneOf('invalidUtf8', complete.invalidUtf8, ['replace', 'fail'])
  positive('rowGroupSize', complete.rowGroupSize)
  positive('rowGroupBytes', complete.rowGroupBytes)
  return complete
}

function oneOf(name: string, value: string, values: readonly string[]): void {
  if (values.includes(value)) return
  throw new SluiceError(
    'E_USAGE',
    `the option ${name} is one of ${values.join(', ')}, not ${JSON.stringify(value)}`,
  )
}

function positive(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value > 0) return
  throw new SluiceError('E_USAGE', `the option ${name} is a positive whole number, not ${value}`)
}
