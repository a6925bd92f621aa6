// Runs test files, each in a process of its own, and says what they found in a form that a person reads to its end: a line
// a test file, of a red file only what failed. The files are plain tap programs; tap's own runner would load its loaders
// for mocks and coverage, which nobody asks for here, into each of them: 0.7 s of processor time a file.
import { spawn } from 'node:child_process'
import { readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { compiledPath, compileTests } from './compile-tests.mjs'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const PASSED = /^(\s*)ok \d+ - (.*?)(?: # time=\S+)?$/
const PLAN = /^\s*1\.\.(\d+)/
/** Most files wait for processes and timers half of their time, so more than one a processor. */
const JOBS = 4
/** Seconds a file may take. Generous: it is to tell of a test that hangs, not of a busy machine. */
const TIMEOUT = 600
/** Milliseconds a file has then to say where it hung. */
const GRACE = 15_000

/**
 * @typedef {{ file: string, text: string }} Red a file that failed, and what failed in it
 * @typedef {object} Options
 * @property {number} [jobs] files at a time
 * @property {number} [timeout] seconds a file may take
 * @property {Record<string, string>} [env] variables beside those of this process
 * @property {(line: string) => void} [print] where lines go as they come; to nowhere unless told
 */

/** Every test file of the project, those first that take long, so that none is left alone at the end. */
export async function testFiles() {
  const names = await readdir(`${ROOT}test`, { recursive: true })
  const files = names.filter((name) => name.endsWith('.test.ts')).map((name) => `test/${name}`)
  return [...files.filter(isSlow).sort(), ...files.filter((file) => !isSlow(file)).sort()]
}

/** Whether a file is left out of `npm run test:quick`, as its name says. */
export function isSlow(file) {
  return file.endsWith('.slow.test.ts')
}

/**
 * Compiles the project and runs test files. Needs a build.
 *
 * @param {string[]} files relative to the project's folder
 * @param {Options} [options]
 * @returns {Promise<Red[]>} the files that failed; none where all passed
 */
export async function runTests(files, { jobs = JOBS, timeout = TIMEOUT, env = {}, print = () => {} } = {}) {
  await compileTests()
  const begin = performance.now()
  const red = []
  const waiting = files.entries()
  const work = async () => {
    for (const [index, file] of waiting) {
      const began = performance.now()
      const text = await runFile(compiledPath(file), { timeout, env })
      const time = `# time=${((performance.now() - began) / 1000).toFixed(1)}s`
      print(`${text === '' ? 'ok' : 'not ok'} ${index + 1} - ${file} ${time}`)
      if (text === '') continue
      print(text)
      red.push({ file, text })
    }
  }
  await Promise.all(Array.from({ length: jobs }, work))
  print(`1..${files.length}`)
  print(`# { total: ${files.length}, pass: ${files.length - red.length}, fail: ${red.length} }`)
  print(`# time=${((performance.now() - begin) / 1000).toFixed(0)}s`)
  return red
}

/**
 * Runs a program that tells in TAP what it tested, from the project's folder.
 *
 * @param {string} file a JavaScript module
 * @param {{ timeout: number, env?: Record<string, string> }} options as of {@link runTests}
 * @returns {Promise<string>} what failed; nothing where all passed
 */
export async function runFile(file, { timeout, env = {} }) {
  const child = spawn(process.execPath, ['--enable-source-maps', file], {
    cwd: ROOT,
    // TAP: no colours and no summary for people. The file ends itself, and says where it hung, before it is ended here.
    env: { ...process.env, ...env, TAP: '1', TAP_TIMEOUT: String(timeout), TD_SLUICE_IS_BUILT: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const overdue = setTimeout(() => child.kill('SIGKILL'), timeout * 1000 + GRACE)
  const [output, errors, ending] = await Promise.all([
    textOf(child.stdout),
    textOf(child.stderr),
    new Promise((resolve) => {
      child.once('error', (error) => resolve(String(error)))
      child.once('close', (code, signal) => resolve(signal ?? code))
    }),
  ])
  clearTimeout(overdue)
  const { failed, planned } = failures(output)
  if (ending === 0 && planned > 0) return ''
  const why = ending === 0 ? 'ran no test' : `ended with ${ending}`
  return [...failed, errors.trimEnd(), `# ${why}`].filter((line) => line !== '').join('\n')
}

async function textOf(stream) {
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  return text
}

/** The lines of TAP that tell of something else than what passed, and how many tests the file says it has. */
function failures(output) {
  const failed = []
  let planned = 0
  for (const line of output.split('\n')) {
    const [plan, count] = PLAN.exec(line) ?? []
    if (plan !== undefined) {
      if (!line.startsWith(' ')) planned = Number(count)
      continue
    }
    const [, indent, name] = PASSED.exec(line) ?? []
    if (name === undefined) {
      if (line.trim() !== '') failed.push(line)
      continue
    }
    // A subtest or an assertion that passed is left out whole.
    const begin = failed.lastIndexOf(`${indent}# Subtest: ${name}`)
    if (begin >= 0) failed.length = begin
  }
  return { failed, planned }
}
