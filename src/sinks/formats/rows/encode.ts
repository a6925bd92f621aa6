import type { Duplex } from 'node:stream'
import { createEncoder } from '../../../kernel/index.js'
import type { EncodeSpec } from '../../../model/formats.js'
import type { Plan } from '../../../model/plan.js'
import { EncodeStream } from './encode-stream.js'

/**
 * A Node stream that encodes msgpack rows: the inflated bytes of a result in, in any chunking, the bytes of the format
 * out. It frames and validates on the way.
 *
 * ```ts
 * encode({ format: 'csv', header: false }, createPlan(schema, select(['time', 'path'])))
 * ```
 *
 * Throws `E_USAGE` for options that make no sense. It is destroyed with a `SluiceError`: `E_NOT_MSGPACK`, `E_MSGPACK`,
 * `E_MSGPACK_TRUNCATED`, `E_ROW_SHAPE`, `E_SCHEMA`, `E_TYPE`, `E_UTF8` or an `E_LIMIT_` code.
 */
export function encode(spec: EncodeSpec, plan: Plan): Duplex {
  return new EncodeStream(createEncoder(spec, plan))
}
