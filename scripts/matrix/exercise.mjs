// What both forms of the matrix share: the program in each form that a project may want, the sandbox that it asks, and the
// line that it must print. Needs a build.
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { transformSync } from 'esbuild'
import { startSandbox } from '../../dist/sandbox/index.js'

/** One row, `[1, "a,b"]`, written by hand. */
const RESULT = Buffer.from('9201a3612c62', 'hex')
export const SCHEMA = '[["id","bigint"],["name","varchar"]]'
export const CSV = 'id,name\n1,"a,b"\n'
/** Of the rows of a job, then of those of a query. */
const NAMES = 'one,,one,'
export const EXPECTED = `matrix ${createHash('sha256').update(`${CSV}${NAMES}`).digest('hex').slice(0, 16)}`
/** Arguments of the command that print `CSV`. */
export const CONVERT = ['convert', 'result.msgpack', '--schema', SCHEMA, '-f', 'csv', '--quiet']

const WORKER = `import { Worker } from 'node:worker_threads'
new Worker(new URL('program.mjs', import.meta.url), { argv: process.argv.slice(2) })`

/** Writes an empty project that holds the program: as TypeScript, as a module to import or require, and as what prints the line. */
export function writeProject(folder, files = {}) {
  const program = readFileSync(fileURLToPath(new URL('program.ts', import.meta.url)), 'utf8')
  const compiled = (format) => transformSync(program, { loader: 'ts', format, target: 'node20' }).code
  const [esm, cjs] = ['esm', 'cjs'].map(compiled)
  const print = '\nexercise(process.argv[2], process.argv[3]).then((line) => console.log(line))\n'
  const all = {
    'package.json': '{ "private": true, "type": "module" }',
    'result.msgpack': RESULT,
    'program.ts': program,
    'exercise.mjs': esm,
    'exercise.cjs': cjs,
    'program.mjs': esm + print,
    'program.cjs': cjs + print,
    'worker.mjs': WORKER,
    ...files,
  }
  for (const [path, text] of Object.entries(all)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
}

/** A sandbox with a finished job. Its endpoint and the job's id are the arguments of the program. */
export async function startMatrixSandbox() {
  const sandbox = await startSandbox()
  const jobId = sandbox.addJob({
    schema: JSON.parse(SCHEMA),
    rows: [
      [1, 'one'],
      [2, null],
    ],
  })
  return { args: [sandbox.url, jobId], close: () => sandbox.close() }
}
