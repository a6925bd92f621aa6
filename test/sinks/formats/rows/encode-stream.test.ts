import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import t from 'tap'
import type { RowEncoder } from '../../../../src/kernel/encoder.js'
import { EncodeStream } from '../../../../src/sinks/formats/rows/encode-stream.js'

/** Passes chunks on, one row each, and counts what it is asked for after its release. */
class PassingEncoder implements RowEncoder {
  readonly heldBytes = 0
  readonly replacedTexts = 0
  readonly done = false
  released = 0
  askedLate = 0
  #rows = 0

  get rows(): number {
    this.#note()
    return this.#rows
  }

  begin(): Uint8Array {
    this.#note()
    return Buffer.from('header\n')
  }

  *push(chunk: Uint8Array): Iterable<Uint8Array> {
    this.#note()
    if (chunk[0] === 0) throw new Error('damage')
    this.#rows++
    yield chunk
    this.#note()
    yield chunk
  }

  end(): Uint8Array {
    this.#note()
    return Buffer.from('end\n')
  }

  recycle(): void {
    this.#note()
  }

  release(): void {
    this.released++
  }

  #note(): void {
    if (this.released > 0) this.askedLate++
  }
}

t.test('a stage that fails gives the memory of its encoder back once, and keeps its totals', async (t) => {
  const encoder = new PassingEncoder()
  const stage = new EncodeStream(encoder)
  const source = Readable.from([Buffer.from('a\n'), Buffer.from('b\n'), Buffer.of(0)])
  await t.rejects(
    pipeline(source, stage, (chunks) => Readable.from(chunks).resume()),
    { message: 'damage' },
  )
  t.match(encoder, { released: 1, askedLate: 0 })
  t.equal(stage.rows, 2)
})

for (const when of ['header\n', 'a\n', 'end\n']) {
  t.test(`a reader may destroy a stage when it gets ${JSON.stringify(when)}`, async (t) => {
    const encoder = new PassingEncoder()
    const stage = new EncodeStream(encoder)
    const read: string[] = []
    const closed = new Promise((resolve) => stage.once('close', resolve))
    stage.on('error', (error) => t.fail(error.message))
    stage.on('data', (piece) => {
      read.push(String(piece))
      if (String(piece) === when) stage.destroy()
    })
    stage.end('a\n')
    await closed
    t.equal(read.at(-1), when)
    t.match(encoder, { released: 1, askedLate: 0 })
    t.equal(stage.rows, when === 'header\n' ? 0 : 1)
  })
}
