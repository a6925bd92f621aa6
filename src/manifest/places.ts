import type { Place } from '../files/places.js'
import { schemaFileOf } from '../sinks/formats/schema-file.js'
import { PART_FILES } from '../sinks/partition/partition-files.js'
import { checksumFileOf } from '../sinks/targets/checksum.js'
import { SPOOL_FILES } from '../sources/spool/record.js'
import type { ResolvedExport } from './resolve.js'
import { fileWritings } from './writing.js'

/**
 * Where an export writes: files, the folders of its partitions, or the file of a database, in which several exports may write
 * tables. A server is no place.
 */
export function outputPlaces({ job, writing }: ResolvedExport): Place[] {
  const what = (path: string) => `the output of ${job.name}, ${path},`
  if ('table' in writing) {
    const { file } = writing.table
    return file === undefined ? [] : [{ what: what(writing.path), at: file, use: 'spool' }]
  }
  return fileWritings(writing).map(({ path, isFolder }) => ({
    what: what(path),
    at: path,
    use: 'write',
    ...(isFolder && { own: PART_FILES }),
  }))
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
      ...outputPlaces(each),
      ...placesBeside(each),
    ]),
  ]
}

/** Files that are written beside outputs. */
function placesBeside({ job, writing }: ResolvedExport): Place[] {
  return fileWritings(writing).flatMap(({ path, isFolder, format, checksum, options }): Place[] => {
    const files = [
      ...(checksum === undefined ? [] : [['checksum', checksumFileOf(path)]]),
      ...(format !== 'msgpack' || isFolder
        ? []
        : [['schema file', schemaFileOf(path, options.encryptTo !== undefined)]]),
    ]
    return files.map(([kind, at]) => ({ what: `the ${kind} of ${job.name}, ${at},`, at: at!, use: 'write' }))
  })
}
