import { Decoder, ExtData } from '@msgpack/msgpack'

/** A text as the bytes it came in, valid UTF-8 or not. */
export class Text {
  readonly bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }
}

/** A float32 or float64, told apart from an integer. */
export class Float {
  readonly value: number
  readonly bits: 32 | 64
  constructor(value: number, bits: 32 | 64 = 64) {
    this.value = value
    this.bits = bits
  }
}

/** A map: order, duplicate keys and keys of any type are kept. */
export class Entries {
  readonly pairs: readonly (readonly [Exact, Exact])[]
  constructor(pairs: readonly (readonly [Exact, Exact])[]) {
    this.pairs = pairs
  }
}

export type Exact = null | boolean | number | bigint | Float | Text | Uint8Array | ExtData | Entries | Exact[]

/**
 * Decodes one value with `@msgpack/msgpack` so that nothing is lost. The package makes strings of texts, numbers of
 * floats and objects of maps; its methods for the first two are replaced, and map keys are numbered and kept aside.
 */
export function decodeExactly(bytes: Uint8Array): Exact {
  keys.length = 0
  return withMaps(decoder.decode(bytes), keys)
}

/** Keys of the value at hand. */
const keys: unknown[] = []

/** One for all values: to make one takes longer than to decode a cell. */
const decoder = exactDecoder()

function exactDecoder(): Decoder {
  const decoder = new Decoder({
    useBigInt64: true,
    extensionCodec: {
      tryToEncode: () => null,
      decode: (data, type) => new ExtData(type, data),
    },
    mapKeyConverter: (key) => `key ${keys.push(key) - 1}`,
  })
  const methods = decoder as unknown as Methods
  const { readF32, readF64 } = methods
  methods.decodeUtf8String = (length, header) => new Text(methods.decodeBinary(length, header))
  methods.readF32 = () => new Float(readF32.call(decoder) as number, 32)
  methods.readF64 = () => new Float(readF64.call(decoder) as number)
  return decoder
}

interface Methods {
  decodeBinary(length: number, header: number): Uint8Array
  decodeUtf8String(length: number, header: number): unknown
  readF32(): unknown
  readF64(): unknown
}

function withMaps(value: unknown, keys: readonly unknown[]): Exact {
  if (Array.isArray(value)) return value.map((element) => withMaps(element, keys))
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value as Exact
  return new Entries(
    Object.entries(value).map(([id, element]) => [
      withMaps(keys[Number(id.slice('key '.length))], keys),
      withMaps(element, keys),
    ]),
  )
}
