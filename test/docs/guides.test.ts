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

t.test('links lead somewhere', async (t) => {
  for (const { name, text } of pages) {
    for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)) {
      t.ok(existsSync(join(dirname(join(GUIDES, name)), link!)), `${name}: ${link}`)
    }
  }
})
