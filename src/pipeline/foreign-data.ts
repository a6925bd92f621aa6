import { printable } from '../client/printable.js'
import { SluiceError } from '../errors.js'

/** How many bytes {@link notAResult} and {@link encryptedError} make use of. */
export const TELLING_BYTES = 40

/** How files of age begin, plain and in letters. */
const AGE = ['age-encryption.org/', '-----BEGIN AGE ENCRYPTED FILE-----'] as const

interface Kind {
  readonly magic: string
  readonly name: string
  readonly hint?: string
}

/** Files that are taken for results, by their first bytes in Latin-1. */
const KINDS: readonly Kind[] = [
  { magic: 'PAR1', name: 'a Parquet file', hint: 'td-sluice inspect FILE shows what is in it' },
  { magic: 'ARROW1', name: 'an Arrow file' },
  { magic: '\xff\xff\xff\xff', name: 'an Arrow stream' },
  { magic: 'PK\x03\x04', name: 'a zip archive or a workbook' },
  { magic: 'BZh', name: 'packed with bzip2', hint: 'unpack it first: bzip2 -dc FILE | td-sluice convert -' },
  { magic: '\xfd7zXZ', name: 'packed with xz', hint: 'unpack it first: xz -dc FILE | td-sluice convert -' },
  { magic: 'SQLite format 3', name: 'a SQLite database' },
]

/** The error for data that is encrypted with age, by its first bytes; `undefined` for other data. */
export function encryptedError(head: Uint8Array, name: string): SluiceError | undefined {
  const start = Buffer.from(head.subarray(0, TELLING_BYTES)).toString('latin1')
  if (!AGE.some((magic) => start.startsWith(magic))) return undefined
  return new SluiceError('E_UNSUPPORTED', `${name} is encrypted with age`, {
    hint: 'decrypt it first: age -d -i KEY_FILE FILE.age > FILE',
  })
}

/** The error for data that does not begin with a row: names what it is, as far as its first bytes tell. */
export function notAResult(head: Buffer): SluiceError {
  const encrypted = encryptedError(head, 'the data')
  if (encrypted !== undefined) return encrypted
  const start = head.toString('latin1', 0, TELLING_BYTES)
  const kind = KINDS.find(({ magic }) => start.startsWith(magic))
  if (kind !== undefined) {
    return new SluiceError('E_NOT_MSGPACK', `the data is ${kind.name}, not a msgpack result`, {
      hint:
        kind.hint ??
        'td-sluice reads msgpack, gzipped or not: what td-sluice dump JOB_ID -o result.msgpack.gz writes',
    })
  }
  const text = textOf(head)
  const begins = text === undefined ? '' : `: it begins with ${JSON.stringify(text)}, as a text would`
  return new SluiceError(
    'E_NOT_MSGPACK',
    `the data does not begin with a row, so it is no msgpack result${begins}`,
    text === undefined
      ? {}
      : {
          hint: 'td-sluice convert reads msgpack; td-sluice inspect and diff read CSV, TSV and JSON, too: --input-format csv',
        },
  )
}

/** The first line, where all of it can be printed. */
function textOf(head: Buffer): string | undefined {
  const [line = ''] = head
    .toString('utf8', 0, TELLING_BYTES)
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
  // The last character may be cut.
  const shown = printable(line.replace(/\ufffd$/, ''))
  return shown === '' || shown.includes('\ufffd') || /[\\][xu]/.test(shown) ? undefined : shown
}
