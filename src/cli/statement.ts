import type { Client } from '../client/index.js'
import { SluiceError } from '../errors.js'
import type { OpenSource, Source } from '../sources/contract.js'

/** The cause that tells a statement without rows from a result that has expired. */
const WITHOUT_ROWS = Symbol('without rows')

/**
 * A source of a job that may have run a statement without rows, such as INSERT or CREATE: opening it then throws a failure that
 * {@link isWithoutRows} knows.
 */
export function allowingStatements(source: Source, { jobs }: Client): Source {
  return {
    ...source,
    open: async (context) => {
      const opened = await source.open(context).catch(async (error) => {
        if (!(error instanceof SluiceError) || error.code !== 'E_NO_RESULT') throw error
        const { hiveResultSchema } = await jobs.show(error.jobId!, { signal: context.signal })
        throw hasColumns(hiveResultSchema) ? error : withoutRows(error.jobId)
      })
      if (hasColumns(opened.schemaText) || !isEmpty(opened)) return opened
      opened.body.destroy()
      await opened.close?.()
      throw withoutRows(opened.jobId)
    },
  }
}

/** Whether a run ended because its statement, which succeeded, has no rows. */
export function isWithoutRows({ cause }: SluiceError): boolean {
  return cause === WITHOUT_ROWS
}

function withoutRows(jobId: string | undefined): SluiceError {
  return new SluiceError('E_NO_RESULT', 'the statement has no rows', { jobId, cause: WITHOUT_ROWS })
}

function hasColumns(schemaText: string | null): boolean {
  return !/^\s*(?:\[\s*\])?\s*$/.test(schemaText ?? '')
}

/** As far as the job record says; a result without a schema may have rows. */
function isEmpty({ schemaText, expectedRows }: OpenSource): boolean {
  return expectedRows === 0 || (expectedRows === undefined && (schemaText ?? '').trim() !== '')
}
