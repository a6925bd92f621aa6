import { InvalidArgumentError } from 'commander'
import { messageOf } from '../../errors.js'
import { parseSize } from '../../model/byte-size.js'
import { CAST_FORMS, type CastTarget, isCastTarget } from '../../model/casts.js'
import { parseDuration } from '../../model/duration.js'
import { isMaskKind, type MaskKind, maskProblem } from '../../model/masks.js'
import { adding } from './repeats.js'

/** `500ms`, `60s`, `5m`, `2h`, `1.5h` or `1d`, in milliseconds. */
export function milliseconds(text: string): number {
  try {
    return parseDuration(text)
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error))
  }
}

/** A duration longer than nothing. */
export function positiveDuration(text: string): number {
  const ms = milliseconds(text)
  if (ms === 0) throw new InvalidArgumentError('It must be longer than 0.')
  return ms
}

/** `10MB`, `512KiB` or `100B`, in bytes. */
export function size(text: string): number {
  try {
    return parseSize(text)
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error))
  }
}

/** A parser of integers between two bounds, both included. */
export function integer(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const n = Number(text)
    if (/^-?\d{1,16}$/.test(text) && n >= least && n <= most) return n
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    throw new InvalidArgumentError(`It must be a whole number ${range}.`)
  }
}

/** Seconds since 1970, from such a number or from a date and time with a zone, such as `2026-01-31T12:00:00Z`. */
export function epochSeconds(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text)
  const zoned = /^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)? ?(Z|UTC|[+-]\d\d:?\d\d)$/.test(text)
  const ms = zoned ? Date.parse(text) : Number.NaN
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError(
      'Times are seconds since 1970, or a date and time with its zone, such as 2026-01-31T12:00:00Z.',
    )
  }
  return Math.floor(ms / 1000)
}

/** `a,b,c`; a name that holds a comma is quoted as in CSV: `"a,b",c`. A repeated option adds to the list. */
export const names = adding<readonly string[]>((text, previous = []) => {
  const list = listItems(text)
  if (list.includes('')) {
    throw new InvalidArgumentError(
      'Column names are separated by commas, such as a,b, or quoted: \'"a,b",c\'.',
    )
  }
  return [...previous, ...list]
})

type Pairs<T extends string> = Readonly<Record<string, T>>

/** `a=b` or `a=b,c=d`: old name, new name. The name on the left may hold `=`; both may be quoted as in {@link names}. */
export const renames = adding<Pairs<string>>((text, previous = {}) =>
  pairs(text, '=', previous, 'Renames are old=new, such as cnt=count.'),
)

/** The comma of `decimal(p,s)` divides no list. */
const DECIMAL = /:decimal\((\d+)\s*,\s*(\d+)\)(?=,|$)/g

/** `a:double` or `a:double,b:decimal(10,2)`. The column name may hold `:`, and be quoted as in {@link names}. */
export const casts = adding<Pairs<CastTarget>>((text, previous = {}) => {
  const list = text.replace(DECIMAL, ':decimal($1;$2)')
  const result = pairs(list, ':', previous, 'Casts are column:type, such as price:double.')
  const casts: Record<string, CastTarget> = Object.create(null)
  for (const [column, found] of Object.entries(result)) {
    const target = found.replace(';', ',')
    if (!isCastTarget(target)) throw new InvalidArgumentError(`Columns can be cast to ${CAST_FORMS}.`)
    casts[column] = target
  }
  return casts
})

/** `email=hmac-sha256` or `phone=redact,card=last4`; names as in {@link renames}. */
export const masks = adding<Pairs<MaskKind>>((text, previous = {}) => {
  const result = pairs(text, '=', previous, 'Masks are column=kind, such as email=hmac-sha256.')
  const masks: Record<string, MaskKind> = Object.create(null)
  for (const [column, kind] of Object.entries(result)) {
    if (!isMaskKind(kind)) throw new InvalidArgumentError(sentence(maskProblem(kind)))
    masks[column] = kind
  }
  return masks
})

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}.`
}

/** The items of a list with commas, quoted as in {@link names} where one holds a comma. */
export function listItems(text: string): string[] {
  return splitList(text).map(([item]) => item!)
}

/** Each item of a list, divided at `separator`. In quotes neither that nor a comma divides; `""` stands for a quote. */
function splitList(text: string, separator = ','): string[][] {
  const part = new RegExp(
    `(?:"((?:[^"]|"")*)"(?=[,${separator}]|$)|([^,${separator}]*))([,${separator}]|$)`,
    'gy',
  )
  const items: string[][] = [[]]
  for (const [, quoted, plain, end] of text.matchAll(part)) {
    items.at(-1)!.push(quoted?.replaceAll('""', '"') ?? plain!)
    if (end === '') break
    if (end === ',') items.push([])
  }
  return items
}

function pairs(text: string, separator: '=' | ':', previous: Pairs<string>, form: string): Pairs<string> {
  // Without a prototype: a column may be called __proto__.
  const result: Record<string, string> = Object.assign(Object.create(null), previous)
  for (const parts of splitList(text, separator)) {
    const to = parts.pop()!
    const from = parts.join(separator)
    if (from === '' || to === '') throw new InvalidArgumentError(form)
    if (from in result) throw new InvalidArgumentError(`The column ${from} is named twice. ${form}`)
    result[from] = to
  }
  return result
}
