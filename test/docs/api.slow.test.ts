import t from 'tap'
import { apiOf } from '../../scripts/docs/api.js'
// @ts-expect-error a script without types
import { ENTRY_POINTS } from '../../scripts/entry-points.mjs'

const pages = [...apiOf()]

for (const [i, path] of (ENTRY_POINTS as string[]).entries()) {
  const [specifier, names] = pages[i]!
  t.test(
    `the page of ${specifier} has what a program can import from it, each with a sentence`,
    async (t) => {
      const real = Object.keys(await import(`../../src/${path}.js`))
      const values = names.filter(({ kind }) => kind !== 'type').map(({ name }) => name)
      t.strictSame(values.toSorted(), real.toSorted())
      for (const { name, says } of names) t.match(says, /^\S.{8,}/, name)
      t.equal(new Set(names.map(({ name }) => name)).size, names.length, 'each once')
    },
  )
}

t.test('no name is a value of two entry points', (t) => {
  const values = pages.flatMap(([, names]) =>
    names.filter(({ kind }) => kind !== 'type').map(({ name }) => name),
  )
  t.strictSame(
    values.filter((name, i) => values.indexOf(name) !== i),
    [],
  )
  t.end()
})
