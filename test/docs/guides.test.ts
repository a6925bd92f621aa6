import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import t from 'tap'

const ROOT = new URL('../../', import.meta.url).pathname
const GUIDES = join(ROOT, 'docs/guides')

const pages = readdirSync(GUIDES).map((name) => ({ name, text: readFileSync(join(GUIDES, name), 'utf8') }))
const examples = readdirSync(join(ROOT, 'examples')).map((name) =>
  readFileSync(join(ROOT, 'examples', name), 'utf8'),
)

t.test('the code of the guides is code of the examples, which the tests run', async (t) => {
  for (const { name, text } of pages) {
    for (const [, code] of text.matchAll(/^```ts\n(.*?)^```$/gms)) {
      t.ok(
        examples.some((example) => example.includes(code!)),
        `${name}: ${code!.split('\n')[0]}`,
      )
    }
  }
})

/** What `files` of package.json ships, and the files that npm always ships. */
const shipped: string[] = (() => {
  const { files }: { files: string[] } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`)
  const kept = files.filter((name) => !name.startsWith('!'))
  const dropped = files.flatMap((name) => (name.startsWith('!') ? [name.slice(1)] : []))
  return [
    'README.md',
    'LICENSE',
    ...kept,
    ...['docs', 'examples'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map(
        (path) => `${folder}/${path}`,
      ),
    ),
  ].filter((path) => !dropped.some((folder) => isBelow(path, folder)))
})()

t.test('links of shipped pages lead to shipped files', async (t) => {
  for (const page of shipped.filter((path) => path.endsWith('.md'))) {
    const text = readFileSync(join(ROOT, page), 'utf8').replace(/^```.*?^```$/gms, '')
    for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#\s]+)[^)]*\)/g)) {
      const target = join(dirname(page), link!).replace(/\/$/, '')
      t.ok(shipped.includes(target), `${page}: ${link}`)
    }
  }
  t.notOk(shipped.some((path) => path.startsWith('docs/decisions')))
})

t.test('links lead somewhere', async (t) => {
  for (const { name, text } of pages) {
    for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      t.ok(existsSync(join(dirname(join(GUIDES, name)), link!)), `${name}: ${link}`)
    }
  }
})
