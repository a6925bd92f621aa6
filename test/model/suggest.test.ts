import t from 'tap'
import { suggestion } from '../../src/model/suggest.js'

t.test('what is close is suggested, what is not is left alone', async (t) => {
  const known = ['query', 'query_file', 'output', 'limit', 'format']
  for (const [typed, meant] of [
    ['qurey', 'query'],
    ['QUERY', 'query'],
    ['queryfile', 'query_file'],
    ['ouput', 'output'],
    ['frmat', 'format'],
  ]) {
    t.equal(suggestion(typed!, known), `; did you mean ${meant}?`, typed!)
  }
  for (const typed of ['x', 'database', '', 'columns']) t.equal(suggestion(typed, known), '', typed)
  t.equal(suggestion('query', []), '')
})
