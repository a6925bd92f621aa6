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

/** Other names of encodings, as Python, databases and editors have them, with what is meant here. */
export const OTHER_ENCODING_NAMES = {
  ascii: 'utf-8',
  unicode: 'utf-16le',
  'utf-16': 'utf-16le',
  utf16: 'utf-16le',
  'ucs-2': 'utf-16le',
  sjis: 'shift_jis',
  'shift-jis': 'shift_jis',
  ms932: 'cp932',
  'windows-31j': 'cp932',
  ujis: 'euc-jp',
  cp936: 'gbk',
  gb2312: 'gbk',
  cp949: 'euc-kr',
  cp950: 'big5',
  latin1: 'iso-8859-1',
  'latin-1': 'iso-8859-1',
  latin2: 'iso-8859-2',
  latin9: 'iso-8859-15',
  ansi: 'windows-1252',
  cp1250: 'windows-1250',
  cp1251: 'windows-1251',
  cp1252: 'windows-1252',
  cp1253: 'windows-1253',
  cp1254: 'windows-1254',
  cp1257: 'windows-1257',
} as const
