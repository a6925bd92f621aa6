import { SluiceError } from '../../errors.js'
import type { RowFormat } from '../../model/formats.js'

/** How a file is packed, told by the end of its name. */
export type Compression = 'gzip' | 'zstd' | 'none'

/** Every format that a name or the end of a path can ask for. */
export type Format = RowFormat | 'parquet'

export interface FileFormat {
  readonly format: Format
  readonly compression: Compression
}

const FORMATS: Readonly<Record<string, Format>> = {
  '.csv': 'csv',
  '.tsv': 'tsv',
  '.ndjson': 'ndjson',
  '.jsonl': 'ndjson',
  '.json': 'json',
  '.msgpack': 'msgpack',
  '.parquet': 'parquet',
}

const COMPRESSIONS: Readonly<Record<string, Compression>> = { '.gz': 'gzip', '.zst': 'zstd' }

/** The names that a format option takes. */
export const FORMAT_NAMES: readonly Format[] = ['csv', 'tsv', 'ndjson', 'json', 'msgpack', 'parquet']

/** The compression that the end of a path asks for. */
export function compressionOf(path: string): Compression {
  return COMPRESSIONS[/\.[^./\\]+$/.exec(path.toLowerCase())?.[0] ?? ''] ?? 'none'
}

/** What the end of a path says, `.csv.gz` for example; `undefined` when it names no known format. */
export function formatOf(path: string): FileFormat | undefined {
  const compression = compressionOf(path)
  const base = compression === 'none' ? path : path.replace(/\.[^.]+$/, '')
  const format = FORMATS[/\.[^./\\]+$/.exec(base.toLowerCase())?.[0] ?? '']
  return format === undefined ? undefined : { format, compression }
}

/** A format by its name; `jsonl` is another name of `ndjson`. Throws `E_USAGE` for anything else. */
export function formatNamed(name: string): Format {
  const format = FORMATS[`.${name.toLowerCase()}`]
  if (format !== undefined) return format
  throw new SluiceError('E_USAGE', `there is no format ${JSON.stringify(name)}`, {
    hint: `the formats are ${FORMAT_NAMES.join(', ')}`,
  })
}
