import { readFileSync } from 'node:fs'
import t from 'tap'
import {
  CASTS,
  CELL_KINDS,
  FAILED,
  FORMAT_NUMBERS,
  HASH_PARTS,
  HASH_WORDS,
  INFLATE_FAILED,
  INFLATE_STATUS,
  INVALID_UTF8,
  KEY_PARTS,
  KIND,
  MASKS,
  NO_OFFSET,
  nameOf,
  QUOTING,
  REPEATS_INPUT,
  SHAPES,
  SPECIAL,
  STATUS,
} from '../../src/kernel/numbers.js'

const source = (file: string) =>
  readFileSync(new URL(`../../src/kernel/assembly/${file}`, import.meta.url), 'utf8')

/** Names, in small letters, and numbers of a `const enum`; comments inside are left out. */
function enumOf(file: string, name: string): Record<string, number> {
  const [, body = ''] = new RegExp(`const enum ${name} \\{([^}]*)\\}`).exec(source(file)) ?? []
  const members = body.replace(/\/\*.*?\*\//gs, '').matchAll(/^\s*(\w+) = (\d+),$/gm)
  return Object.fromEntries([...members].map(([, member, value]) => [member!.toLowerCase(), Number(value)]))
}

const lowered = (table: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(table).map(([name, value]) => [name.toLowerCase(), value]))

const SHARED = [
  { table: FORMAT_NUMBERS, file: 'plan.ts', name: 'Format' },
  { table: INVALID_UTF8, file: 'plan.ts', name: 'InvalidUtf8' },
  { table: SPECIAL, file: 'plan.ts', name: 'Special' },
  { table: QUOTING, file: 'plan.ts', name: 'Quoting' },
  { table: CASTS, file: 'plan.ts', name: 'Cast' },
  { table: MASKS, file: 'plan.ts', name: 'Mask' },
  { table: KEY_PARTS, file: 'plan.ts', name: 'KeyPart' },
  { table: CELL_KINDS, file: 'cell-kinds.ts', name: 'CellKind' },
  { table: STATUS, file: 'index.ts', name: 'Status' },
  { table: FAILED, file: 'failure.ts', name: 'Failed' },
  { table: SHAPES, file: 'shapes.ts', name: 'ShapeKind' },
  { table: KIND, file: 'columns/tree.ts', name: 'Kind' },
  { table: INFLATE_STATUS, file: 'inflate/index.ts', name: 'Status' },
  { table: INFLATE_FAILED, file: 'inflate/state.ts', name: 'Failure' },
]

for (const { table, file, name } of SHARED) {
  t.test(`the loader and the kernel give the same numbers to ${name}`, async (t) => {
    t.strictSame(lowered(table), enumOf(file, name))
  })
}

t.test('the loader and the kernel agree on hashes of keys and their parts', async (t) => {
  t.match(source('watch.ts'), `HASH: usize = ${HASH_WORDS * 4}\n`)
  t.match(source('watch.ts'), `PARTS: usize = ${HASH_PARTS}\n`)
  t.match(source('repeats.ts'), `INPUT: usize = ${REPEATS_INPUT}\n`)
})

t.test('the loader and the kernel agree on the offset that means none', async (t) => {
  t.match(source('columns/host.ts'), 'NO_OFFSET: i32 = i32.MIN_VALUE\n')
  t.equal(NO_OFFSET, -(2 ** 31))
})

t.test('a number has the name of its table, and an unknown one has none', async (t) => {
  t.equal(nameOf(FAILED, 8), 'cast')
  t.equal(nameOf(FAILED, 0), undefined)
})
