// A result of any size in constant memory: batches of rows, progress, a way out. The pace of the loop is the pace of the
// download.
import { batches, query } from 'td-sluice'

const deadline = AbortSignal.timeout(10 * 60_000)
const source = query('select path, size from www_access', { database: 'sample_datasets' })
const bytesByPath = new Map<string, number>()
for await (const batch of batches<{ path: string; size: number }>(source, {
  signal: deadline,
  onAbort: 'kill',
  onProgress: (event) => {
    if (event.type === 'job') console.error(`job ${event.jobId}: ${event.status}`)
  },
})) {
  for (const { path, size } of batch) bytesByPath.set(path, (bytesByPath.get(path) ?? 0) + size)
}
const [largest] = [...bytesByPath].sort(([, a], [, b]) => b - a)
console.log(`most bytes: ${largest?.[0]}`)
