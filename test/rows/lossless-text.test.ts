import t from 'tap'
import { LosslessDecoder, losslessText } from '../../src/rows/lossless-text.js'

t.test('valid UTF-8 is read as it is', async (t) => {
  for (const text of ['', 'abc', 'é€😀', '\ufffd', 'x'.repeat(10_000) + '日本']) {
    t.equal(losslessText(Buffer.from(text)), text)
  }
})

t.test(
  'each invalid byte is half of a surrogate pair, and no two sequences of bytes are one text',
  async (t) => {
    t.equal(losslessText(Buffer.from('61ff62', 'hex')), 'a\udcffb')
    t.equal(losslessText(Buffer.from('e282', 'hex')), '\udce2\udc82')
    t.equal(losslessText(Buffer.from('e28261', 'hex')), '\udce2\udc82a')
    t.equal(losslessText(Buffer.from('c080', 'hex')), '\udcc0\udc80', 'a form that is too long')
    t.equal(losslessText(Buffer.from('eda080', 'hex')), '\udced\udca0\udc80', 'half of a pair')
    t.equal(losslessText(Buffer.from('f4908080', 'hex')), '\udcf4\udc90\udc80\udc80', 'beyond Unicode')
    const seen = new Set<string>()
    for (let bytes = 0; bytes < 65_536; bytes++) seen.add(losslessText(Buffer.of(bytes >> 8, bytes & 0xff)))
    t.equal(seen.size, 65_536)
  },
)

t.test('text in pieces is the text of the whole, without its byte order mark', async (t) => {
  const whole = Buffer.from('efbbbf61e282acf09f9880ffe282efbbbfe2', 'hex')
  const expected = 'a€😀\udcff\udce2\udc82\ufeff\udce2'
  for (let first = 0; first <= whole.length; first++) {
    for (let second = first; second <= whole.length; second++) {
      const decoder = new LosslessDecoder()
      const pieces = [whole.subarray(0, first), whole.subarray(first, second), whole.subarray(second)]
      t.equal(pieces.map((piece) => decoder.push(piece)).join('') + decoder.end(), expected)
    }
  }
})
