/** Every row of the fault table has a test that carries its id in its name. docs/reliability.md shows the table. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PAGE = readFileSync(join(ROOT, 'docs/reliability.md'), 'utf8')

/** The rows of the table, in its order. */
const IDS = [...PAGE.matchAll(/^\| ([A-I]\d+) \|/gm)].map(([, id]) => id!)

/** The names of all tests that run in the quick form. */
function testNames(): string[] {
  const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  return files
    .filter((path) => path.endsWith('.test.ts') && !path.endsWith('coverage.test.ts'))
    .flatMap((path) => {
      const text = readFileSync(join(ROOT, 'test', path), 'utf8')
      return [...text.matchAll(/(?:\bt\.test\(|\bname[:=]|const name =)\s*(['"`])(.*?)\1/gs)].map(
        ([, , name]) => name!,
      )
    })
}

/** The ids that begin a name, as in `A4, A5: …`, `D3 to D8: …`. */
function idsOf(name: string): string[] {
  const head = /^((?:[A-I]\d+(?:, | to )?)+):/.exec(name)?.[1] ?? ''
  return head.split(/, | to /).filter((id) => id !== '')
}

t.test('every row of the fault table has a test', async (t) => {
  const covered = new Set(testNames().flatMap(idsOf))
  t.strictSame(
    IDS.filter((id) => !covered.has(id)),
    [],
  )
  t.strictSame(
    [...covered].filter((id) => !IDS.includes(id)),
    [],
    'and no test names a row that is not there',
  )
})

t.test('the rows of the fault table are in order, and each is there once', async (t) => {
  const place = (id: string) => id.charCodeAt(0) * 1000 + Number(id.slice(1))
  const inOrder = [...new Set(IDS)].sort((a, b) => place(a) - place(b))
  t.strictSame(IDS, inOrder)
  t.ok(IDS.length > 100)
})

t.test(
  'each public report is shown by a row, a file of tests or a page, or is said to be open',
  async (t) => {
    const [, section = ''] = /^## Public reports, replayed$(.*?)^##/ms.exec(PAGE) ?? []
    const files = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    const isShown = (by: string) => {
      const [, name] = /^`([\w-]+(?:\.\w+)?)`$/.exec(by) ?? []
      if (name !== undefined)
        return files.some((path) => new RegExp(`(^|/)${name}(\\.slow)?(\\.test)?\\.ts$`).test(path))
      return IDS.includes(by) || by === 'open' || /^(\[.*\]\(.*\)|`npm run [\w:]+`)$/.test(by)
    }
    const rows = [...section.matchAll(/^\| (.*) \| .* \| .* \| (.*) \|$/gm)].slice(1)
    for (const [, scenario, shownBy] of rows)
      for (const by of shownBy!.split(', ')) t.ok(isShown(by), `${scenario}: ${by}`)
    t.ok(rows.length > 25)
  },
)
