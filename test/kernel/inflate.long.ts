/**
 * The long form of `inflater.test.ts`: `npm run test:long inflate`. VALID and DAMAGED set how many streams are compared,
 * 1,000,000 and 10,000,000 by default, MINUTES after how long it ends all the same.
 */
import { strict as assert } from 'node:assert'
import { setImmediate as turn } from 'node:timers/promises'
import { constants, gunzipSync, gzipSync } from 'node:zlib'
import t from 'tap'
import { deadlineOf, figures, inMinutes } from '../support/figures/figures.js'
import { sampleText } from '../support/gzip/cases.js'
import { byInflater, byZlib, difference, randomChunks, randomRoom } from '../support/gzip/compare.js'
import { damaged, randomGzip } from '../support/gzip/streams.js'
import { seeded } from '../support/random/seed.js'

const VALID = Number(process.env.VALID ?? 1_000_000)
const DAMAGED = Number(process.env.DAMAGED ?? 10_000_000)

t.test(
  `C2: ${VALID} random streams and ${DAMAGED} damaged ones: the bytes or the message of zlib`,
  async (t) => {
    const random = seeded(t)
    const deadline = deadlineOf(600)
    const begin = performance.now()
    const counts = { valid: 0, damaged: 0, inflated: 0, refused: 0, slowest: 0 }
    const compare = (packed: Buffer) => {
      const expected = byZlib(packed)
      counts[typeof expected === 'string' ? 'refused' : 'inflated'] += 1
      const before = process.cpuUsage()
      const found = byInflater(
        random.oneIn(2) ? [packed] : randomChunks(packed, random),
        randomRoom(expected, random),
      )
      const { user, system } = process.cpuUsage(before)
      counts.slowest = Math.max(counts.slowest, user + system)
      assert.equal(difference(found, expected), undefined, packed.toString('base64'))
    }
    while (counts.valid < VALID && performance.now() < deadline) {
      const most = random.oneIn(200) ? 3_000_000 : 5000
      const packed = randomGzip(random, most)
      compare(packed)
      counts.valid += 1
      for (let left = DAMAGED / VALID; left > 0; left--) {
        compare(damaged(packed, random))
        counts.damaged += 1
      }
      // Node closes the engines of zlib that failed on a later turn of the loop.
      await turn()
      if (counts.valid % 1000 === 0) t.pass(`${counts.valid} streams`)
    }
    const howOften = `${counts.valid.toLocaleString('en')} and ${counts.damaged.toLocaleString('en')}`
    const result = `${counts.inflated.toLocaleString('en')} the same bytes, ${counts.refused.toLocaleString('en')} refused with the same message; 0 differ, hang or trap; at most ${(counts.slowest / 1e6).toFixed(2)} s of processor time`
    t.comment(inMinutes(performance.now() - begin))
    figures(
      t,
      'random gzip streams and damaged ones, inflated here and by zlib',
      howOften,
      result,
      'inflate.long',
    )
  },
)

t.test('C1, C2: every truncation and every bit flip of streams of each level and strategy', async (t) => {
  const text = sampleText(600)
  let changes = 0
  for (let level = 0; level <= 9; level++) {
    for (const strategy of [
      constants.Z_DEFAULT_STRATEGY,
      constants.Z_HUFFMAN_ONLY,
      constants.Z_RLE,
      constants.Z_FIXED,
    ]) {
      const packed = gzipSync(text, { level, strategy })
      for (let bit = 0; bit < packed.length * 8; bit++) {
        const bad = Buffer.from(packed)
        bad[bit >> 3]! ^= 1 << (bit & 7)
        assert.equal(difference(byInflater([bad]), byZlib(bad)), undefined, `level ${level}, bit ${bit}`)
        if (changes++ % 500 === 0) await turn()
      }
      for (let at = 0; at < packed.length; at++) {
        const cut = packed.subarray(0, at)
        assert.equal(difference(byInflater([cut]), byZlib(cut)), undefined, `level ${level}, cut at ${at}`)
        if (changes++ % 500 === 0) await turn()
      }
      t.ok(text.equals(gunzipSync(packed)))
    }
  }
  figures(
    t,
    'every bit flip and truncation of 40 small streams',
    changes.toLocaleString('en'),
    'as zlib',
    'inflate.long',
  )
})
