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
  t.equal(suggestion('jp', ['us01', 'jp01', 'ap02', 'ap03']), '; did you mean jp01?')
  t.equal(suggestion('ap', ['us01', 'jp01', 'ap02', 'ap03']), '')
  t.equal(suggestion('utf-16', ['utf-8', 'utf-16le']), '; did you mean utf-16le?')
})
