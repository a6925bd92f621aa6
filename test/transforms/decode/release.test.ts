import { memoryUsage } from 'node:process'
import t from 'tap'
import { release } from '../../../src/transforms/decode/release.js'

const MIB = 1024 * 1024

t.test('a buffer that is released is empty, and its memory is free at once', async (t) => {
  const before = memoryUsage().arrayBuffers
  for (let i = 0; i < 64; i++) {
    const chunk = Buffer.allocUnsafeSlow(MIB).fill(i)
    release(chunk.buffer as ArrayBuffer)
    t.equal(chunk.byteLength, 0)
  }
  const grown = memoryUsage().arrayBuffers - before
  t.ok(grown < 2 * MIB, `${grown} bytes`)
})

t.test('what takes the memory away does not keep a program running', (t) => {
  release(new ArrayBuffer(8))
  t.notOk(process.getActiveResourcesInfo().includes('MessagePort'))
  t.end()
})
