/** How tests run TypeScript modules of the project in other processes and threads. */
import { join, relative } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Worker } from 'node:worker_threads'

const ROOT = fileURLToPath(new URL('../../../', import.meta.url))

/** Where `npm test` has every module compiled, and runs the tests from (`scripts/compile-tests.mjs`). */
const COMPILED = join(ROOT, 'compiled')

/** A test that is run by itself may find there what has become old. */
const isCompiled = process.argv[1]?.startsWith(COMPILED) ?? false

const TSX = pathToFileURL(join(ROOT, 'node_modules/tsx/dist/esm'))

/** Node's options with which a process runs modules: to compile one again takes more processor time than most of them. */
export const LOADER_ARGS: readonly string[] = isCompiled ? [] : ['--import', `${TSX}/index.mjs`]

/** The path from which a process with {@link LOADER_ARGS} runs a module; `source`: where it stands in the project. */
export function runnable(source: URL): string {
  const path = fileURLToPath(source)
  return isCompiled ? join(COMPILED, relative(ROOT, path)).replace(/\.ts$/, '.js') : path
}

/** The same as a specifier in the text of a program: a string literal. */
export function importable(source: URL): string {
  return JSON.stringify(pathToFileURL(runnable(source)).href)
}

/** Node's arguments for the text of a module; what it imports of the project is named by {@link importable}. */
export function programArgs(program: string): string[] {
  return [...LOADER_ARGS, '--input-type=module', '-e', program]
}

/** Starts a thread that runs a module. */
export function startThread(source: URL, workerData: unknown): Worker {
  if (isCompiled) return new Worker(runnable(source), { workerData })
  const program = `import('${TSX}/api/index.mjs').then(({ register }) => { register(); import(${importable(source)}) })`
  return new Worker(program, { eval: true, workerData })
}
