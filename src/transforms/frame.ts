import { Transform } from 'node:stream'
import { createFramer } from '../kernel/framer.js'
import type { Limits } from '../model/limits.js'
import type { Plan } from '../model/plan.js'
import type { RowBlock } from '../model/row-block.js'
import type { ResultSchema } from '../model/schema.js'
import { createRowReader, ROW_READ_OPTIONS, type RowReadOptions } from '../rows/reader.js'
import { checkArgument, checkLimits, checkOptions } from '../usage.js'

const MIB = 1024 * 1024

/** A block has about 256 KiB, so a few of them are enough to keep both sides busy. */
const BLOCKS = 4

/**
 * A Node stream that cuts the bytes of a result, inflated, into {@link RowBlock}s: whole rows, validated, as
 * wide as the schema. Bytes in, blocks out in object mode.
 *
 * @throws SluiceError as the stream's error: `E_NOT_MSGPACK`, `E_MSGPACK`, `E_MSGPACK_TRUNCATED`, `E_ROW_SHAPE`,
 * `E_SCHEMA` or an `E_LIMIT_` code; at once `E_USAGE` for what is no schema or no limits.
 */
export function frame(schema: ResultSchema, limits: Partial<Limits> = {}): Transform {
  checkArgument(schema, 'the schema', 'schema')
  checkLimits(limits)
  const framer = createFramer({ width: schema.columns.length, limits })
  const pass = (stage: Transform, blocks: Iterable<RowBlock>, done: (error?: Error | null) => void) => {
    try {
      for (const block of blocks) stage.push(block)
    } catch (error) {
      return done(error as Error)
    }
    done()
  }
  return new Transform({
    readableObjectMode: true,
    writableHighWaterMark: MIB,
    readableHighWaterMark: BLOCKS,
    transform(chunk: Uint8Array, _encoding, done) {
      pass(this, framer.push(chunk), done)
    },
    flush(done) {
      pass(this, framer.end(), done)
    },
  })
}

/**
 * A Node stream that reads {@link RowBlock}s as JavaScript rows: blocks in, arrays of rows out, both in object mode. It
 * follows the plan's columns; casts and limits of the plan are not its business.
 *
 * @throws SluiceError as the stream's error: `E_TYPE` for a value that the options do not allow, such as an integer beyond 2^53;
 *   at once `E_USAGE` for what is no plan, and for an option that is unknown or has another shape.
 */
export function readRows(plan: Plan, options: RowReadOptions = {}): Transform {
  checkArgument(plan, 'the plan', 'plan')
  checkOptions(options, 'readRows', ROW_READ_OPTIONS)
  const read = createRowReader(plan, options)
  return new Transform({
    objectMode: true,
    highWaterMark: BLOCKS,
    transform(block: RowBlock, _encoding, done) {
      try {
        done(null, read(block).rows)
      } catch (error) {
        done(error as Error)
      }
    },
  })
}
