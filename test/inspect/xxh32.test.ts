import t from 'tap'
import { xxh32 } from '../../src/inspect/xxh32.js'

t.test('the hash is that of the specification, for inputs of every length around a stripe', async (t) => {
  // What the command `xxhsum -H32` says of the beginnings of this text.
  const text = Buffer.from('Nobody inspects the spammish repetition')
  const wanted = { 0: 0x02cc5d05, 39: 0xe2293b2f }
  for (const [length, hash] of Object.entries(wanted)) t.equal(xxh32(text.subarray(0, Number(length))), hash)
  t.equal(xxh32(Buffer.from('a')), 0x550d7456)
  t.equal(xxh32(Buffer.from('abc')), 0x32d153ff)
  t.equal(xxh32(Buffer.from('abcdefghijklmnopqrstuvwxyz')), 0x63a14d5f)
})
