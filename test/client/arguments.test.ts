import t from 'tap'
import { PRIORITY_NAMES, parsePriority, priorityName } from '../../src/client/arguments.js'

t.test('every name of a priority is a number from -2 to 2, and back', async (t) => {
  t.strictSame(PRIORITY_NAMES.map(parsePriority), [-2, -1, 0, 1, 2])
  t.strictSame([-2, -1, 0, 1, 2].map(priorityName), PRIORITY_NAMES)
  t.equal(priorityName(3), undefined)
  t.equal(priorityName(-3), undefined)
})

t.test('priorities are taken as the td command writes them', async (t) => {
  for (const text of ['very low', 'VERY_LOW', ' -2 ', -2]) t.equal(parsePriority(text), -2, `${text}`)
  for (const text of ['norm', 'Normal', '0', '-0', -0]) t.ok(Object.is(parsePriority(text), 0), `${text}`)
  for (const text of ['+1', 'high', 1]) t.equal(parsePriority(text), 1, `${text}`)
  for (const text of ['3', 'constructor', '', 0.5]) {
    t.throws(() => parsePriority(text), {
      code: 'E_USAGE',
      message: /very-low, low, normal, high, very-high$/,
    })
  }
})
