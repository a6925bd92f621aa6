import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { parquetReadObjects } from 'hyparquet'
import { csvOf, textRows } from '../faults/run.js'

type Row = readonly [n: number, text: string]

/** A kind of run that is killed: of the built command, or of a program that uses the built library. */
export interface Kind {
  readonly name: string
  /** The rows of the job whose result it writes. */
  rows(): Row[]
  /** What Node runs in the folder of the outputs. */
  command(jobId: string): string[]
  /** Whether the files of a run to its end, by their paths, hold the rows. */
  isComplete(files: ReadonlyMap<string, Buffer>, rows: readonly Row[]): Promise<boolean>
}

const COMMAND = fileURLToPath(new URL('../../../dist/cli/start.cjs', import.meta.url))
const PROGRAM = fileURLToPath(new URL('./program.mjs', import.meta.url))

const dump = (jobId: string, output: string, ...more: string[]) => [
  COMMAND,
  ...['dump', jobId, '-o', output, '--retry-delay', '5ms', '--quiet', ...more],
]

const isCsv = (file: Buffer | undefined, rows: readonly Row[]) =>
  file?.toString() === csvOf(rows as [number, string][])

async function isParquet(file: Buffer | undefined, rows: readonly Row[]): Promise<boolean> {
  const bytes = file!.buffer.slice(file!.byteOffset, file!.byteOffset + file!.length) as ArrayBuffer
  const found = await parquetReadObjects({ file: bytes })
  return isDeepStrictEqual(
    found,
    rows.map(([n, text]) => ({ n: BigInt(n), text })),
  )
}

export const CSV: Kind = {
  name: 'csv',
  rows: () => textRows(4000),
  command: (jobId) => dump(jobId, 'out.csv'),
  isComplete: async (files, rows) => isCsv(files.get('out.csv'), rows),
}

/** With row groups enough for kills to fall between them. */
export const PARQUET: Kind = {
  name: 'parquet',
  rows: () => textRows(4000),
  command: (jobId) => dump(jobId, 'out.parquet', '--row-group-size', '1000'),
  isComplete: (files, rows) => isParquet(files.get('out.parquet'), rows),
}

/** More partitions than files may be open at a time. */
export const PARTITIONS: Kind = {
  name: 'partitions',
  rows: () => textRows(2000).map(([n, text]) => [n % 6, text]),
  command: (jobId) => [PROGRAM, 'partitions', jobId],
  async isComplete(files, rows) {
    const found = [...files].map(([path, file]) => {
      const [, n] = /^by-n\/n=(\d)\/part-\d+\.csv$/.exec(path)!
      const [header, ...lines] = file.toString().trimEnd().split('\n')
      return header === 'text' ? lines.map((text) => `${n},${text}`) : []
    })
    return isDeepStrictEqual(found.flat().sort(), rows.map((row) => row.join()).sort())
  },
}

export const TEE: Kind = {
  name: 'tee',
  rows: () => textRows(3000),
  command: (jobId) => [PROGRAM, 'tee', jobId],
  isComplete: async (files, rows) =>
    isCsv(files.get('out.csv'), rows) && (await isParquet(files.get('out.parquet'), rows)),
}
