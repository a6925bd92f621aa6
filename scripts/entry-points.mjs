// Entry points of the package, as package.json lists them: paths below src/ and dist/, without their extension.
import { readFileSync } from 'node:fs'

const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))

export const ENTRY_POINTS = Object.values(exports).flatMap(
  (entry) => /^\.\/dist\/(.+)\.js$/.exec(entry.default)?.[1] ?? [],
)
