/** Clocks that somebody sets, and that change for summer: `npm run test:long places`. Needs a build and libfaketime. */
import t from 'tap'
import { figures } from '../support/figures/figures.js'
import { noFaketime } from '../support/places/clock.js'
import { CHANGES, jumpWhileAtWork, slowSandbox, startAtChange } from '../support/places/periods.js'

const sandbox = await slowSandbox(t)
let [starts, jumps] = [0, 0]

for (const [name, change] of Object.entries(CHANGES)) {
  t.test(`E25: each period is exported once: ${name}`, { skip: noFaketime }, async (t) => {
    starts += await startAtChange(t, sandbox, change)
  })
}

for (const jump of ['+2d', '-2d', '@1970-01-02 00:00:00', '@2040-01-01 00:00:00']) {
  t.test(`E26: the clock jumps to ${jump} while a run is at work`, { skip: noFaketime }, async (t) => {
    await jumpWhileAtWork(t, sandbox, jump)
    jumps++
  })
}

t.teardown(() => {
  const what = 'starts of a manifest as clocks change for summer; runs whose clock jumps by days and decades'
  figures(
    t,
    what,
    `${starts}; ${jumps}`,
    'each period once; each run to its end, its lock kept',
    'clocks.long',
  )
})
