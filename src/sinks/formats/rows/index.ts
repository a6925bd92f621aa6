import type { Duplex } from 'node:stream'
import { requireObject, SluiceError } from '../../../errors.js'
import { FORMATS } from '../../../model/formats.js'
import type {
  CsvOptions,
  EncodeSpec,
  JsonOptions,
  MsgpackOptions,
  OutputOptions,
  TsvOptions,
} from '../../../model/option-types.js'
import type { Plan } from '../../../model/plan.js'
import { checkArgument } from '../../../usage.js'
import type { Sink } from '../../contract.js'
import type { Destination } from '../../targets/index.js'
import { requireOptions } from '../options.js'
import { EncodeStream } from './encode-stream.js'
import { rowSink } from './row-sink.js'
import { createRowEncoder } from './transcode.js'

/**
 * Writes comma-separated values (RFC 4180) with a header line and LF line ends by default.
 *
 * @example
 * await pipeline(source, csv('result.csv.gz', { null: 'NULL' }))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of csv.
 */
export function csv(destination: Destination, options: CsvOptions & OutputOptions = {}): Sink {
  return rowSink('csv', destination, options)
}

/**
 * Writes tab-separated values: no quotes; tab, newline and backslash in a text as `\t`, `\n` and `\\`, NULL as `\N`.
 *
 * @example
 * await pipeline(source, tsv(process.stdout, { header: false }))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of tsv; while it works `E_TYPE` for a value whose
 * text is that for NULL.
 */
export function tsv(destination: Destination, options: TsvOptions & OutputOptions = {}): Sink {
  return rowSink('tsv', destination, options)
}

/**
 * Writes one JSON object a line.
 *
 * @example
 * await pipeline(source, ndjson('result.ndjson', { int64: 'string' }))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of ndjson.
 */
export function ndjson(destination: Destination, options: JsonOptions & OutputOptions = {}): Sink {
  return rowSink('ndjson', destination, options)
}

/**
 * Writes one JSON document: an array of objects, one a line.
 *
 * @example
 * await pipeline(source, json('result.json', { special: 'null' }))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of json.
 */
export function json(destination: Destination, options: JsonOptions & OutputOptions = {}): Sink {
  return rowSink('json', destination, options)
}

/**
 * Writes the msgpack rows of the API unchanged: one array a row, back to back.
 *
 * @example
 * await pipeline(source, msgpack('result.msgpack.gz'))
 * @throws SluiceError `E_USAGE` when an option is unknown, wrong or not one of msgpack.
 */
export function msgpack(destination: Destination, options: MsgpackOptions & OutputOptions = {}): Sink {
  return rowSink('msgpack', destination, options)
}

/**
 * A Node stream that encodes msgpack rows: the inflated bytes of a result in, in any chunking, the bytes of the format
 * out. It frames and validates on the way. It is destroyed with a `SluiceError`: `E_NOT_MSGPACK`, `E_MSGPACK`,
 * `E_MSGPACK_TRUNCATED`, `E_ROW_SHAPE`, `E_SCHEMA`, `E_TYPE`, `E_UTF8` or an `E_LIMIT_` code.
 *
 * @example
 * encode({ format: 'csv', header: false }, createPlan(schema, select(['time', 'path'])))
 * @throws SluiceError `E_USAGE` when the format is not one written row by row, or an option is unknown, wrong or not
 * one of the format.
 */
export function encode(spec: EncodeSpec, plan: Plan): Duplex {
  requireObject(spec, 'the first argument of encode')
  checkArgument(plan, 'the plan', 'plan')
  const { format, ...options } = spec
  if (!Object.hasOwn(FORMATS, format) || !FORMATS[format].isByRow)
    throw new SluiceError('E_USAGE', `there is no row format ${JSON.stringify(format)}`)
  requireOptions(format, options, 'name', (row) => row.isOfFile !== true)
  return new EncodeStream(createRowEncoder(spec, plan))
}
