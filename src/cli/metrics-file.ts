import { readFile, stat } from 'node:fs/promises'
import { isAbsolute } from 'node:path'
import { ioError, SluiceError, systemCode } from '../errors.js'
import type { RunReport } from '../manifest/report.js'
import { targetOf } from '../sinks/targets/index.js'
import type { Context } from './context.js'
import { prepareText } from './report-file.js'

/** Writes the metrics of a start. */
export type SaveMetrics = (report: RunReport, isWhole: boolean) => Promise<void>

/**
 * Prepares the file that `--metrics-file` names, so that a run whose metrics could not be written does not start. Without the
 * option there is nothing to write.
 *
 * @throws SluiceError `E_USAGE` for what is no file, and for a file that holds something else; as `Target.prepare`.
 */
export async function prepareMetrics(
  file: string | undefined,
  context: Context,
): Promise<SaveMetrics | undefined> {
  if (file === undefined) return undefined
  const target = targetOf(file, context)
  const { location, isStdout } = target
  if (isStdout || location === undefined || !isAbsolute(location))
    throw new SluiceError('E_USAGE', `--metrics-file writes a file, and ${target.name} is none`)
  const { METRICS_BEGIN, metricsText, readSamples } = await import('../manifest/metrics.js')
  const write = await prepareText(target, `the metrics ${file}`)
  const before = await textOf(location)
  if (before.trim() !== '' && !before.startsWith(METRICS_BEGIN)) {
    throw new SluiceError(
      'E_USAGE',
      `${file} holds something else than metrics of td-sluice, and is not replaced`,
      {
        hint: 'choose another name for --metrics-file',
      },
    )
  }
  const samples = readSamples(before)
  return (report, isWhole) => write(metricsText(report, samples, isWhole))
}

/** What metrics were there before; none are in a FIFO, which would wait for a writer. */
async function textOf(path: string): Promise<string> {
  try {
    return (await stat(path)).isFile() ? await readFile(path, 'utf8') : ''
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return ''
    throw ioError(error, `the metrics ${path}`)
  }
}
