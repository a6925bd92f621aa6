/** A struct of Thrift: its fields by their numbers. */
export type Struct = ReadonlyMap<number, Field>

type Field = number | boolean | Uint8Array | Struct | readonly Field[]

/** Deeper than any header of a page. */
const MOST_DEPTH = 16

/**
 * One struct in the compact protocol, and where it ends:
 * https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md. Integers beyond 2^53 are not exact.
 *
 * @throws RangeError for bytes that are none.
 */
export function readStruct(bytes: Uint8Array, start: number): { struct: Struct; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = start

  function varint(): number {
    let value = 0
    for (let scale = 1; scale < 2 ** 64; scale *= 128) {
      const byte = view.getUint8(at++)
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
    }
    throw new RangeError('a number has too many bytes')
  }

  function zigzag(): number {
    const value = varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  function binary(length: number): Uint8Array {
    if (length > bytes.length - at) throw new RangeError('a text is longer than the file')
    at += length
    return bytes.subarray(at - length, at)
  }

  function list(depth: number): Field[] {
    const header = view.getUint8(at++)
    const length = header >> 4 === 15 ? varint() : header >> 4
    // Each takes a byte at least.
    if (length > bytes.length - at) throw new RangeError('a list is longer than the file')
    return Array.from({ length }, () => field(header & 0x0f, depth, true))
  }

  function field(type: number, depth: number, inList = false): Field {
    switch (type) {
      case 1:
      case 2:
        return inList ? view.getUint8(at++) === 1 : type === 1
      case 3:
        return view.getInt8(at++)
      case 4:
      case 5:
      case 6:
        return zigzag()
      case 7:
        at += 8
        return view.getFloat64(at - 8, true)
      case 8:
        return binary(varint())
      case 9:
      case 10:
        return list(depth)
      case 12:
        return struct(depth + 1)
      default:
        throw new RangeError(`there is no type ${type}`)
    }
  }

  function struct(depth: number): Struct {
    if (depth > MOST_DEPTH) throw new RangeError('it is nested too deep')
    const fields = new Map<number, Field>()
    let number = 0
    for (let header = view.getUint8(at++); header !== 0; header = view.getUint8(at++)) {
      number = header >> 4 === 0 ? zigzag() : number + (header >> 4)
      fields.set(number, field(header & 0x0f, depth))
    }
    return fields
  }

  return { struct: struct(0), end: at }
}

/** A field that is an integer; undefined where it is missing or something else. */
export function integerField(struct: Struct | undefined, number: number): number | undefined {
  const value = struct?.get(number)
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

export function structField(struct: Struct, number: number): Struct | undefined {
  const value = struct.get(number)
  return value instanceof Map ? value : undefined
}
