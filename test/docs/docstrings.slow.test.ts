import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import ts from 'typescript'
import * as advanced from '../../src/advanced.js'
import * as azure from '../../src/azure.js'
import * as duckdb from '../../src/duckdb.js'
import * as index from '../../src/index.js'
import * as inspect from '../../src/inspect/index.js'
import * as manifest from '../../src/manifest/index.js'
import * as postgres from '../../src/postgres.js'
import * as s3 from '../../src/s3.js'
import * as sandbox from '../../src/sandbox/index.js'
import * as sftp from '../../src/sftp.js'

t.setTimeout(600_000)

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const SRC = join(ROOT, 'src')

const ENTRY_POINTS = {
  'td-sluice': index,
  'td-sluice/advanced': advanced,
  'td-sluice/postgres': postgres,
  'td-sluice/duckdb': duckdb,
  'td-sluice/s3': s3,
  'td-sluice/azure': azure,
  'td-sluice/sftp': sftp,
  'td-sluice/inspect': inspect,
  'td-sluice/manifest': manifest,
  'td-sluice/sandbox': sandbox,
}

/** What an example may use without saying where it comes from. */
const GIVEN = `import { createReadStream, createWriteStream } from 'node:fs'
import { type Readable, Transform } from 'node:stream'
import { z } from 'zod'
declare const source: import('td-sluice').Source
declare const schema: import('td-sluice').ResultSchema
declare const encoded: Readable
`

/** Exports that every page of the reference shows in use. */
const SHOWN = [
  ...[
    'pipeline',
    'rows',
    'batches',
    'recordBatches',
    'toReadable',
    'query',
    'job',
    'file',
    'stdin',
    'stream',
    'connect',
    'resolveConfig',
  ],
  ...[
    'csv',
    'tsv',
    'ndjson',
    'json',
    'msgpack',
    'parquet',
    'arrow',
    'arrows',
    'createSink',
    'tee',
    'partitionBy',
    'rowsTo',
  ],
  ...[
    'select',
    'exclude',
    'rename',
    'cast',
    'mask',
    'limit',
    'map',
    'filter',
    'flatMap',
    'tap',
    'validate',
    'through',
  ],
  ...['postgres', 'duckdb', 's3', 'azure', 'sftp', 'startSandbox'],
]

interface Example {
  /** The function it belongs to. */
  readonly name: string
  readonly code: string
}

function examples(): Example[] {
  const paths = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.startsWith('kernel/assembly/'),
  )
  return paths.flatMap((path) => {
    const text = readFileSync(join(SRC, path), 'utf8')
    const comments = text.matchAll(
      /^\/\*\*((?:(?!\*\/)[\s\S])*@example[\s\S]*?)\*\/\nexport (?:async )?(?:function\*?|const) (\w+)/gm,
    )
    return [...comments].map(([, comment, name]) => {
      const lines = comment!.split('\n').map((line) => line.replace(/^ \* ?/, ''))
      const rest = lines.slice(lines.findIndex((line) => line.startsWith('@example')) + 1)
      const end = rest.findIndex((line) => line.startsWith('@'))
      const code = rest.slice(0, end === -1 ? undefined : end).filter((line) => !line.startsWith('```'))
      return { name: name!, code: code.join('\n').trim() }
    })
  })
}

/** The example as a module: what it uses of the entry points is imported. */
function moduleOf({ code }: Example): string {
  const imports = Object.entries(ENTRY_POINTS).map(([entry, exported]) => {
    const used = Object.keys(exported).filter((name) => new RegExp(`\\b${name}[(\`]`).test(code))
    return used.length === 0 ? '' : `import { ${used.join(', ')} } from '${entry}'\n`
  })
  // A text, unless the example shows the tag of that name.
  const sql = code.includes('sql`') ? '' : 'declare const sql: string\n'
  return `${GIVEN}${sql}${imports.join('')}${code}\n`
}

const found = examples()

t.test('every entry point has an example', async (t) => {
  const names = new Set(found.map(({ name }) => name))
  t.strictSame(
    SHOWN.filter((name) => !names.has(name)),
    [],
  )
})

t.test('the examples in docstrings compile', async (t) => {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT)
  const modules = new Map(
    found.map((example, i) => [
      join(ROOT, 'examples', `docstring-${i}-${example.name}.ts`),
      moduleOf(example),
    ]),
  )
  const host = ts.createCompilerHost({ ...options, noUnusedLocals: false })
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => modules.has(path) || fileExists(path)
  host.readFile = (path) => modules.get(path) ?? readFile(path)
  host.getSourceFile = (path, target, ...rest) => {
    const text = modules.get(path)
    return text === undefined
      ? getSourceFile(path, target, ...rest)
      : ts.createSourceFile(path, text, target, true)
  }
  const program = ts.createProgram([...modules.keys()], { ...options, noUnusedLocals: false }, host)
  for (const path of modules.keys()) {
    const file = program.getSourceFile(path)
    const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)]
    const texts = faults.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
    t.strictSame(texts, [], `${path.slice(ROOT.length)}\n${modules.get(path)!.slice(GIVEN.length)}`)
  }
})
