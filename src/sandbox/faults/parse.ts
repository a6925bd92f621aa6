import { SluiceError } from '../../errors.js'
import { suggestion } from '../../model/suggest.js'
import { checkArgument } from '../../usage.js'
import { ENDPOINTS, type Endpoint, type Fault, isWireFault, type WireFault } from './fault.js'

interface Words {
  readonly at: number | undefined
  readonly relative: boolean
  /** The text after the first colon. */
  readonly rest: string
}

type Reader = (words: Words) => Record<string, unknown> | undefined

const integer = (text: string): number | undefined => (/^[+-]?\d+$/.test(text) ? Number(text) : undefined)

const natural = (text: string): number | undefined => (/^\d+$/.test(text) ? Number(text) : undefined)

const bare: Reader = ({ rest, at }) => (rest === '' && at === undefined ? {} : undefined)

const place = ({ at, relative }: Words) => (at === undefined ? {} : { at, ...(relative && { relative }) })

const cut: Reader = (words) => (words.rest === '' ? place(words) : undefined)

/** How the text of each kind is read; `undefined` means it is not valid. */
const READERS: Readonly<Record<string, Reader>> = {
  ok: bare,
  html: bare,
  'lose-response': bare,
  hang: bare,
  'ignore-range': bare,
  'no-etag': bare,
  'weak-etag': bare,
  'no-accept-ranges': bare,
  'drop-connection': bare,
  reset: cut,
  fin: cut,
  status({ rest }) {
    const match = /^(\d{3})(?::(.+))?$/.exec(rest)
    return match ? { status: Number(match[1]), ...(match[2] && { retryAfter: match[2] }) } : undefined
  },
  redirect({ rest }) {
    const match = /^(?:(\d{3}):)?(.+)$/.exec(rest)
    return match ? { location: match[2], ...(match[1] && { status: Number(match[1]) }) } : undefined
  },
  stall(words) {
    const ms = natural(words.rest)
    return ms === undefined ? undefined : { ms, ...place(words) }
  },
  trickle({ rest }) {
    const bytesPerSecond = natural(rest)
    return bytesPerSecond ? { bytesPerSecond } : undefined
  },
  corrupt: (words) => (words.at === undefined ? undefined : cut(words)),
  etag: ({ rest }) => (rest === '' ? undefined : { etag: /^(W\/)?"/.test(rest) ? rest : `"${rest}"` }),
  'lie-range'({ rest }) {
    if (rest === 'star' || rest === 'none') return { what: rest }
    const match = /^(?:(start|total|bytes):?)?([+-]?\d+)$/.exec(rest)
    return match ? { what: match[1] ?? 'start', by: Number(match[2]) } : undefined
  },
  frame({ rest }) {
    if (rest === 'chunked' || rest === 'close') return { how: rest }
    const by = rest.startsWith('cl') ? integer(rest.slice(2)) : undefined
    return by === undefined ? undefined : { how: 'length', by }
  },
  encode: ({ rest }) => (/^(gzip|deflate|br)$/.test(rest) ? { encoding: rest } : undefined),
  label: ({ rest }) => (rest === '' ? undefined : { encoding: rest }),
}

/** Reads `kind[@BYTE][:ARGUMENTS]`. */
function parseKind(text: string): Fault {
  const head = /^([a-z-]+)(?:@(\+?)(\d+))?(?::(.*))?$/.exec(text)
  const kind = head?.[1] ?? ''
  const fields = Object.hasOwn(READERS, kind)
    ? READERS[kind]?.({
        at: head?.[3] === undefined ? undefined : Number(head[3]),
        relative: head?.[2] === '+',
        rest: head?.[4] ?? '',
      })
    : undefined
  if (fields === undefined) {
    const kinds = Object.keys(READERS)
    throw new SluiceError('E_USAGE', `not a fault the sandbox knows: ${text}${suggestion(kind, kinds)}`, {
      hint: `write KIND[@BYTE][:ARGUMENTS][xTIMES][@ENDPOINT], such as status:503x2@issue or reset@4096; kinds are ${kinds.join(', ')}`,
    })
  }
  return { kind, ...fields } as Fault
}

function parseCompanion(text: string): WireFault {
  const fault = parseKind(text)
  if (isWireFault(fault)) return fault
  throw new SluiceError('E_USAGE', `this fault cannot be joined with another: ${text}`)
}

/**
 * Reads a fault from its short text: `kind[@BYTE][:ARGUMENTS][xTIMES][@ENDPOINT]`, where a byte with `+` counts from
 * the start of the reply, and `x*` means always. Faults joined by commas strike the same reply. Examples:
 * `status:503x2@issue`, `status:429:5@status`, `reset@4096`, `fin@+100x3`, `stall@2000:500`, `lie-range:total+7`,
 * `frame:cl+10`, `no-etag,reset@100`, `lose-response@issue`. The times may also stand before the last argument:
 * `status:503x2:5`. Throws `E_USAGE`.
 */
export function parseFault(text: string): Fault {
  checkArgument(text, 'the fault', 'text')
  let on: string | undefined
  let times: number | undefined
  const parts = text
    .trim()
    .replace(/@([a-z_]+)$/, (_, name: string) => {
      on = name
      return ''
    })
    .split(/,(?=[a-z])/)
  const main = parts
    .pop()!
    .replace(/(?<=^[a-z-]+(?:@\+?\d+)?|:\S*[\w"])x(\d+|\*)(?=$|:)/, (_, count: string) => {
      times = count === '*' ? Number.POSITIVE_INFINITY : Number(count)
      return ''
    })
  if (on !== undefined && on !== 'any' && !ENDPOINTS.includes(on as Endpoint))
    throw new SluiceError(
      'E_USAGE',
      `not an endpoint the sandbox knows: ${on}; known are ${ENDPOINTS.join(', ')}`,
    )
  const fault =
    parts.length > 0 ? { ...parseCompanion(main), with: parts.map(parseCompanion) } : parseKind(main)
  return { ...fault, ...(on && { on: on as Endpoint | 'any' }), ...(times !== undefined && { times }) }
}
