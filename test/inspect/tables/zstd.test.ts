import { execFileSync, spawnSync } from 'node:child_process'
import t from 'tap'
import { unzstd, unzstdSync } from '../../../src/inspect/tables/zstd.js'

async function unpacked(bytes: Uint8Array, pieceBytes = bytes.length || 1): Promise<Buffer> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes)
  }
  const found: Uint8Array[] = []
  for await (const piece of unzstd(pieces(), 'x.zst')) found.push(piece)
  return Buffer.concat(found)
}

/** What the command `zstd` makes of the beginning of a text, with a checksum. */
const PACKED = {
  0: 'KLUv/SQAAQAAmenYUQ==',
  5: 'KLUv/QRYKQAAaGVsbG+jbZ+I',
  40: 'KLUv/QRYnQAAaGhlbGxvLCB6c3RkOyABABDOL3a7buk=',
  70: 'KLUv/QRYpQAAaGhlbGxvLCB6c3RkOyABAIZzfgEdpqsy',
}
const TEXT = 'hello, zstd; '.repeat(10)

t.test('frames are unpacked out of pieces of any size, one behind the other', async (t) => {
  for (const [length, packed] of Object.entries(PACKED)) {
    const bytes = Buffer.from(packed, 'base64')
    const wanted = TEXT.slice(0, Number(length))
    for (const pieceBytes of [1, 3, 1000]) t.equal((await unpacked(bytes, pieceBytes)).toString(), wanted)
    const skipped = Buffer.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3)
    t.equal((await unpacked(Buffer.concat([bytes, skipped, bytes]))).toString(), wanted + wanted)
  }
})

t.test(
  'D20: whatever bit of zstd is flipped, and wherever it is cut, no other bytes come of it',
  async (t) => {
    const bytes = Buffer.from(PACKED[70], 'base64')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes)
      flipped[bit >> 3]! ^= 1 << (bit & 7)
      const found = await unpacked(flipped).catch((error) => error.code as string)
      // The flag of the checksum itself is all that can go without one: what follows is no frame then.
      if (typeof found === 'string') t.match(found, /^E_(?:GZIP|GZIP_TRUNCATED|UNSUPPORTED)$/, `bit ${bit}`)
      else t.equal(found.toString(), TEXT.slice(0, 70), `bit ${bit}`)
    }
    for (let length = 0; length < bytes.length; length++)
      await t.rejects(unpacked(bytes.subarray(0, length)), { code: 'E_GZIP_TRUNCATED' }, `${length} bytes`)
    await t.rejects(unpacked(Buffer.concat([bytes, Buffer.of(1, 2, 3, 4)])), { code: 'E_GZIP' })
  },
)

t.test('D19: the checksums of zstd pages are compared', async (t) => {
  const bytes = Buffer.from(PACKED[70], 'base64')
  const page = (packed: Uint8Array, length = 70) => Buffer.from(unzstdSync(packed, length)).toString()
  const skipped = Buffer.of(0x5a, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3)
  for (const [length, packed] of Object.entries(PACKED))
    t.equal(page(Buffer.from(packed, 'base64'), Number(length)), TEXT.slice(0, Number(length)))
  t.equal(page(Buffer.concat([bytes, skipped, bytes]), 140), TEXT.slice(0, 70).repeat(2))
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const flipped = Buffer.from(bytes)
    flipped[bit >> 3]! ^= 1 << (bit & 7)
    let found = TEXT.slice(0, 70)
    try {
      found = page(flipped)
    } catch {
      // Every failure of a page is one of its file.
    }
    t.equal(found, TEXT.slice(0, 70), `bit ${bit}`)
  }
  const wrong = Buffer.from(bytes)
  wrong[wrong.length - 1]! ^= 1
  t.throws(() => page(wrong), /the checksum of a frame of zstd is another one/)
  t.throws(() => page(bytes, 69), RangeError)
  t.throws(() => page(bytes, 71), /a page has 70 of 71 bytes/)
  for (let length = 0; length < bytes.length; length++)
    t.throws(() => page(bytes.subarray(0, length)), RangeError, `${length} bytes`)
})

t.test('a frame that asks for gigabytes of memory is refused before they are taken', async (t) => {
  // A window of 2 GiB, of which a block of one byte needs nothing.
  const huge = Buffer.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8, 0x0b, 0x00, 0x00, 0x61)
  await t.rejects(unpacked(huge), { code: 'E_UNSUPPORTED', message: /2147483648 bytes of memory/ })
})

t.test(
  'text of many blocks has the checksum that the command zstd gives it',
  { skip: spawnSync('zstd', ['--version']).status !== 0 && 'zstd is not there' },
  async (t) => {
    const text = Buffer.from(Array.from({ length: 60_000 }, (_, i) => `${i},${Math.sin(i)}\n`).join(''))
    for (const length of [31, 32, 33, 63, 131_072, text.length]) {
      const part = text.subarray(0, length)
      const packed = execFileSync('zstd', ['-c'], { input: part })
      t.ok((await unpacked(packed, 65_536)).equals(part), `${length} bytes`)
      const other = Buffer.from(packed)
      other[packed.length - 1]! ^= 1
      await t.rejects(unpacked(other), { code: 'E_GZIP', message: /checksum/ })
    }
  },
)
