import fc from 'fast-check'
import t from 'tap'
import { SluiceError } from '../../src/errors.js'
import { decodeText, encodingNamed } from '../../src/files/text.js'

const TOKYO = "select '東京'"
const CP932 = Buffer.from([...Buffer.from("select '"), 0x93, 0x8c, 0x8b, 0x9e, ...Buffer.from("'")])

function refused(bytes: Uint8Array, encoding?: string): SluiceError {
  try {
    decodeText(bytes, 'the SQL file a.sql', encoding)
  } catch (error) {
    if (error instanceof SluiceError) return error
    throw error
  }
  throw new Error('it was accepted')
}

t.test('UTF-8 is read, and its byte order mark is dropped', async (t) => {
  t.equal(decodeText(Buffer.from(TOKYO), 'x'), TOKYO)
  t.equal(decodeText(Buffer.from(`\ufeff${TOKYO}`), 'x'), TOKYO)
  t.equal(decodeText(Buffer.from('a\ufeffb'), 'x'), 'a\ufeffb', 'a mark inside is a character like any other')
  t.equal(decodeText(Buffer.alloc(0), 'x'), '')
})

t.test('UTF-16 is recognised by its byte order mark, in both orders', async (t) => {
  const little = Buffer.from(`\ufeff${TOKYO}`, 'utf16le')
  t.equal(decodeText(little, 'x'), TOKYO)
  t.equal(decodeText(Buffer.from(little).swap16(), 'x'), TOKYO)
})

t.test('bytes that are not UTF-8 are refused, naming the text and the byte', async (t) => {
  const error = refused(CP932)
  t.equal(error.code, 'E_USAGE')
  t.equal(error.message, 'the SQL file a.sql is not UTF-8: byte 8 is 0x93')
})

t.test('a text that ends inside a character is refused', async (t) => {
  t.match(refused(Buffer.from('東').subarray(0, 2)).message, /is not UTF-8: it ends inside a character/)
  t.match(refused(Buffer.from([0xff, 0xfe, 0x61])).message, /is not UTF-16LE: it ends inside/)
})

t.test('a named encoding is read as such, and checked', async (t) => {
  t.equal(decodeText(CP932, 'x', encodingNamed('cp932')), TOKYO)
  t.equal(decodeText(CP932, 'x', encodingNamed('Shift_JIS')), TOKYO)
  t.equal(decodeText(Buffer.from([0xe9]), 'x', encodingNamed('cp1252')), 'é')
  t.match(
    refused(Buffer.from([0x61, 0x93]), encodingNamed('cp932')).message,
    /is not SHIFT_JIS: it ends inside/,
  )
})

t.test(
  'windows-1252 is read as such by any of its names, which decoders of Node 20 take for ISO 8859-1',
  async (t) => {
    const bytes = Buffer.from([0x80, 0x93, 0xe9, 0x81, 0x9f, 0x27])
    for (const name of ['windows-1252', 'CP1252', 'latin1', 'iso-8859-1'])
      t.equal(decodeText(bytes, 'x', encodingNamed(name)), "€“é\x81Ÿ'", name)
  },
)

t.test('an unknown encoding is a usage error', async (t) => {
  t.throws(() => encodingNamed('klingon'), { code: 'E_USAGE', message: 'unknown encoding "klingon"' })
})

t.test('every text that is accepted is one whose bytes are those of the file', async () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      let text: string
      try {
        text = decodeText(bytes, 'x')
      } catch (error) {
        return (
          (error as SluiceError).code === 'E_USAGE' &&
          /byte \d+ is 0x|it ends inside/.test((error as Error).message)
        )
      }
      const marks = [Buffer.from(text), Buffer.from(`\ufeff${text}`), Buffer.from(`\ufeff${text}`, 'utf16le')]
      const swapped = Buffer.from(`\ufeff${text}`, 'utf16le').swap16()
      return [...marks, swapped].some((possible) => possible.equals(bytes))
    }),
    { numRuns: 2000 },
  )
})
