import { Buffer } from 'node:buffer'
import { SluiceError } from '../errors.js'
import type { Limits } from '../model/limits.js'
import { kindOf, type TokenKind } from '../rows/tokens.js'
import type { KernelExports } from './module.js'
import { castName, FAILED, nameOf } from './numbers.js'

/** Details of a failure for its message. */
export interface FailureContext {
  readonly limits: Limits
  /** Cells of a row. */
  readonly width: number
  /** The name of a column of the result, where names are known. */
  name(column: number): string | undefined
}

/** The error for the failure that stopped the kernel; the numbers are explained in assembly/failure.ts. */
export function kernelFailure(kernel: KernelExports, context: FailureContext): SluiceError {
  const row = `row ${kernel.rowsDone() + 1}`
  const got = kernel.failureGot()
  const column = kernel.failureColumn()
  const name = column < 0 ? undefined : context.name(column)
  const cell = column < 0 ? row : `${row}, column ${name === undefined ? column + 1 : JSON.stringify(name)}`
  const { limits } = context
  const failed = nameOf(FAILED, kernel.failureKind())
  switch (failed) {
    case 'neverUsedByte':
      return new SluiceError('E_MSGPACK', `${cell}: the byte 0xc1, which msgpack never uses`)
    case 'rowShape':
      return rowShape(row, got, kernel.rowsDone() === 0)
    case 'rowWidth':
      return new SluiceError(
        'E_SCHEMA',
        `${row} has ${got} cells, but the schema has ${context.width} columns`,
      )
    case 'limitRow':
      return new SluiceError('E_LIMIT_ROW', `${row} is larger than the limit of ${limits.rowBytes} bytes`)
    case 'limitCell':
      return new SluiceError('E_LIMIT_CELL', `${cell}: larger than the limit of ${limits.cellBytes} bytes`)
    case 'limitDepth':
      return new SluiceError('E_LIMIT_DEPTH', `${cell}: nested deeper than the limit of ${limits.depth}`)
    case 'limitColumns':
      return new SluiceError(
        'E_LIMIT_COLUMNS',
        `${row} has ${got} cells, more than the limit of ${limits.columns}`,
      )
    case 'cast':
      return new SluiceError('E_TYPE', `${cell}: ${value(kernel)} cannot be cast to ${castName(got)}`)
    case 'special':
      return new SluiceError('E_TYPE', `${cell}: JSON has no ${value(kernel)}`, {
        hint: "choose how such doubles are written: as 'string' or 'null'",
      })
    case 'notUtf8':
      return new SluiceError('E_UTF8', `${cell}: the text is not valid UTF-8`)
    case 'keyDepth':
      return new SluiceError('E_LIMIT_DEPTH', `${cell}: a map key is nested too deep to be written as text`)
    case 'readsAsNull':
      return new SluiceError('E_TYPE', `${cell}: ${value(kernel)} would read as NULL`, {
        hint: 'choose another text for NULL, or a format with quotes, such as csv',
      })
    case undefined:
      return new SluiceError('E_INTERNAL', `the kernel stopped with an unknown failure in ${cell}`)
    default:
      return failed satisfies never
  }
}

/** Something else in the place of the first row is hardly a result at all: a web page, JSON, a text. */
function rowShape(row: string, firstByte: number, isFirst: boolean): SluiceError {
  if (isFirst && isTextual(firstByte))
    return new SluiceError(
      'E_NOT_MSGPACK',
      `the data is not a msgpack result: it begins with ${JSON.stringify(String.fromCharCode(firstByte))}, as a text would`,
    )
  return new SluiceError('E_ROW_SHAPE', `${row} is ${KIND_WORDS[kindOf(firstByte)]}, not an array`)
}

function isTextual(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

const KIND_WORDS: Readonly<Record<TokenKind, string>> = {
  nil: 'nil',
  'never used': 'nothing',
  boolean: 'a boolean',
  integer: 'an integer',
  unsigned: 'an integer',
  double: 'a double',
  text: 'a text',
  binary: 'binary data',
  timestamp: 'an extension value',
  extension: 'an extension value',
  array: 'an array',
  map: 'a map',
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
