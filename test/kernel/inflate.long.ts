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
import { byInflater, byZlib, difference } from '../support/gzip/compare.js'
import { BATCH, compareStreams } from '../support/gzip/run.js'

const VALID = Number(process.env.VALID ?? 1_000_000)
const DAMAGED = Number(process.env.DAMAGED ?? 10_000_000)

t.test(
  `C2: ${VALID} random streams and ${DAMAGED} damaged ones: the bytes or the message of zlib`,
  async (t) => {
    const begin = performance.now()
    const numbers = { valid: VALID, damaged: Math.ceil(DAMAGED / VALID) }
    const found = await compareStreams(t, numbers, deadlineOf(90) - begin)
    const { valid, damaged, inflated, refused, cpuMs, busiestMs } = found
    t.ok(inflated > 0 && refused > 0, 'both kinds')
    t.comment(`${((1000 * cpuMs) / (valid + damaged)).toFixed(0)} µs of processor time a stream`)
    const number = (count: number) => count.toLocaleString('en')
    const result = `${number(inflated)} the same bytes, ${number(refused)} refused with the same message; 0 differ, hang or trap; at most ${(busiestMs / 1e3).toFixed(2)} s of processor time for ${BATCH * (1 + numbers.damaged)} streams; ${inMinutes(performance.now() - begin)}`
    figures(
      t,
      'random gzip streams and damaged ones, inflated here and by zlib',
      `${number(valid)} and ${number(damaged)}`,
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
