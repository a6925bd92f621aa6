import t from 'tap'
import type { Random } from '../../bench/random.js'
import { KernelInstance } from '../../src/kernel/instance.js'
import { newKernel } from '../../src/kernel/module.js'
import { STATUS } from '../../src/kernel/numbers.js'
import { encodeSettings } from '../../src/kernel/settings.js'
import type { EncodeSpec } from '../../src/model/option-types.js'
import type { Plan } from '../../src/model/plan.js'
import * as pack from '../support/msgpack/pack.js'
import { planOf } from '../support/msgpack/plan.js'
import { seeded } from '../support/random/seed.js'

// Vectors are stored whole, so the kernel writes beyond the end of what it means to write: WRITE_SLACK in
// assembly/buffers.ts is kept for that behind the output, and the input begins there. Nothing of the input may change.

/** `instance.ts` copies no more at once. */
const WINDOW = 128 * 1024

/** Encodes the rows, and finds out whether the memory behind the output stays what was put there. */
function changesInput(spec: EncodeSpec, plan: Plan, rows: Buffer): string | undefined {
  const kernel = newKernel()
  const fail = () => new Error('the rows are wrong') as never
  new KernelInstance(fail, kernel).configure(encodeSettings(spec, plan))
  for (let at = 0; at < rows.length; at += WINDOW) {
    const window = rows.subarray(at, at + WINDOW)
    const address = kernel.reserve(window.length) >>> 0
    Buffer.from(kernel.memory.buffer).set(window, address)
    let status = kernel.advance(window.length)
    for (;;) {
      const now = Buffer.from(kernel.memory.buffer, address, window.length)
      if (!now.equals(window))
        return `byte ${at + now.findIndex((byte, i) => byte !== window[i])} of the input`
      if (status !== STATUS.full) break
      kernel.clearOutput()
      status = kernel.advance(0)
    }
    if (status === STATUS.failed) return 'the rows are wrong'
  }
  return undefined
}

const SPECS: EncodeSpec[] = [
  { format: 'csv' },
  { format: 'csv', escapeFormulas: true, quote: 'all', crlf: true },
  { format: 'tsv' },
  { format: 'ndjson' },
  { format: 'json', invalidUtf8: 'raw' },
]

/** Cells that grow most, and those whose last vector reaches far beyond their end. */
const CELLS: Record<string, (random: Random) => Buffer> = {
  'short texts': (random) => pack.str('\x01"é,x'[random.below(5)]!.repeat(random.below(100))),
  'long texts': (random) => pack.str('\x01"\n\\=,x'[random.below(7)]!.repeat(random.below(20_000))),
  'broken texts': (random) => pack.str(Buffer.alloc(random.below(9000), random.below(256))),
  numbers: (random) =>
    random.pick([
      pack.float64(Math.PI * 10 ** random.below(30)),
      pack.integer('uint64', 2n ** 64n - 1n),
      pack.NIL,
    ]),
  nested: (random) =>
    pack.array(
      Array(random.below(300)).fill(pack.map([[pack.str('"'), pack.str('\x02'.repeat(random.below(300)))]])),
    ),
}

for (const [name, cell] of Object.entries(CELLS)) {
  t.test(`${name}: a full output never runs into the input behind it`, async (t) => {
    const random = seeded(t)
    const names = ['a', 'b', 'c', 'd']
    const rows: Buffer[] = []
    for (let bytes = 0; bytes < 300_000; bytes += rows.at(-1)!.length)
      rows.push(pack.array([cell(random), pack.str('x'.repeat(random.below(16))), cell(random), pack.TRUE]))
    const straight = planOf(names)
    const careful = { ...straight, columns: [...straight.columns].reverse() }
    for (const spec of SPECS)
      for (const plan of [straight, careful])
        t.equal(changesInput(spec, plan, Buffer.concat(rows)), undefined, spec.format)
  })
}
