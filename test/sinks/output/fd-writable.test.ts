import { closeSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import t from 'tap'
import { FdWritable } from '../../../src/sinks/output/fd-writable.js'

t.test('what comes within one turn of the loop goes out at its end, together', async (t) => {
  const path = join(t.testdir(), 'out')
  const fd = openSync(path, 'w')
  t.teardown(() => closeSync(fd))
  const together: number[] = []
  class Counting extends FdWritable {
    override _writev(items: { chunk: Uint8Array }[], done: (error?: Error | null) => void): void {
      together.push(items.length)
      super._writev(items, done)
    }
  }
  const writable = new Counting(fd, 'out')
  for (const text of ['one ', 'two ', 'three ']) writable.write(Buffer.from(text))
  t.equal(readFileSync(path, 'utf8'), '', 'not before this turn ends')
  while (writable.writableLength > 0) await nextTurn()
  t.same(together, [3])
  writable.write(Buffer.from('four '))
  // The end needs no turn of its own.
  writable.end(Buffer.from('five'))
  await finished(writable)
  t.equal(readFileSync(path, 'utf8'), 'one two three four five')
  t.equal(writable.bytesWritten, 23)
})
