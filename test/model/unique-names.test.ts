import fc from 'fast-check'
import t from 'tap'
import { uniqueNames } from '../../src/model/unique-names.js'

t.test('a name that occurs again gets a number that is free', async (t) => {
  t.strictSame(uniqueNames(['a', 'b', 'a', 'a']), ['a', 'b', 'a_2', 'a_3'])
  t.strictSame(uniqueNames(['a', 'a_2', 'a']), ['a', 'a_2', 'a_3'])
  t.strictSame(uniqueNames(['a', 'a', 'a_2']), ['a', 'a_3', 'a_2'])
  t.strictSame(uniqueNames(['a', 'A', 'a_2'], true), ['a', 'A_3', 'a_2'])
  t.strictSame(uniqueNames(['a', 'A']), ['a', 'A'])
  t.strictSame(uniqueNames(['__proto__', '__proto__']), ['__proto__', '__proto___2'])
})

t.test('the names are unique, and first occurrences keep theirs', async () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'a_2', 'a_3', 'b', '')), (names) => {
      const unique = uniqueNames(names)
      return (
        new Set(unique).size === names.length &&
        names.every((name, i) => names.indexOf(name) < i || unique[i] === name)
      )
    }),
  )
})
