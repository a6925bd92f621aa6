import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => `docs/${path}`),
]

/** Paths in code marks that begin with a folder of the project; `<…>` and `*` stand for any name. */
function pathsOf(text: string): string[] {
  return [...text.matchAll(/`((?:src|test|docs|scripts|bench|examples|\.ci)\/[\w./<>*-]*)`/g)].map(
    ([, path]) => path!,
  )
}

for (const page of pages) {
  t.test(`${page} names only paths that exist`, async (t) => {
    for (const path of pathsOf(readFileSync(join(ROOT, page), 'utf8'))) {
      const fixed = path.replace(/[^/]*[<*].*$/, '')
      t.ok(existsSync(join(ROOT, fixed)), path)
    }
  })
}

t.test('the scripts that the pages name exist', async (t) => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const page of pages) {
    for (const [, name] of readFileSync(join(ROOT, page), 'utf8').matchAll(/\bnpm run (?:-s )?([\w:-]+)/g)) {
      t.ok(Object.hasOwn(scripts, name!), `${page}: npm run ${name}`)
    }
  }
})
