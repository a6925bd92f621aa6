/** The quick form of `clocks.long.ts`. */
import t from 'tap'
import { noFaketime } from '../support/places/clock.js'
import { jumpWhileAtWork, SAO_PAULO, slowSandbox, startAtChange } from '../support/places/periods.js'

t.setTimeout(600_000)

const sandbox = await slowSandbox(t)

t.test(
  'E25: of starts around a day without a midnight each period is exported once',
  { skip: noFaketime },
  async (t) => {
    t.equal(await startAtChange(t, sandbox, SAO_PAULO), 4)
  },
)

t.test(
  'E26: a clock that is set back while a run is at work takes nothing from it',
  { skip: noFaketime },
  (t) => jumpWhileAtWork(t, sandbox, '-2d'),
)
