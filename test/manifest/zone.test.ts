import t from 'tap'
import { zoneNamed } from '../../src/manifest/zone.js'
import { zoneOffset } from '../../src/model/zone-offset.js'

t.test('a zone tells the offset of each instant, asked once, again, and after many others', async (t) => {
  const zone = zoneNamed('Europe/Berlin')
  const offsetAt = zoneOffset('Europe/Berlin')
  // A year in steps of four hours: more instants than a zone remembers.
  const instants = Array.from({ length: 2200 }, (_, i) => Date.UTC(2026, 0, 1) + i * 4 * 3_600_000)
  for (const instant of [...instants, ...instants, ...instants.slice(-5), ...instants.slice(-5)])
    if (zone.offset(instant) !== offsetAt(instant)) t.fail(new Date(instant).toISOString())
  t.equal(zone.offset(Date.UTC(2026, 6, 1)), 7_200_000)
  t.ok(Number.isNaN(zone.offset(Number.NaN)))
})
