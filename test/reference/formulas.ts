import type { CsvOptions, EncodeSpec } from '../../src/model/option-types.js'

// Of bytes, one character each, as texts need not be UTF-8: see `ValueText`.
const FULL_WIDTH = String.raw`\xef\xbc[\x9d\x8b\x8d\xa0]`
const SMALL = String.raw`\xef\xb9[\xa6\xa2\xa3\xab]`
const SIGN = String.raw`(?:[=+\-@]|${FULL_WIDTH}|${SMALL})`
/** White space, controls and what has no width. */
const IGNORED = String.raw`(?:[\0-\x20\x7f]|\xc2[\x80-\xa0\xad]|\xd8\x9c|\xe1\x9a\x80|\xe1\xa0\x8e|\xe2\x80[\x80-\x8f\xa8-\xaf]|\xe2\x81[\x9f-\xaf]|\xe3\x80\x80|\xef\xb8[\x80-\x8f]|\xef\xbb\xbf)`
const AT_START = new RegExp(`^(?:[\\t\\n\\r]|${IGNORED}*${SIGN})`)
const JSON_STRING = /"(?:[^"\\]|\\.)*"/g

/** A text with apostrophes before what a spreadsheet would take for a formula, for `escapeFormulas`. */
export function escapeFormulas(text: string, isJson: boolean, spec: EncodeSpec): string {
  const delimiter = spec.format === 'csv' ? ((spec as CsvOptions).delimiter ?? ',') : '\t'
  const separators = (spec.format === 'csv' ? ',;|\t\n\r' : ',;|').replace(delimiter, '')
  const afterSeparator = new RegExp(`(?<=[${separators}](?:"|${IGNORED})*)${SIGN}`, 'g')
  const strings = isJson
    ? [...text.matchAll(JSON_STRING)].map(({ 0: { length }, index }) => [index, index + length])
    : []
  const isInText = (at: number) => !isJson || strings.some(([from, to]) => from! < at && at < to!)
  const escaped = text.replace(afterSeparator, (sign, at: number) => (isInText(at) ? `'${sign}` : sign))
  return AT_START.test(text) ? `'${escaped}` : escaped
}
