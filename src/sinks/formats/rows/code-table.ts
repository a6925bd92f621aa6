import { SluiceError } from '../../../errors.js'
import { decodeWindows1252 } from '../../../files/windows-1252.js'
import type { LegacyEncoding } from '../../../model/encodings.js'

/** By UTF-16 code unit the bytes of the character, the first of two in the upper half; 0 for one that there is not. */
export type CodeTable = Uint16Array

/** Labels of decoders, where they have another name. */
const LABELS: Readonly<Record<string, string>> = { cp932: 'shift_jis' }

/** First bytes of characters that others encode: NEC's selection of IBM's extensions; of Big5 those of Hong Kong. */
const UNUSED_LEADS: Readonly<Record<string, readonly [number, number]>> = {
  shift_jis: [0xed, 0xef],
  big5: [0x81, 0xa0],
}

/** Characters that Big5 has twice, and encodes as the second: https://encoding.spec.whatwg.org/#index-big5-pointer */
const LAST_IN_BIG5 = '═╞╡╪十卅'

/**
 * Characters of JIS X 0208 that its standard maps to other code points than Microsoft's tables do, which decoders follow. Both
 * are the same character there; texts of other systems have the left one: https://encoding.spec.whatwg.org/#shift_jis-encoder
 */
const SAME_IN_JIS: readonly (readonly [string, string])[] = [
  ['¢', '￠'],
  ['£', '￡'],
  ['¬', '￢'],
  ['‖', '∥'],
  ['−', '－'],
  ['〜', '～'],
  ['—', '―'],
]

/** Characters of which a decoder of its encoding makes the same again, to see that Node knows it. */
const SAMPLES: Readonly<Record<string, string>> = {
  shift_jis: '漢～①',
  'euc-jp': '漢',
  big5: '漢',
  gbk: '汉',
  'euc-kr': '한',
}

const tables = new Map<LegacyEncoding, CodeTable>()

/**
 * The table of an encoding, made once of what `TextDecoder` reads: of several codes for a character the first counts, as in
 * https://encoding.spec.whatwg.org/#indexes and on Windows.
 *
 * @throws SluiceError `E_UNSUPPORTED` when this Node was built without the encoding.
 */
export function codeTable(encoding: LegacyEncoding): CodeTable {
  const known = tables.get(encoding)
  if (known !== undefined) return known
  const table = makeTable(encoding)
  tables.set(encoding, table)
  return table
}

function makeTable(encoding: LegacyEncoding): CodeTable {
  const table = new Uint16Array(0x10000)
  const add = (character: string, code: number) => {
    const unit = character.charCodeAt(0)
    if (table[unit] === 0) table[unit] = code
  }
  for (let byte = 1; byte < 0x80; byte++) table[byte] = byte
  if (encoding === 'iso-8859-1') {
    for (let byte = 0x80; byte <= 0xff; byte++) table[byte] = byte
    return table
  }
  const label = LABELS[encoding] ?? encoding
  const decode = decoderOf(label)
  const isWide = Object.hasOwn(SAMPLES, label)
  for (let byte = 0x80; byte <= 0xff; byte++) {
    const character = decode(byte)
    // Lead bytes alone and the gaps of Windows' tables are nothing; decoders make controls of some.
    if (character !== undefined && (character >= '\xa0' || label.startsWith('iso'))) add(character, byte)
  }
  if (isWide) addPairs(label, decode, add, table)
  return table
}

function addPairs(
  label: string,
  decode: (...bytes: number[]) => string | undefined,
  add: (character: string, code: number) => void,
  table: CodeTable,
): void {
  const [first, last] = UNUSED_LEADS[label] ?? [0, -1]
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    if (lead >= first && lead <= last) continue
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      // Half-width katakana end at 0xdf.
      if (label === 'euc-jp' && lead === 0x8e && trail > 0xdf) break
      const character = decode(lead, trail)
      if (character === undefined) continue
      const code = (lead << 8) | trail
      if (label === 'big5' && LAST_IN_BIG5.includes(character)) table[character.charCodeAt(0)] = code
      else add(character, code)
    }
  }
  if (label === 'shift_jis' || label === 'euc-jp') {
    for (const [other, own] of SAME_IN_JIS) add(other, table[own.charCodeAt(0)]!)
  }
  for (const character of SAMPLES[label]!) if (table[character.charCodeAt(0)] === 0) throw unsupported(label)
}

/** The one character, within 16 bits, that bytes stand for. */
function decoderOf(label: string): (...bytes: number[]) => string | undefined {
  if (label === 'windows-1252') return (...bytes) => decodeWindows1252(Uint8Array.from(bytes))
  try {
    const decoder = new TextDecoder(label)
    return (...bytes) => {
      const text = decoder.decode(Uint8Array.from(bytes))
      return text.length === 1 && text !== '\ufffd' ? text : undefined
    }
  } catch {
    throw unsupported(label)
  }
}

function unsupported(label: string): SluiceError {
  return new SluiceError('E_UNSUPPORTED', `this build of Node does not know the encoding ${label}`, {
    hint: 'use a Node with full ICU, as those of nodejs.org are, or write UTF-8',
  })
}
