import { strict as assert } from 'node:assert'
import { SluiceError } from '../../../src/errors.js'
import { createEncoder } from '../../../src/kernel/encoder.js'
import type { EncodeSpec } from '../../../src/model/option-types.js'
import type { Plan } from '../../../src/model/plan.js'
import { encodeByReference } from '../../reference/encode.js'
import { inChunks, type RandomResult } from './results.js'

/** Everything an encoder does with a result, up to a failure. */
export function encodeAll(spec: EncodeSpec, plan: Plan, input: Iterable<Uint8Array>) {
  const encoder = createEncoder(spec, plan)
  const pieces = [encoder.begin()]
  let failure: SluiceError | undefined
  try {
    for (const chunk of input) for (const piece of encoder.push(chunk)) pieces.push(piece)
    pieces.push(encoder.end())
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error
    failure = error
  }
  const { rows, replacedTexts, done } = encoder
  return { bytes: Buffer.concat(pieces), rows, replacedTexts, done, failure }
}

/** Asserts that the kernel and the reference do the same with a result, to the byte. */
export function compareWithReference({ spec, plan, rows, chunks }: RandomResult): void {
  const expected = encodeByReference(spec, plan, rows)
  const bytes = Buffer.concat(rows.map((row) => row.bytes))
  const actual = encodeAll(spec, plan, inChunks(bytes, chunks))
  if (!actual.bytes.equals(expected.bytes))
    assert.equal(actual.bytes.toString('latin1'), expected.bytes.toString('latin1'))
  assert.equal(actual.rows, expected.rows)
  assert.equal(actual.failure?.code, expected.failure?.code)
  if (expected.failure === undefined) {
    assert.equal(actual.replacedTexts, expected.replacedTexts)
  } else {
    const { row, column } = expected.failure
    assert.ok(
      actual.failure?.message.startsWith(`row ${row}, column ${JSON.stringify(column)}: `),
      actual.failure?.message,
    )
  }
}
