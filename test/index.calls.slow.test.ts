/**
 * Every exported function of every entry point, called as a program without a compiler may call it: with arguments missing,
 * null or of another type, and with options that do not exist. A new export without a row here fails.
 */
import { createReadStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import t from 'tap'
// @ts-expect-error a script without types
import { ENTRY_POINTS } from '../scripts/entry-points.mjs'
import * as advanced from '../src/advanced.js'
import { azure } from '../src/azure.js'
import { duckdb } from '../src/duckdb.js'
import * as api from '../src/index.js'
import { diff, inspect } from '../src/inspect/index.js'
import { defineManifest, runManifest } from '../src/manifest/index.js'
import { postgres } from '../src/postgres.js'
import { s3 } from '../src/s3.js'
import { Faults, packRows, parseFault, startSandbox } from '../src/sandbox/index.js'
import { sftp } from '../src/sftp.js'

const KINDS = {
  text: ['', 'no such thing'],
  number: [7, Number.NaN],
  boolean: [true],
  array: [[], [7], [null]],
  object: [{}],
  function: [() => 1],
  other: [null, Symbol('s'), 10n],
} as const

type Kind = keyof typeof KINDS

interface Argument {
  /** One that is right. */
  readonly right: unknown
  /** Kinds of values that may be right, and are not tried. */
  readonly takes: readonly Kind[]
  readonly optional?: true
  /** For options: one that is misspelt, and the one that is meant. */
  readonly typo?: readonly [given: string, meant: string]
  /** Further values that are wrong. */
  readonly wrong?: readonly unknown[]
}

interface Call {
  readonly call: (...args: never[]) => unknown
  readonly args: readonly Argument[]
  /** The promise that it returns rejects, or the first item of its generator; otherwise it throws at once. */
  readonly rejects?: true
}

const text = (right: string, more: Partial<Argument> = {}): Argument => ({ right, takes: ['text'], ...more })
const options = (typo?: Argument['typo'], more: Partial<Argument> = {}): Argument => ({
  right: {},
  takes: ['object'],
  optional: true,
  ...(typo && { typo }),
  ...more,
})
const callback = (right: unknown): Argument => ({ right, takes: ['function'] })
const names = (): Argument => ({ right: ['n'], takes: ['text', 'array'], wrong: [[7], [null], []] })

const folder = t.testdir({})
const ROWS = join(folder, 'rows.msgpack')
writeFileSync(ROWS, Buffer.from([0x91, 1]))
const SCHEMA = '[["n","bigint"]]'
const schema = advanced.parseSchema(SCHEMA)
const plan = advanced.createPlan(schema)
const CONNECTION = { endpoint: 'http://127.0.0.1:9', apiKey: '1/test' }
const source = () => api.file(ROWS, { schema: SCHEMA })
const sink = () => api.csv(join(folder, 'out.csv'))
const td = api.connect({ ...CONNECTION, database: 'db', retries: 0 })

const destination = (end: string, wrong: string): Argument => ({
  right: join(folder, `out${end}`),
  takes: ['text'],
  wrong: [null, '', join(folder, `x${wrong}`), new URL('ftp://host/x')],
})
const run = (): Argument =>
  options(['onProgres', 'onProgress'], { wrong: [{ limits: { rows: 1 } }, { signal: {} }] })
const reading = (typo: Argument['typo'] = ['timestamp', 'timestamps']): Argument =>
  options(typo, { wrong: [{ int64: 'float' }, { decimals: null }, { nullifySpecial: 'yes' }] })
const rowSink = (make: (...args: never[]) => unknown, end: string, typo?: Argument['typo']): Call => ({
  call: make,
  args: [destination(end, end === '.csv' ? '.parquet' : '.csv'), options(typo)],
})
const job = (): Argument => ({ right: '7', takes: ['number'], wrong: [7.5, -1, 'x', ''] })
const sourceArgument = (): Argument => ({ right: source(), takes: [], wrong: ['select 1', sink()] })

/** By name, whichever entry point has it. */
const CALLS: Readonly<Record<string, Call>> = {
  SluiceError: {
    call: (...args: never[]) => new api.SluiceError(...(args as unknown as [never, never])),
    args: [
      text('E_USAGE', { wrong: ['E_NOTHING'] }),
      text('wrong'),
      { ...options(), takes: ['object', 'array'] },
    ],
  },
  connect: {
    call: api.connect,
    args: [
      options(['databse', 'database'], {
        right: CONNECTION,
        wrong: [{ idleTimeout: '2 hours' }, { origins: {} }, { ...CONNECTION, origins: {} }],
      }),
    ],
  },
  resolveConfig: {
    call: api.resolveConfig,
    args: [
      options(['endpont', 'endpoint']),
      options(undefined, { right: {} }),
      text('/nonexistent', { optional: true }),
    ],
  },
  sql: {
    call: api.sql,
    args: [{ right: Object.assign(['select 1'], { raw: ['select 1'] }), takes: [] }],
  },
  isFinished: { call: api.isFinished, args: [text('success')] },
  query: {
    call: api.query,
    args: [
      text('select 1', { takes: ['text'] }),
      options(['priorty', 'priority'], {
        right: { database: 'db' },
        optional: true,
        wrong: [
          { database: 7 },
          { database: 'db', waitTimeout: '2 hours' },
          { database: 'db', connection: 'jp01' },
        ],
      }),
    ],
  },
  job: {
    call: api.job,
    args: [
      job(),
      options(['conection', 'connection'], { wrong: [{ minPoll: -1 }, { spool: 7 }, { site: 'jp01' }] }),
    ],
  },
  file: {
    call: api.file,
    args: [
      { right: ROWS, takes: ['text'], wrong: [new URL('https://host/x')] },
      options(['schem', 'schema'], {
        wrong: [{ schema: [['n', 'bigint']] }, { schema: 'n bigint' }, { schema: '{}' }],
      }),
    ],
  },
  stdin: {
    call: api.stdin,
    args: [options(['steam', 'stream'], { wrong: [{ schema: 7 }, { stream: 'x' }] })],
  },
  stream: {
    call: api.stream,
    args: [{ right: createReadStream(ROWS).on('error', () => {}), takes: [] }, options(['schem', 'schema'])],
  },
  pipeline: {
    call: api.pipeline,
    args: [sourceArgument(), { right: sink(), takes: [] }, run()],
    rejects: true,
  },
  open: { call: api.open, args: [sourceArgument(), run()], rejects: true },
  rows: { call: api.rows, args: [sourceArgument(), reading(['transform', 'transforms'])], rejects: true },
  batches: { call: api.batches, args: [sourceArgument(), reading(['vaidate', 'validate'])], rejects: true },
  recordBatches: {
    call: api.recordBatches,
    args: [
      sourceArgument(),
      options(['batchRow', 'batchRows'], {
        wrong: [{ batchRows: 40_000 }, { bufferCodec: 'snappy' }, { metadata: { a: 1 } }],
      }),
    ],
    rejects: true,
  },
  toReadable: { call: api.toReadable, args: [sourceArgument(), reading(['shap', 'shape'])] },
  createSink: {
    call: advanced.createSink,
    args: [
      text('csv', { wrong: ['cvs'] }),
      destination('.csv', '.parquet'),
      options(['delimeter', 'delimiter']),
    ],
  },
  csv: rowSink(api.csv, '.csv', ['delimeter', 'delimiter']),
  tsv: rowSink(api.tsv, '.tsv', ['headr', 'header']),
  ndjson: rowSink(api.ndjson, '.ndjson', ['in64', 'int64']),
  json: rowSink(api.json, '.json', ['specal', 'special']),
  msgpack: rowSink(api.msgpack, '.msgpack', ['compresion', 'compression']),
  parquet: rowSink(api.parquet, '.parquet', ['codek', 'codec']),
  arrow: rowSink(api.arrow, '.arrow', ['bufferCodek', 'bufferCodec']),
  arrows: rowSink(api.arrows, '.arrows', ['batchRow', 'batchRows']),
  withChecksum: {
    call: api.withChecksum,
    args: [{ ...destination('.csv', ''), wrong: [null, '', '-', new URL('ftp://host/x')] }],
  },
  gatesOf: {
    call: api.gatesOf,
    args: [{ right: new Error('x'), takes: Object.keys(KINDS) as Kind[], optional: true }],
  },
  tee: { call: api.tee, args: [{ right: sink(), takes: [] }] },
  rowsTo: { call: api.rowsTo, args: [callback(() => {}), reading()] },
  partitionBy: {
    call: api.partitionBy,
    args: [
      { right: ['n'], takes: ['array'], wrong: [[7]] },
      callback(() => sink()),
      options(['runNam', 'runName'], {
        wrong: [{ maxOpenFiles: 0 }, { earlierFiles: 'drop' }, { folder: 7 }],
      }),
    ],
  },
  compress: {
    call: advanced.compress,
    args: [text('gzip', { wrong: ['zip', 'none'] }), options(['levl', 'level'])],
  },
  formatNamed: { call: advanced.formatNamed, args: [text('csv', { wrong: ['cvs'] })] },
  formatOf: { call: advanced.formatOf, args: [text('x.csv')] },
  encode: {
    call: advanced.encode,
    args: [
      { right: { format: 'csv' }, takes: ['other'], wrong: [{}, null, { format: 'csv', headr: true }] },
      { right: plan, takes: [], wrong: [schema] },
    ],
  },
  createPlan: {
    call: advanced.createPlan,
    args: [
      { right: schema, takes: [], wrong: [SCHEMA, { columns: [['n', 'bigint']] }] },
      { right: api.limit(1), takes: [], optional: true, wrong: [api.filter(() => true)] },
    ],
  },
  parseSchema: {
    call: advanced.parseSchema,
    args: [text(SCHEMA, { takes: ['text'] }), options(undefined, { wrong: [{ rows: 1 }] })],
  },
  frame: {
    call: advanced.frame,
    args: [
      { right: schema, takes: [], wrong: [SCHEMA, { columns: [{ name: 'n' }] }] },
      options(undefined, { wrong: [{ rows: 1 }] }),
    ],
  },
  readRows: {
    call: advanced.readRows,
    args: [{ right: plan, takes: [], wrong: [schema] }, reading(['shap', 'shape'])],
  },
  gunzip: { call: advanced.gunzip, args: [] },
  select: { call: api.select, args: [names()] },
  exclude: { call: api.exclude, args: [names()] },
  rename: { call: api.rename, args: [{ right: { n: 'm' }, takes: ['object'], wrong: [{ n: 7 }] }] },
  cast: {
    call: api.cast,
    args: [{ right: { n: 'double' }, takes: ['object'], wrong: [{ n: 'int' }, { n: null }] }],
  },
  mask: {
    call: api.mask,
    args: [
      { right: { n: 'redact' }, takes: ['object'], wrong: [{ n: 'sha256' }, { n: null }] },
      options(['ky', 'key'], { wrong: [{ key: '' }] }),
    ],
  },
  limit: { call: api.limit, args: [{ right: 1, takes: ['number'], wrong: [-1, 1.5, Number.NaN] }] },
  filter: { call: api.filter, args: [callback(() => true), reading(['concurency', 'concurrency'])] },
  tap: { call: api.tap, args: [callback(() => true), reading()] },
  map: {
    call: api.map,
    args: [
      callback(() => ({})),
      options(['colums', 'columns'], { wrong: [{ columns: [7] }, { concurrency: 0 }] }),
    ],
  },
  flatMap: { call: api.flatMap, args: [callback(() => []), options(['colum', 'columns'])] },
  validate: {
    call: api.validate,
    args: [
      { right: { '~standard': { validate: () => ({ value: {} }) } }, takes: [] },
      options(['colums', 'columns']),
    ],
  },
  through: {
    call: api.through,
    args: [{ right: new PassThrough({ objectMode: true }), takes: [] }, options(['colums', 'columns'])],
  },
  inspect: {
    call: inspect,
    args: [
      { right: ROWS, takes: ['text'], wrong: [new URL('https://host/x')] },
      options(['colums', 'columns'], { wrong: [{ limit: -1 }, { schema: 7 }, { firstRows: 'x' }] }),
    ],
    rejects: true,
  },
  diff: {
    call: diff,
    args: [
      { right: ROWS, takes: ['text'], wrong: [new URL('https://host/x')] },
      { right: ROWS, takes: ['text'], wrong: [new URL('https://host/x')] },
      options(['colums', 'columns'], { wrong: [{ key: 'id' }, { examples: -1 }, { maxMemory: 'x' }] }),
    ],
    rejects: true,
  },
  defineManifest: {
    call: defineManifest,
    args: [{ right: { version: 1, exports: [] }, takes: ['object'] }],
  },
  runManifest: {
    call: runManifest,
    args: [
      { right: 'no-such-manifest.yaml', takes: ['text'], wrong: [new URL('https://host/x')] },
      options(['sheduledTime', 'scheduledTime'], {
        wrong: [{ scheduledTime: 5 }, { only: 'x' }, { onAbort: 'x' }, { connection: { sit: 'us01' } }],
      }),
    ],
    rejects: true,
  },
  postgres: {
    call: postgres,
    args: [
      { right: 'table', takes: ['text'], wrong: [['one'], ['a', 7]] },
      options(['moed', 'mode'], {
        wrong: [{ create: 'yes' }, { connection: 7 }, { mode: 'insert' }, { mode: 'upsert' }, { nul: true }],
      }),
    ],
  },
  duckdb: {
    call: duckdb,
    args: [
      text('table'),
      {
        right: { database: 'x.duckdb' },
        takes: [],
        wrong: [{ database: {} }, { database: 'x', creat: true }],
      },
    ],
  },
  s3: {
    call: s3,
    args: [
      {
        right: 's3://bucket/key',
        takes: [],
        wrong: ['bucket/key', 's3://', new URL('https://bucket/key')],
      },
      options(['regoin', 'region'], {
        wrong: [{ partSize: 1 }, { partSize: 'x' }, { endpoint: 7 }, { credentials: 'key' }, { client: {} }],
      }),
    ],
  },
  azure: {
    call: azure,
    args: [
      {
        right: 'az://container/blob',
        takes: [],
        wrong: ['container/blob', 'az://', 's3://bucket/key', new URL('https://account/container/blob')],
      },
      options(['acount', 'account'], {
        wrong: [{ partSize: 1 }, { partsInFlight: 0 }, { account: 7 }, { sasToken: {} }, { client: {} }],
      }),
    ],
  },
  sftp: {
    call: sftp,
    args: [
      {
        right: 'sftp://user@host/path',
        takes: [],
        wrong: ['user@host:path', 'sftp://', 'sftp://user:password@host/path', new URL('https://host/path')],
      },
      options(['pasword', 'password'], {
        wrong: [
          { privateKey: 7 },
          { privateKey: {} },
          { hostKeys: [] },
          { hostKeys: ['AAAA'] },
          { agent: {} },
        ],
      }),
    ],
  },
  startSandbox: {
    call: startSandbox,
    args: [
      options(['runtime', 'runTime'], {
        wrong: [{ port: 'x' }, { runTime: '1 s' }, { faults: [{}] }, { faults: [7] }],
      }),
    ],
    rejects: true,
  },
  packRows: { call: packRows, args: [{ right: [[1]], takes: ['array'], wrong: [[7], [null]] }] },
  parseFault: { call: parseFault, args: [text('reset@10', { wrong: ['explode'] })] },
  Faults: { call: () => new Faults(), args: [] },
}

/** Of what the functions return: whatever a connection and its jobs can do. */
const METHODS: Readonly<Record<string, Call>> = {
  'Connection.query': { call: td.query.bind(td), args: [text('select 1'), options(['priorty', 'priority'])] },
  'Connection.job': { call: td.job.bind(td), args: [job(), options(['spol', 'spool'])] },
  'Client.exportTable': {
    call: td.exportTable.bind(td),
    args: [
      text('db'),
      text('table'),
      { right: { bucket: 'b' }, takes: [], wrong: [{ bucket: 7 }, { bucket: 'b', filePrefx: 'x' }] },
    ],
    rejects: true,
  },
  'Client.ready': { call: td.ready.bind(td), args: [options(['signl', 'signal'])], rejects: true },
  'Client.close': { call: () => api.connect(CONNECTION).close(), args: [], rejects: true },
  'Jobs.list': {
    call: td.jobs.list.bind(td.jobs),
    args: [options(['statu', 'status'], { wrong: [{ from: 5, to: 4 }] })],
  },
  'Jobs.pages': { call: td.jobs.pages.bind(td.jobs), args: [options(['slowerthan', 'slowerThan'])] },
  'Jobs.page': {
    call: td.jobs.page.bind(td.jobs),
    args: [options(['form', 'from'], { wrong: [{ from: -1 }] })],
    rejects: true,
  },
  'Jobs.show': {
    call: td.jobs.show.bind(td.jobs),
    args: [job(), options(['signl', 'signal'])],
    rejects: true,
  },
  'Jobs.status': {
    call: td.jobs.status.bind(td.jobs),
    args: [{ ...job(), wrong: ['x', { domainKey: 7 }, { key: 'k' }] }, options(['signl', 'signal'])],
    rejects: true,
  },
  'Jobs.statistics': {
    call: td.jobs.statistics.bind(td.jobs),
    args: [job(), options(['signl', 'signal'])],
    rejects: true,
  },
  'Jobs.kill': {
    call: td.jobs.kill.bind(td.jobs),
    args: [job(), options(['signl', 'signal'])],
    rejects: true,
  },
  'Jobs.issue': {
    call: td.jobs.issue.bind(td.jobs),
    args: [{ right: { query: 'select 1' }, takes: [], wrong: [{ query: 7 }, { query: 'x', priorty: 1 }] }],
    rejects: true,
  },
  'Jobs.wait': {
    call: td.jobs.wait.bind(td.jobs),
    args: [job(), options(['timout', 'timeout'], { wrong: [{ timeout: 'x' }, { onStatus: 7 }] })],
    rejects: true,
  },
  'Jobs.result': {
    call: td.jobs.result.bind(td.jobs),
    args: [job(), options(['rang', 'range'], { wrong: [{ range: {} }, { format: 'xml' }] })],
    rejects: true,
  },
  'Jobs.exportResult': {
    call: td.jobs.exportResult.bind(td.jobs),
    args: [
      job(),
      { right: { resultUrl: 'td://x/y' }, takes: [], wrong: [{ resultURL: 'x' }, { resultUrl: 7 }] },
    ],
    rejects: true,
  },
}

/** What a call throws, or ends with. */
async function outcomeOf({ call, rejects }: Call, args: readonly unknown[]): Promise<unknown> {
  try {
    const returned = call(...(args as never[]))
    if (!rejects) return undefined
    const first = (returned as Partial<AsyncGenerator>).next?.() ?? returned
    await ((await first) as { close?: () => Promise<void> } | undefined)?.close?.()
    await (returned as Partial<AsyncGenerator>).return?.(undefined)
    return undefined
  } catch (error) {
    return error
  }
}

function wrongValues({ takes, optional, wrong = [], typo }: Argument): readonly unknown[] {
  const kinds = (Object.keys(KINDS) as Kind[]).filter((kind) => !takes.includes(kind))
  return [
    ...(optional ? [] : [undefined]),
    ...kinds.flatMap((kind) => KINDS[kind] as readonly unknown[]),
    ...wrong,
    ...(typo === undefined ? [] : [{ [typo[0]]: 1 }]),
  ]
}

function shown(value: unknown): string {
  if (typeof value === 'bigint' || typeof value === 'symbol' || value === undefined) return String(value)
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

const modules = await Promise.all(ENTRY_POINTS.map((path: string) => import(`../src/${path}.js`)))
const exported = modules.flatMap((module: object) =>
  Object.entries(module).flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])),
)

t.test('each exported function, and each method of a connection, has a row', async (t) => {
  t.strictSame([...new Set(exported)].sort(), Object.keys(CALLS).sort())
  const classes = { Connection: td, Client: Object.getPrototypeOf(td), Jobs: td.jobs }
  const methods = Object.entries(classes).flatMap(([name, object]) =>
    Object.getOwnPropertyNames(Object.getPrototypeOf(object))
      .filter((method) => method !== 'constructor')
      .map((method) => `${name}.${method}`),
  )
  t.strictSame(methods.sort(), Object.keys(METHODS).sort())
})

for (const [name, entry] of Object.entries({ ...CALLS, ...METHODS })) {
  t.test(`${name} takes what is right`, async (t) => {
    const right = entry.args.map((argument) => argument.right)
    const error = await outcomeOf(entry, right)
    if (error === undefined) return
    t.equal((error as api.SluiceError).name, 'SluiceError', String(error))
    t.notOk(['E_USAGE', 'E_INTERNAL'].includes((error as api.SluiceError).code), String(error))
  })

  for (const [at, argument] of entry.args.entries()) {
    t.test(`${name} refuses a wrong argument ${at + 1} as a wrong use`, async (t) => {
      for (const wrong of wrongValues(argument)) {
        const args = entry.args.map((other, i) => (i === at ? wrong : other.right))
        const error = await outcomeOf(entry, args)
        t.match(error, { name: 'SluiceError', code: 'E_USAGE', message: /./ }, `${shown(wrong)}: ${error}`)
      }
      if (!argument.optional) {
        const error = await outcomeOf(
          entry,
          entry.args.slice(0, at).map(({ right }) => right),
        )
        t.match(error, { name: 'SluiceError', code: 'E_USAGE' }, `missing: ${error}`)
      }
      if (argument.typo !== undefined) {
        const [given, meant] = argument.typo
        const args = entry.args.map((other, i) => (i === at ? { [given]: 1 } : other.right))
        t.match(await outcomeOf(entry, args), { message: new RegExp(`${given}.*did you mean ${meant}\\?`) })
      }
    })
  }
}
