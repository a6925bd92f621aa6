import { Buffer } from 'node:buffer'
import { SluiceError } from '../errors.js'
import type { Limits } from '../model/limits.js'
import type { KernelExports } from './module.js'
import { CASTS } from './settings.js'

/** What a failure can be told with. */
export interface FailureContext {
  readonly limits: Limits
  /** Cells of a row. */
  readonly width: number
  /** The name of a column of the result, where names are known. */
  name(column: number): string | undefined
}

/** Puts the failure the kernel stopped with into words. The cases are those of assembly/failure.ts. */
export function kernelFailure(kernel: KernelExports, context: FailureContext): SluiceError {
  const row = `row ${kernel.rowsDone() + 1}`
  const got = kernel.failureGot()
  const column = kernel.failureColumn()
  const name = column < 0 ? undefined : context.name(column)
  const cell = column < 0 ? row : `${row}, column ${name === undefined ? column + 1 : JSON.stringify(name)}`
  const { limits } = context
  switch (kernel.failureKind()) {
    case 1:
      return new SluiceError('E_MSGPACK', `${cell}: the byte 0xc1, which msgpack never uses`)
    case 2:
      return rowShape(row, got, kernel.rowsDone() === 0)
    case 3:
      return new SluiceError(
        'E_SCHEMA',
        `${row} has ${got} cells, but the schema has ${context.width} columns`,
      )
    case 4:
      return new SluiceError('E_LIMIT_ROW', `${row} is larger than the limit of ${limits.rowBytes} bytes`)
    case 5:
      return new SluiceError('E_LIMIT_CELL', `${cell}: larger than the limit of ${limits.cellBytes} bytes`)
    case 6:
      return new SluiceError('E_LIMIT_DEPTH', `${cell}: nested deeper than the limit of ${limits.depth}`)
    case 7:
      return new SluiceError(
        'E_LIMIT_COLUMNS',
        `${row} has ${got} cells, more than the limit of ${limits.columns}`,
      )
    case 8:
      return new SluiceError('E_TYPE', `${cell}: ${value(kernel)} cannot be cast to ${CASTS[got]}`)
    case 9:
      return new SluiceError('E_TYPE', `${cell}: JSON has no ${value(kernel)}`, {
        hint: "choose how such doubles are written: as 'string' or 'null'",
      })
    case 10:
      return new SluiceError('E_UTF8', `${cell}: the text is not valid UTF-8`)
    case 11:
      return new SluiceError('E_LIMIT_DEPTH', `${cell}: a map key is nested too deep to be written as text`)
    default:
      return new SluiceError('E_INTERNAL', `the kernel stopped with an unknown failure in ${cell}`)
  }
}

/** Something else in the place of the first row is hardly a result at all: a web page, JSON, a text. */
function rowShape(row: string, firstByte: number, isFirst: boolean): SluiceError {
  if (isFirst && isTextual(firstByte))
    return new SluiceError(
      'E_NOT_MSGPACK',
      `the data is not a msgpack result: it begins with ${JSON.stringify(String.fromCharCode(firstByte))}, as a text would`,
    )
  return new SluiceError('E_ROW_SHAPE', `${row} is ${kindOf(firstByte)}, not an array`)
}

function isTextual(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

/** By the "Formats" table of the msgpack specification. */
function kindOf(byte: number): string {
  if (byte < 0x80 || byte >= 0xe0 || (byte >= 0xcc && byte <= 0xd3)) return 'an integer'
  if (byte < 0x90 || byte >= 0xde) return 'a map'
  if (byte < 0xc0 || byte >= 0xd9) return 'a text'
  if (byte === 0xc0) return 'nil'
  if (byte < 0xc4) return 'a boolean'
  if (byte < 0xc7) return 'binary data'
  return byte === 0xca || byte === 0xcb ? 'a double' : 'an extension value'
}

const SHOWN = 40

/** The beginning of the value in question, short enough for a message. */
function value(kernel: KernelExports): string {
  const bytes = Buffer.from(kernel.memory.buffer, kernel.failureTextAt(), kernel.failureTextLength())
  const characters = [...bytes.toString()]
  const text = characters.slice(0, SHOWN).join('')
  return JSON.stringify(characters.length > SHOWN ? `${text}…` : text)
}

/** For data that ends with a part of a row. `rows` were whole. */
export function truncated(rows: number, bytes: number): SluiceError {
  return new SluiceError(
    'E_MSGPACK_TRUNCATED',
    `the data ends inside row ${rows + 1}, ${bytes} ${bytes === 1 ? 'byte' : 'bytes'} after its beginning`,
  )
}
