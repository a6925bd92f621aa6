import { strict as assert } from 'node:assert'
import { SluiceError } from '../../../src/errors.js'
import { createEncoder } from '../../../src/kernel/encoder.js'
import type { CastTarget } from '../../../src/model/casts.js'
import { castType } from '../../../src/model/casts.js'
import type { EncodeSpec } from '../../../src/model/option-types.js'
import type { Plan, PlanColumn } from '../../../src/model/plan.js'
import { array } from './pack.js'

/** A plan that changes nothing for columns of these names, or that casts one column. */
export function planOf(names: readonly string[], cast?: CastTarget): Plan {
  const type = { kind: 'unknown', text: '' } as const
  const columns = names.map((name, source): PlanColumn => {
    const column = { source, name, type }
    return cast === undefined ? column : { ...column, cast, type: castType(cast) }
  })
  return {
    schema: { columns: names.map((name) => ({ name, type, typeText: '' })), inferred: false },
    columns,
  }
}

/** The whole output for input in one chunk, or what the encoder throws. */
export function encodeBytes(spec: EncodeSpec, plan: Plan, input: Uint8Array): Buffer {
  const encoder = createEncoder(spec, plan)
  return Buffer.concat([encoder.begin(), ...encoder.push(input), encoder.end()])
}

/** How one cell goes out, without header and line end; as JSON its value. */
export function encodeCell(spec: EncodeSpec, cell: Uint8Array, cast?: CastTarget): string {
  const isText = spec.format === 'csv' || spec.format === 'tsv'
  const options = isText ? { ...spec, header: false } : spec
  const output = encodeBytes(options, planOf(['c'], cast), array([cell])).toString()
  return isText ? output.slice(0, -1) : output.slice('{"c":'.length, -'}\n'.length)
}

/** The error that an action ends with. */
export function errorOf(action: () => unknown): SluiceError {
  try {
    action()
  } catch (error) {
    if (error instanceof SluiceError) return error
    throw error
  }
  return assert.fail('no error was thrown')
}
