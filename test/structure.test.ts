import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SRC = join(ROOT, 'src')

/** The first part of a path below `src`, without its extension. */
const roomOf = (path: string) => path.split('/')[0]!.replace(/\.[jt]s$/, '')

const textOf = (path: string) => readFileSync(join(SRC, path), 'utf8')

/** The sources, except the AssemblyScript, which imports only itself. */
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
  (path) => path.endsWith('.ts') && !path.startsWith('kernel/assembly/'),
)

/** Each room of the table in ARCHITECTURE.md with the rooms it may import. That table is the only one. */
function house(): Map<string, readonly string[]> {
  const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  const [, section] = /^## The house\n(.*?)^## /ms.exec(page)!
  const table = new Map<string, readonly string[]>()
  for (const [, path, allowed] of section!.matchAll(/^\| `src\/([\w.-]+)\/?` \|.*\| ([^|]+) \|$/gm)) {
    const above = [...table.keys()]
    table.set(
      roomOf(path!),
      allowed === 'all above' ? above : allowed === 'nothing' ? [] : allowed!.split(', '),
    )
  }
  return table
}

const HOUSE = house()

t.test('the table in ARCHITECTURE.md names each room of src, and no other', async (t) => {
  t.strictSame([...HOUSE.keys()].sort(), [...new Set(files.map(roomOf))].sort())
  for (const [room, allowed] of HOUSE) {
    for (const name of allowed) t.ok(HOUSE.has(name), `${room} may import ${name}`)
  }
})

/** What each file imports, by statement and dynamically. */
const imports = new Map(
  files.map((path) => {
    const targets = [...textOf(path).matchAll(/\b(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map(([, from]) =>
      join(dirname(path), from!).replace(/(\.js)?$/, '.ts'),
    )
    return [path, targets]
  }),
)

t.test('rooms import only what the table allows', async (t) => {
  for (const [path, targets] of imports) {
    const room = roomOf(path)
    for (const target of targets.filter((target) => roomOf(target) !== room)) {
      t.ok(HOUSE.get(room)?.includes(roomOf(target)), `${path} imports ${target}`)
    }
  }
})

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

t.test('imports make no circle, dynamic ones included', async (t) => {
  const done = new Set<string>()
  for (const path of files) t.equal(circle(path, [], done), undefined, path)
})

t.test('only the first files of the command touch the process', async (t) => {
  for (const path of files.filter((file) => /^cli\/(?!(main|run-main|start)\.ts$)/.test(file))) {
    const code = textOf(path).replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
    t.notMatch(code, /\bprocess\.(stdout|stderr|stdin|env|argv|exit|on|once|cwd)\b/, path)
  }
})

t.test('exports are listed by name', async (t) => {
  // Of two exports of one name, `export *` drops one without a word.
  for (const path of files) t.notMatch(textOf(path), /^export \*/m, path)
})

t.test('an exported name means one thing in the whole tree', async (t) => {
  // The sandbox is the other side of the API: its jobs and replies are not ours, and it knows only model and errors.
  const places = new Map<string, string[]>()
  for (const path of files.filter((file) => !/^(sandbox|kernel\/assembly)\//.test(file))) {
    const names = textOf(path).matchAll(
      /^export (?:declare |abstract |async )*(?:function\*?|class|const|interface|type|let) (\w+)/gm,
    )
    for (const name of new Set([...names].map(([, name]) => name!)))
      places.set(name, [...(places.get(name) ?? []), path])
  }
  for (const [name, paths] of places)
    if (paths.length > 1) t.fail(`${name} is exported by ${paths.join(' and ')}`)
  t.ok(places.size > 300, 'names were found')
})

t.test('no import opens stdin', async (t) => {
  // An import of node:process reads all of its properties, and `stdin` opens when it is read.
  for (const path of files) t.notMatch(textOf(path), /from 'node:process'/, path)
})

t.test('every helper of the tests has a user', async (t) => {
  const texts = ['test', 'bench', 'scripts'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.(ts|mjs)$/.test(path))
      .map((path) => ({ path: join(folder, path), text: readFileSync(join(ROOT, folder, path), 'utf8') })),
  )
  const helpers = texts.filter(
    ({ path }) => /^test\/(support|reference)\//.test(path) && !path.endsWith('.d.ts'),
  )
  for (const { path: helper } of helpers) {
    const name = helper.replace(/^.*\/(?=[^/]+\/)/, '').replace(/\.(ts|mjs)$/, '')
    const file = name.split('/')[1]
    const mention = new RegExp(`(${name}|\\./${file})\\b`)
    t.ok(
      texts.some(({ path, text }) => path !== helper && mention.test(text)),
      helper,
    )
  }
})
