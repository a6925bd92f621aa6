// Runs tap and says what it found in a form that a person reads to its end: a line a test file, of a red file only what
// failed, and all that failed once more at the end, where the log of a machine is cut last.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { compiledPath, compileTests, sourcePath } from './compile-tests.mjs'

const FILE_RESULT = /^(not ok|ok) \d+ - (\S+)(.*)$/
const PASSED = /^(\s+)ok \d+ - (.*?)(?: # time=\S+)?$/
const PLAN = /^\s+\d+\.\.\d+$/

/**
 * @param {string[]} args for tap: test files, as their sources are named, and options
 * @param {{ print?: (line: string) => void }} [options] where lines go as they come; to nowhere unless told
 * @returns {Promise<{ status: number | null, red: { file: string, text: string }[] }>}
 */
export async function runTap(args, { print = () => {} } = {}) {
  await compileTests()
  const compiled = args.map((arg) => (arg.endsWith('.ts') ? compiledPath(arg) : arg))
  const child = spawn('npx', ['tap', '--reporter=tap', ...compiled], { stdio: ['ignore', 'pipe', 'pipe'] })
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  const red = []
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text) => {
    errors += text
  })

  let lines = []
  for await (const line of createInterface({ input: child.stdout })) {
    const [, result, compiledFile, rest] = FILE_RESULT.exec(line) ?? []
    const file = compiledFile && sourcePath(compiledFile)
    if (result === undefined) {
      if (line.startsWith('# {') || line.startsWith('# time=')) print(line)
      else keepUnlessPassed(lines, line)
      continue
    }
    print(`${result} ${file}${rest}`)
    if (result === 'not ok') {
      const text = lines.join('\n')
      print(text)
      red.push({ file, text })
    }
    lines = []
  }
  const status = await ended
  if (errors !== '') print(errors.trimEnd())
  return { status, red }
}

/** Adds a line to those of its file; a subtest or an assertion that passed is left out whole. */
function keepUnlessPassed(lines, line) {
  const [, indent, name] = PASSED.exec(line) ?? []
  if (name === undefined) {
    if (line.trim() !== '' && !PLAN.test(line)) lines.push(line)
    return
  }
  const begin = lines.lastIndexOf(`${indent}# Subtest: ${name}`)
  if (begin >= 0) lines.length = begin
}
