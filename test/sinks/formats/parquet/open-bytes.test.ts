import t from 'tap'
import { OpenBytes, openBytesOf } from '../../../../src/sinks/formats/parquet/open-bytes.js'
import { planOf } from '../../../support/msgpack/plan.js'

t.test('when row groups together take too much, the larger ones close', async (t) => {
  const open = new OpenBytes(100)
  open.change(0, 90)
  t.notOk(open.wants(90), 'one alone may take it')
  open.change(0, 20)
  t.ok(open.wants(90), 'too much together')
  t.notOk(open.wants(20), 'a small one goes on')
  open.change(90, 0)
  t.notOk(open.wants(20))
  open.change(20, 60)
  open.change(0, 60)
  t.ok(open.wants(60), 'equal ones close one after the other')
})

t.test('files of one plan count together, those of another do not', async (t) => {
  const [one, other] = [planOf(['a']), planOf(['a'])]
  t.equal(openBytesOf(one), openBytesOf(one))
  t.not(openBytesOf(one), openBytesOf(other))
})
