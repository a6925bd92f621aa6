import type { FileMetaData, SchemaElement } from 'hyparquet'
import { SluiceError } from '../errors.js'
import { isMap } from './parquet-types.js'

/**
 * Checks what is used of a footer. hyparquet hands values over as they are packed, so that in a damaged footer a name may be
 * a number, and a number of rows may be missing.
 *
 * @throws SluiceError `E_PARQUET` for a value that is not of its kind.
 */
export function checkFooter({ num_rows, created_by, schema, row_groups }: FileMetaData): void {
  check('the number of rows', isCount(num_rows))
  check('the name of the writer', created_by === undefined || isText(created_by))
  check(
    'the name of a column',
    schema.every(({ name }) => isText(name)),
  )
  check('the tree of its columns', isTree(schema))
  for (const { num_rows, columns } of row_groups) {
    check('the number of rows of a row group', isCount(num_rows))
    for (const { meta_data } of columns) {
      if (meta_data === undefined) continue
      const { total_compressed_size, total_uncompressed_size, codec, path_in_schema } = meta_data
      check('the size of a column', isCount(total_compressed_size) && isCount(total_uncompressed_size))
      check('the compression of a column', isText(codec))
      check('the path of a column', path_in_schema.every(isText))
    }
  }
}

function check(what: string, isRight: boolean): void {
  if (!isRight) throw new SluiceError('E_PARQUET', `the Parquet file cannot be read: ${what} is damaged`)
}

/** Whether each group has as many children as it says, down to the last element. Where not, readers may never end. */
function isTree(schema: FileMetaData['schema']): boolean {
  let missing = 1
  for (const { num_children = 0 } of schema) {
    if (missing === 0 || !isCount(num_children)) return false
    missing += num_children - 1
  }
  return missing === 0
}

function isText(value: unknown): boolean {
  return typeof value === 'string'
}

function isCount(value: unknown): boolean {
  return (
    (typeof value === 'bigint' || typeof value === 'number') && value >= 0 && value <= Number.MAX_SAFE_INTEGER
  )
}

/**
 * Maps without values as the lists of their keys that they are, which hyparquet reads:
 * https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#maps
 */
export function withSetsAsLists(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map((element, i): SchemaElement => {
    const isSet = isMap(element) && element.num_children === 1 && metadata.schema[i + 1]?.num_children === 1
    return isSet ? { ...element, converted_type: 'LIST', logical_type: { type: 'LIST' } } : element
  })
  return { ...metadata, schema }
}
