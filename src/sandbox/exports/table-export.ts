import { quoteName } from '../engine/tables.js'
import type { EngineHost } from '../engine-host.js'
import type { Job } from '../jobs/job.js'
import { runQuery } from '../jobs/run-query.js'
import type { Work } from '../jobs/runner.js'
import { type TextFormat, textLines } from '../results/formats.js'
import { ExportError, type ExportFolder, NO_FOLDER } from './export-file.js'

/** The formats of `export/run`. */
export const TABLE_FORMATS: Readonly<Record<string, TextFormat>> = {
  'tsv.gz': 'tsv',
  'jsonl.gz': 'jsonl',
  'line-json.gz': 'jsonl',
  'json.gz': 'json-array',
}

export interface TableExport {
  readonly table: string
  readonly format: string
  readonly bucket: string
  readonly prefix: string
  /** Seconds since 1970: the first of the rows to take, and the first not to. */
  readonly from: number | undefined
  readonly to: number | undefined
}

function sqlOf({ table, from, to }: TableExport): string {
  const bounds = [from !== undefined && `"time" >= ${from}`, to !== undefined && `"time" < ${to}`].filter(
    Boolean,
  )
  return `SELECT * FROM ${quoteName(table)}${bounds.length > 0 ? ` WHERE ${bounds.join(' AND ')}` : ''}`
}

/** Writes a table as one file, where TD would write several, below the folder that stands for all buckets. */
export function tableExportWork(
  job: Job,
  what: TableExport,
  engines: EngineHost,
  folder: ExportFolder | undefined,
): Work {
  return (signal) => {
    const { database } = job
    const query = { sql: sqlOf(what), database, engine: 'trino', scheduledTime: 0 }
    return runQuery(engines, query, signal, async (answer) => {
      if (folder === undefined) throw new ExportError(NO_FOLDER)
      if (answer.kind === 'done') throw new ExportError('the table has no rows to read')
      const columns = answer.schema.map(([name]) => name)
      const format = TABLE_FORMATS[what.format]!
      const name = `${what.bucket}/${what.prefix}_0.${what.format}`
      await folder.write(name, textLines(answer.blocks, { format, columns }))
      return { numRecords: answer.rows(), resultSize: 0 }
    })
  }
}
