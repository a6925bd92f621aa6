import t from 'tap'
import { lz4Frame } from '../../src/inspect/lz4.js'

const TEXT = 'hello, lz4; '.repeat(20)

/** What the command `lz4` makes of the text, with checksums of its content or of its blocks as well, and without one. */
const FRAMES = {
  content: 'BCJNGGRApxYAAADPaGVsbG8sIGx6NDsgDADMUGx6NDsgAAAAABabKSg=',
  blocks: 'BCJNGHRAvRYAAADPaGVsbG8sIGx6NDsgDADMUGx6NDsg0vFWGAAAAAAWmyko',
  none: 'BCJNGGBAghYAAADPaGVsbG8sIGx6NDsgDADMUGx6NDsgAAAAAA==',
}

const unpacked = (frame: Uint8Array) => Buffer.from(lz4Frame(frame, TEXT.length)).toString()

t.test('frames with and without checksums are unpacked', async (t) => {
  for (const [name, packed] of Object.entries(FRAMES))
    t.equal(unpacked(Buffer.from(packed, 'base64')), TEXT, name)
})

t.test('D20: whatever bit of a frame with a checksum is flipped, no other bytes come of it', async (t) => {
  for (const name of ['content', 'blocks'] as const) {
    const bytes = Buffer.from(FRAMES[name], 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      // The length of a match that the last sequence does not have means nothing.
      let found = TEXT
      try {
        found = unpacked(flipped)
      } catch (error) {
        t.type(error, RangeError, `${name}, bit ${bit}`)
      }
      t.equal(found, TEXT, `${name}, bit ${bit}`)
    }
    for (let length = 0; length < bytes.length; length++)
      t.throws(() => unpacked(bytes.subarray(0, length)), RangeError, `${name}, ${length} bytes`)
  }
})

t.test('D20: the checksum that is another one is named', async (t) => {
  const other = (name: keyof typeof FRAMES, at: number) => {
    const bytes = Buffer.from(FRAMES[name], 'base64')
    const i = at < 0 ? bytes.length + at : at
    bytes[i]! ^= 1
    return () => unpacked(bytes)
  }
  t.throws(other('none', 6), /of the header of a frame/)
  t.throws(other('content', -1), /of a frame of LZ4/)
  t.throws(other('blocks', -9), /of a block of LZ4/)
})
