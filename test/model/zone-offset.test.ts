import fc from 'fast-check'
import t from 'tap'
import { zoneOffset } from '../../src/model/zone-offset.js'

const MINUTE_MS = 60_000
/** The furthest instant from 1970 that `Date` holds. */
const FURTHEST = 8.64e15

t.test('UTC is never ahead of itself, in no year that a date can have', async (t) => {
  const offset = zoneOffset('UTC')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: -FURTHEST, max: FURTHEST }),
        // The years 0 to 99, which Date.UTC takes for others.
        fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('0099-12-31T23:59:59Z') }),
      ),
      (instant) => offset(instant) === 0,
    ),
  )
  t.pass()
})

t.test('clocks change at the instant when summer time begins and ends', async (t) => {
  const offset = zoneOffset('Europe/Berlin')
  const begin = Date.parse('2026-03-29T01:00:00Z')
  const end = Date.parse('2026-10-25T01:00:00Z')
  t.equal(offset(begin - 1), 60 * MINUTE_MS)
  t.equal(offset(begin), 120 * MINUTE_MS)
  t.equal(offset(end - 1), 120 * MINUTE_MS)
  t.equal(offset(end), 60 * MINUTE_MS)
  t.equal(zoneOffset('America/St_Johns')(begin), -150 * MINUTE_MS)
})

t.test('an instant that no date can hold has no offset, a zone that is none is refused', async (t) => {
  t.ok(Number.isNaN(zoneOffset('Asia/Tokyo')(FURTHEST + 1)))
  t.throws(() => zoneOffset('Mars/Olympus'), RangeError)
})
