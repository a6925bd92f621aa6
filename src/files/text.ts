import { ioError, SluiceError } from '../errors.js'
import { readNamedFile, readNamedFileSync } from './named-file.js'
import { decodeWindows1252, isWindows1252 } from './windows-1252.js'

/** Code pages by the names that Windows and databases use, which the Encoding Standard does not list as labels. */
const CODE_PAGES: Readonly<Record<string, string>> = {
  cp932: 'shift_jis',
  ms932: 'shift_jis',
  cp936: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
}

/** The marks at the start of a text that tell its encoding: https://encoding.spec.whatwg.org/#bom-sniff */
const BYTE_ORDER_MARKS: readonly { readonly mark: readonly number[]; readonly encoding: string }[] = [
  { mark: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { mark: [0xff, 0xfe], encoding: 'utf-16le' },
  { mark: [0xfe, 0xff], encoding: 'utf-16be' },
]

/**
 * Checks the name of an encoding and returns it in the form that decoding takes: a label of the Encoding Standard such
 * as `shift_jis`, or a code page such as `cp932`.
 *
 * @throws SluiceError `E_USAGE` for a name that nothing knows.
 */
export function encodingNamed(name: string): string {
  const label = name.trim().toLowerCase()
  const known = CODE_PAGES[label] ?? label
  if (isWindows1252(known)) return 'windows-1252'
  try {
    return new TextDecoder(known).encoding
  } catch {
    throw new SluiceError('E_USAGE', `unknown encoding ${JSON.stringify(name)}`, {
      hint: 'name it as browsers do, such as shift_jis, euc-jp, windows-1252 or utf-16le, or as cp932',
    })
  }
}

/**
 * Decodes a text that a user wrote: UTF-8 unless a byte order mark or `encoding` says otherwise. The mark is dropped. Bytes
 * that are not valid are refused, because replacing them would change what the text says: a query would run with other
 * words in it.
 *
 * @param what names the text in the error, such as `the SQL file report.sql`
 * @param encoding a result of {@link encodingNamed}
 * @throws SluiceError `E_USAGE` that names the first invalid byte, counted from 0, and its place.
 */
export function decodeText(bytes: Uint8Array, what: string, encoding?: string): string {
  const marked = BYTE_ORDER_MARKS.find(({ mark }) => mark.every((byte, i) => bytes[i] === byte))
  const label = encoding ?? marked?.encoding ?? 'utf-8'
  const text = decoded(bytes, label)
  if (text !== undefined) return text
  const at = firstInvalid(bytes, label)
  const why =
    at === bytes.byteLength
      ? 'it ends inside a character'
      : `byte ${at} is 0x${bytes[at]!.toString(16).padStart(2, '0')}`
  const hint = encoding === undefined ? 'save it as UTF-8' : 'name the encoding that it has'
  throw new SluiceError('E_USAGE', `${what} is not ${label.toUpperCase()}: ${why}`, { hint })
}

/** Reads a file as {@link decodeText} does. @throws SluiceError `E_IO` when it cannot be read, `E_USAGE` for its bytes. */
export async function readTextFile(path: string, what: string, encoding?: string): Promise<string> {
  const bytes = await readNamedFile(path).catch((error) => {
    throw ioError(error, what)
  })
  return decodeText(bytes, what, encoding)
}

/** As {@link readTextFile}, at once. */
export function readTextFileSync(path: string, what: string, encoding?: string): string {
  let bytes: Uint8Array
  try {
    bytes = readNamedFileSync(path)
  } catch (error) {
    throw ioError(error, what)
  }
  return decodeText(bytes, what, encoding)
}

/** `undefined` for bytes that are not valid. */
function decoded(bytes: Uint8Array, label: string): string | undefined {
  if (isWindows1252(label)) return decodeWindows1252(bytes)
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/** Bytes of the longest character of any encoding. */
const LONGEST_CHARACTER = 4

/**
 * Where the first character begins that is not one; the length where the text ends inside it. Every prefix of a valid
 * text decodes in a stream, where the last character may be incomplete, so halving finds the longest such prefix; the
 * character that spoils it begins at most its own length before.
 */
function firstInvalid(bytes: Uint8Array, label: string): number {
  const valid = (length: number, stream = true) => {
    try {
      new TextDecoder(label, { fatal: true }).decode(bytes.subarray(0, length), { stream })
      return true
    } catch {
      return false
    }
  }
  let least = 0
  let most = bytes.byteLength
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if (valid(middle)) least = middle
    else most = middle - 1
  }
  if (least === bytes.byteLength) return least
  const from = Math.max(0, least - LONGEST_CHARACTER)
  while (least > from && !valid(least, false)) least--
  return least
}
