import type { Place } from '../files/places.js'
import { PART_FILES } from '../sinks/partition/partition-files.js'
import { checksumFileOf } from '../sinks/targets/checksum.js'
import { SPOOL_FILES } from '../sources/spool/record.js'
import type { ResolvedExport } from './resolve.js'

/**
 * Where an export writes: a file, the folder of its partitions, or the file of a database, in which several exports may write
 * tables. A server is no place.
 */
export function outputPlace({ job, writing }: ResolvedExport): Place | undefined {
  const what = `the output of ${job.name}, ${writing.path},`
  if ('table' in writing) {
    const { file } = writing.table
    return file === undefined ? undefined : { what, at: file, use: 'spool' }
  }
  const { path, isFolder } = writing
  return { what, at: path, use: 'write', ...(isFolder && { own: PART_FILES }) }
}

/** Places that a manifest and its exports read and write. */
export function placesOfManifest(
  path: string | undefined,
  file: string,
  exports: readonly ResolvedExport[],
): Place[] {
  return [
    ...(path === undefined ? [] : [{ what: `the manifest ${file}`, at: path, use: 'read' } as const]),
    ...exports.flatMap((each): Place[] => [
      ...each.files.map((at): Place => ({ what: `the file ${at} of ${each.job.name}`, at, use: 'read' })),
      ...(each.spool === undefined
        ? []
        : [{ what: `the spool ${each.spool}`, at: each.spool, use: 'spool', own: SPOOL_FILES } as const]),
      ...placesOfOutput(each),
    ]),
  ]
}

function placesOfOutput(each: ResolvedExport): Place[] {
  const place = outputPlace(each)
  if (place === undefined) return []
  const { job, writing } = each
  if ('table' in writing || writing.checksum === undefined) return [place]
  const at = checksumFileOf(writing.path)
  return [place, { what: `the checksum of ${job.name}, ${at},`, at, use: 'write' }]
}
