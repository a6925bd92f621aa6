import t from 'tap'
import { Xxh64 } from '../src/xxh64.js'

const LONG = 'hello, zstd; '.repeat(7)

/** Texts and their hashes, as other programs print them. */
const KNOWN = {
  '': 'ef46db3751d8e999',
  a: 'd24ec4f1a98c6e5b',
  abc: '44bc2cf5ad770999',
  '0123456789abcdefghijkl': '7269f75c9cd8a141',
  [LONG]: '1abce4cd4af9757a',
  'Nobody inspects the spammish repetition': 'fbcea83c8a378bf1',
}

t.test('texts have their known hashes, in pieces of any size', async (t) => {
  for (const [text, wanted] of Object.entries(KNOWN))
    for (const size of [1, 5, 32, 100]) {
      const hash = new Xxh64()
      const bytes = Buffer.from(text)
      for (let at = 0; at < bytes.length; at += size) hash.update(bytes.subarray(at, at + size))
      const { high, low } = hash.digest()
      t.equal(Buffer.from(Uint32Array.of(low, high).buffer).reverse().toString('hex'), wanted, text)
    }
})
