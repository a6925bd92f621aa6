/** The long form of `gunzip.test.ts`, about a minute: `npm run test:long faults`. */
import t from 'tap'
import { StrictGunzip } from '../../../src/transforms/decode/gunzip.js'
import { InlineGunzip } from '../../../src/transforms/decode/inline-gunzip.js'
import { memberWith, outcome, sampleText } from '../../support/gzip/cases.js'

const WAYS = {
  'by zlib': () => new StrictGunzip(),
  inline: () => new InlineGunzip(),
}

for (const [by, gunzip] of Object.entries(WAYS)) {
  t.test(`C2: every bit flip of a gzip of 2 KiB, ${by}`, async (t) => {
    const text = sampleText(3600)
    const good = memberWith(text, 0x08, Buffer.from('result.msgpack\0'))
    t.ok(good.length >= 2048, `${good.length} bytes`)
    const found = { failed: 0, same: 0, WRONG: 0 }
    for (let bit = 0; bit < good.length * 8; bit++) {
      const bad = Buffer.from(good)
      bad[bit >> 3]! ^= 1 << (bit & 7)
      const got = await outcome(gunzip(), [bad.subarray(0, bit >> 3), bad.subarray(bit >> 3)])
      if (typeof got === 'string') found.failed++
      else if (got.equals(text)) found.same++
      else found.WRONG++
    }
    t.comment(found)
    t.equal(found.WRONG, 0)
  })

  t.test(`C1: every truncation of it, in two pieces, ${by}`, async (t) => {
    const good = memberWith(sampleText(3600), 0x08, Buffer.from('result.msgpack\0'))
    const wrong: number[] = []
    for (let at = 0; at < good.length; at++) {
      const got = await outcome(gunzip(), [good.subarray(0, at >> 1), good.subarray(at >> 1, at)])
      if (got !== 'E_GZIP_TRUNCATED') wrong.push(at)
    }
    t.strictSame(wrong, [])
  })
}
