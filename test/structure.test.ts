import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import t from 'tap'

const SRC = new URL('../src', import.meta.url).pathname

/** Which folders of `src` a folder may import from, besides itself. ARCHITECTURE.md shows the same table. */
const ALLOWED: Record<string, readonly string[]> = {
  model: [],
  errors: [],
  abort: ['errors'],
  version: [],
  files: ['errors'],
  rows: ['model', 'errors'],
  kernel: ['rows', 'model', 'errors', 'abort'],
  client: ['model', 'errors', 'abort', 'version'],
  sources: ['client', 'files', 'model', 'errors', 'abort'],
  transforms: ['rows', 'kernel', 'model', 'errors', 'abort'],
  sinks: ['rows', 'kernel', 'files', 'model', 'errors', 'abort', 'version'],
  pipeline: ['sources', 'transforms', 'sinks', 'rows', 'kernel', 'client', 'model', 'errors', 'abort'],
  inspect: ['pipeline', 'sources', 'transforms', 'rows', 'kernel', 'model', 'errors', 'abort'],
  manifest: ['pipeline', 'sources', 'transforms', 'sinks', 'client', 'files', 'model', 'errors', 'abort'],
  sandbox: ['model', 'errors', 'abort', 'version'],
}

/** The first part of a path below `src`, which is what the table speaks of. */
const roomOf = (path: string) => path.split('/')[0]!.replace(/\.[jt]s$/, '')

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'))

t.test('imports point one way', async (t) => {
  for (const path of files) {
    const room = roomOf(path)
    const allowed = ALLOWED[room]
    if (allowed === undefined || path.startsWith('kernel/assembly/')) continue
    const text = readFileSync(join(SRC, path), 'utf8')
    for (const [, from] of text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
      const target = roomOf(relative(SRC, normalize(join(SRC, dirname(path), from!))))
      if (target !== room) t.ok(allowed.includes(target), `${path} imports ${from}`)
    }
  }
})

/** A file of `src`, and those it imports by statements: values and types. What it loads when it runs may lead back. */
const imports = new Map(
  files.map((path) => {
    const text = readFileSync(join(SRC, path), 'utf8')
    const targets = [...text.matchAll(/\b(?:from|import)\s*'(\.[^']+)'/g)].map(([, from]) =>
      join(dirname(path), from!).replace(/(\.js)?$/, '.ts'),
    )
    return [path, targets]
  }),
)

/** The way from a file of a circle back to itself, or undefined; `done` are files that lead to none. */
function circle(path: string, way: readonly string[], done: Set<string>): string | undefined {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path].join(' > ')
  if (done.has(path)) return undefined
  for (const target of imports.get(path)!) {
    const found = circle(target, [...way, path], done)
    if (found !== undefined) return found
  }
  done.add(path)
  return undefined
}

t.test('imports make no circle', async (t) => {
  const done = new Set<string>()
  for (const path of files) t.equal(circle(path, [], done), undefined, path)
})

t.test('only the main file of the command touches the process', async (t) => {
  for (const path of files.filter((file) => file.startsWith('cli/') && file !== 'cli/main.ts')) {
    const text = readFileSync(join(SRC, path), 'utf8').replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    t.notMatch(text, /\bprocess\.(stdout|stderr|stdin|env|argv|exit|on|once|cwd)\b/, path)
  }
})

t.test('files stay short', async (t) => {
  for (const path of files.filter((file) => !file.startsWith('kernel/'))) {
    const lines = readFileSync(join(SRC, path), 'utf8').split('\n').length
    t.ok(lines <= 310, `${path} has ${lines} lines`)
  }
})

t.test('nothing opens stdin by being imported', async (t) => {
  // An import of node:process reads all of its properties, and `stdin` opens when it is read.
  for (const path of files) {
    if (path.startsWith('kernel/assembly/')) continue
    t.notMatch(readFileSync(join(SRC, path), 'utf8'), /from 'node:process'/, path)
  }
})
