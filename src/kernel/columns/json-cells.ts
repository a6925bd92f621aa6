import { Buffer } from 'node:buffer'
import { LARGEST_LIMITS } from '../../model/limits.js'
import type { EncodeSpec } from '../../model/option-types.js'
import type { Plan, PlanColumn } from '../../model/plan.js'
import { TokenWriter } from '../../rows/tokens.js'
import { kernelFailure } from '../failure.js'
import { KernelInstance } from '../instance.js'
import { encodeSettings } from '../settings.js'
import type { ColumnNode, KindName } from './tree.js'

/** JSON with its numbers as written, and objects as pairs: nothing is rounded, reordered or dropped. */
type Json = null | boolean | string | NumberText | Json[] | Pairs

class NumberText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

class Pairs {
  readonly pairs: (readonly [key: string, value: Json])[] = []
}

/**
 * Parses JSON text as a value of a list, map or row: that is how the API sends cells of columns whose type was set to
 * one in the console. Numbers keep all their digits, keys of maps become what the type says.
 *
 * @returns msgpack, or `undefined` when the text is no JSON. Whether it fits the type is seen when it is shredded.
 */
export function packJson(text: string, node: ColumnNode): Buffer | undefined {
  try {
    JSON.parse(text)
  } catch {
    return undefined
  }
  const out = new TokenWriter()
  emit(read(text.match(TOKENS)!.values()), node, out)
  return out.take()
}

/** The key of a map that came as a text, as {@link packJson} writes those of JSON. */
export function packKey(text: string, node: ColumnNode): Buffer {
  const out = new TokenWriter()
  emitKey(text, node, out)
  return out.take()
}

/** The tokens of https://www.rfc-editor.org/rfc/rfc8259#section-2; the text is known to be valid. */
const TOKENS = /"(?:[^"\\]|\\.)*"|-?\d[-+.\deE]*|true|false|null|[[\]{}]/g

type Tokens = IterableIterator<string>

function read(tokens: Tokens, token = next(tokens)): Json {
  switch (token[0]) {
    case '[': {
      const items: Json[] = []
      for (let item = next(tokens); item !== ']'; item = next(tokens)) items.push(read(tokens, item))
      return items
    }
    case '{': {
      const object = new Pairs()
      for (let key = next(tokens); key !== '}'; key = next(tokens)) {
        object.pairs.push([JSON.parse(key) as string, read(tokens)])
      }
      return object
    }
    case '"':
    case 't':
    case 'f':
    case 'n':
      return JSON.parse(token) as string | boolean | null
    default:
      return new NumberText(token)
  }
}

function next(tokens: Tokens): string {
  return tokens.next().value as string
}

const FLOATS: ReadonlySet<KindName> = new Set(['real', 'double'])
const DECIMALS: ReadonlySet<KindName> = new Set(['decimal32', 'decimal64', 'decimal128'])
const INTEGERS: ReadonlySet<KindName> = new Set(['tinyint', 'smallint', 'integer', 'bigint'])
const SPECIALS: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity'])

/** @param node the type that is wanted; `undefined` inside of what does not fit anyway */
function emit(value: Json, node: ColumnNode | undefined, out: TokenWriter): void {
  if (value === null) out.nil()
  else if (node?.kind === 'json') out.text(stringify(value))
  else if (typeof value === 'boolean') out.boolean(value)
  else if (typeof value === 'string') emitText(value, node, out)
  else if (value instanceof NumberText) emitNumber(value.text, node, out)
  else if (Array.isArray(value)) emitArray(value, node, out)
  else emitObject(value.pairs, node, out)
}

function emitArray(items: readonly Json[], node: ColumnNode | undefined, out: TokenWriter): void {
  out.array(items.length)
  items.forEach((item, i) => {
    emit(item, node?.children[node.kind === 'list' ? 0 : i], out)
  })
}

function emitObject(pairs: Pairs['pairs'], node: ColumnNode | undefined, out: TokenWriter): void {
  out.map(pairs.length)
  for (const [key, item] of pairs) {
    if (node?.kind === 'map') {
      emitKey(key, node.children[0]!, out)
      emit(item, node.children[1], out)
    } else {
      out.text(key)
      emit(item, node?.children[node.names.indexOf(key)], out)
    }
  }
}

/** JSON has no NaN, which is therefore written as a string. */
function emitText(text: string, node: ColumnNode | undefined, out: TokenWriter): void {
  if (node !== undefined && FLOATS.has(node.kind) && SPECIALS.has(text)) out.double(Number(text))
  else out.text(text)
}

function emitNumber(text: string, node: ColumnNode | undefined, out: TokenWriter): void {
  if (node !== undefined && DECIMALS.has(node.kind)) out.text(text)
  else if (!/^-?\d+$/.test(text) || !out.integer(BigInt(text))) out.double(Number(text))
}

/** The keys of JSON are always texts. */
function emitKey(key: string, node: ColumnNode, out: TokenWriter): void {
  if (INTEGERS.has(node.kind) && /^-?\d+$/.test(key) && out.integer(BigInt(key))) return
  if (FLOATS.has(node.kind) && (SPECIALS.has(key) || /^-?\d/.test(key))) out.double(Number(key))
  else if (node.kind === 'boolean' && (key === 'true' || key === 'false')) out.boolean(key === 'true')
  else out.text(key)
}

function stringify(value: Json): string {
  if (value instanceof NumberText) return value.text
  if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`
  if (value instanceof Pairs) {
    return `{${value.pairs.map(([key, item]) => `${JSON.stringify(key)}:${stringify(item)}`).join(',')}}`
  }
  return JSON.stringify(value)
}

/** Writes each cell of a column as NDJSON, or as a cell that is cast to varchar. */
class CellTexts {
  readonly #instance: KernelInstance

  constructor(spec: EncodeSpec, cast: Pick<PlanColumn, 'cast'>) {
    const type = { kind: 'unknown', text: '' } as const
    const plan: Plan = {
      schema: { columns: [{ name: '', type, typeText: '' }], inferred: false },
      columns: [{ source: 0, name: '', type, ...cast }],
    }
    // The rows are whole, and within the limits of the run.
    const settings = encodeSettings({ ...spec, limits: LARGEST_LIMITS }, plan)
    const { limits, width } = settings
    this.#instance = new KernelInstance((kernel) =>
      kernelFailure(kernel, { limits, width, name: () => undefined }),
    )
    this.#instance.configure(settings)
  }

  row(cell: Uint8Array): Buffer {
    const pieces: Buffer[] = []
    for (const _ of this.#instance.feed(Buffer.concat([Buffer.of(0x91), cell])))
      pieces.push(this.#instance.take())
    return Buffer.concat([...pieces, this.#instance.take()])
  }
}

let asJson: CellTexts | undefined
let asText: CellTexts | undefined

/** Texts that are not UTF-8 go through: the column counts, repairs or refuses them. */
const JSON_LINES: EncodeSpec = { format: 'ndjson', invalidUtf8: 'raw' }

/** A value of a `json` column that did not come as text, as JSON text in a msgpack text; see docs/formats.md. */
export function jsonText(cell: Uint8Array): Buffer {
  asJson ??= new CellTexts(JSON_LINES, {})
  const line = asJson.row(cell)
  const text = line.subarray('{"":'.length, line.length - '}\n'.length)
  const header = Buffer.alloc(5, 0xdb)
  header.writeUInt32BE(text.length, 1)
  return Buffer.concat([header, text])
}

/** A value cast to varchar, in a msgpack text. */
export function castText(cell: Uint8Array): Buffer {
  asText ??= new CellTexts({ format: 'msgpack' }, { cast: 'varchar' })
  return asText.row(cell).subarray(1)
}
