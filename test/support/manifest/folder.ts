// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the placeholders of manifests look like those of JavaScript
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { RunReport } from '../../../src/manifest/report.js'
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/index.js'
import { runInProcess, type World } from '../cli/context.js'

export const RUN_KEY = '1/abcdefabcdefabcdefabcdefabcdefabcdefabcd'

const HEAD = 'version: 1\ndefaults: { database: sample_datasets }\n'

/** A manifest of two exports; the second wants the file `TWO_SQL` and the variable WORD. */
export const TWO = `exports:
  - { name: one, query: 'select 1 as a', output: 'out/\${date}/\${name}.csv' }
  - { name: two, query_file: two.sql, output: two.ndjson }
`
export const TWO_SQL = { 'two.sql': "select ${env.WORD | sql} as word, '${date - 1d}' as day\n" }

/** `name outcome` of each export. */
export const outcomes = (report: RunReport) => report.exports.map(({ name, outcome }) => `${name} ${outcome}`)

/** A sandbox, and folders with manifests to run against it. */
export async function manifestFolders(t: Test, options: SandboxOptions = {}) {
  // A query is done when its state is first asked for: otherwise each run would look again half a second later.
  const sandbox = await startSandbox({ apiKey: RUN_KEY, rows: 100, latency: 40, ...options })
  t.teardown(() => sandbox.close())
  let minutes = 0
  return {
    sandbox,
    folderOf: (test: Test, manifest: string, files?: Record<string, string>) =>
      folder(test, sandbox, `2026-01-31T00:${String(minutes++).padStart(2, '0')}:00Z`, manifest, files),
  }
}

/**
 * A folder with a manifest, the ways to run it there, and the jobs that has made. Each has a scheduled time
 * of its own, as the same export at the same time has the same job.
 */
function folder(
  t: Test,
  sandbox: Sandbox,
  time: string,
  manifest: string,
  files: Record<string, string> = {},
) {
  const cwd = t.testdir({ 'exports.yaml': HEAD + manifest, ...files })
  const before = sandbox.jobs().length
  const run = (args: readonly string[] = [], world: World = {}) => {
    const usual = args.includes('--scheduled-time') ? [] : ['--scheduled-time', time]
    return runInProcess(['run', 'exports.yaml', ...usual, '--retry-delay', '1ms', ...args], {
      cwd,
      ...world,
      env: { TD_API_SERVER: sandbox.url, TD_API_KEY: RUN_KEY, PATH: process.env.PATH!, ...world.env },
    })
  }
  return {
    cwd,
    time,
    run,
    jobs: () => sandbox.jobs().slice(before),
    read: (name: string) => readFileSync(join(cwd, name), 'utf8'),
    report: async (args: readonly string[] = [], world?: World): Promise<RunReport> => {
      await run(['--report', 'report.json', ...args], world)
      return JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))
    },
    edit: (from: string, to: string) => {
      const path = join(cwd, 'exports.yaml')
      writeFileSync(path, readFileSync(path, 'utf8').replace(from, to))
    },
  }
}
