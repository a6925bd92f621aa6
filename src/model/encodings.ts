/** Encodings of the output besides Unicode's, by the names that `TextDecoder`, Windows and Python know. */
export const LEGACY_ENCODINGS = [
  'shift_jis',
  'cp932',
  'euc-jp',
  'euc-kr',
  'big5',
  'gbk',
  'windows-1250',
  'windows-1251',
  'windows-1252',
  'windows-1253',
  'windows-1254',
  'windows-1257',
  'iso-8859-1',
  'iso-8859-2',
  'iso-8859-15',
  'koi8-r',
] as const

/** An encoding with a table of codes. */
export type LegacyEncoding = (typeof LEGACY_ENCODINGS)[number]

/** Whether an encoding has units of 16 bits. */
export function isUtf16(encoding: string): encoding is 'utf-16le' | 'utf-16be' {
  return encoding === 'utf-16le' || encoding === 'utf-16be'
}
