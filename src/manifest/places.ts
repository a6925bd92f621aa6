import type { Place } from '../files/places.js'
import { PART_FILES } from '../sinks/partition/partition-files.js'
import { SPOOL_FILES } from '../sources/spool/record.js'
import type { ResolvedExport } from './resolve.js'

/** Where an export writes: a file, or the folder of its partitions. */
export function outputPlace({ job, writing }: ResolvedExport): Place {
  const { path, isFolder } = writing
  const what = `the output of ${job.name}, ${path},`
  return { what, at: path, use: 'write', ...(isFolder && { own: PART_FILES }) }
}

/** What a manifest and its exports read and write. */
export function placesOfManifest(path: string, file: string, exports: readonly ResolvedExport[]): Place[] {
  return [
    { what: `the manifest ${file}`, at: path, use: 'read' },
    ...exports.flatMap((each): Place[] => [
      ...each.files.map((at): Place => ({ what: `the file ${at} of ${each.job.name}`, at, use: 'read' })),
      ...(each.spool === undefined
        ? []
        : [{ what: `the spool ${each.spool}`, at: each.spool, use: 'spool', own: SPOOL_FILES } as const]),
      outputPlace(each),
    ]),
  ]
}
