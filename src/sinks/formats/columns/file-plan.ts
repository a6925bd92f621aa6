import { type ColumnNode, columnTree, type Representation } from '../../../kernel/columns/tree.js'
import type { ColumnSource } from '../../../kernel/columns/vectors.js'
import type { CastTarget } from '../../../model/casts.js'
import type { Plan, PlanColumn } from '../../../model/plan.js'
import { type SqlType, typeName } from '../../../model/schema.js'
import { uniqueNames } from '../../../model/unique-names.js'
import { isOpen, type TypeInference } from './infer-types.js'

/** A column of the file. */
export interface FileColumn extends ColumnSource {
  /** Unique in the file. */
  readonly name: string
  readonly tree: ColumnNode
  /** For messages and metadata: as the schema has it, or what was inferred or cast to. */
  readonly typeText: string
}

/** Columns whose type, or a part of it, has to be inferred from their values. */
export function untypedColumns(plan: Plan): PlanColumn[] {
  return plan.columns.filter((column) => column.cast === undefined && isOpen(column.type))
}

/** The columns of the file. `inference` gives a type to those without one. */
export function fileColumns(
  plan: Plan,
  inference: TypeInference | undefined,
  representation: Representation,
): FileColumn[] {
  const given = plan.columns.map((column) => column.name)
  const names = uniqueNames(given, representation.ignoresCase)
  return plan.columns.map((column, i) => {
    const { source } = column
    const name = names[i]!
    if (column.cast !== undefined) return castColumn(name, source, column.cast, column.type, representation)
    if (inference === undefined || !isOpen(column.type)) {
      const typeText = plan.schema.columns[source]?.typeText || typeName(column.type)
      const tree = columnTree(column.type, representation)
      return { name, source, tree, typeText, cast: castOfText(column.type, tree) }
    }
    const type = inference.type(source, column.type)
    if (type === undefined) return castColumn(name, source, 'varchar', { kind: 'varchar' }, representation)
    return { name, source, tree: columnTree(type, representation), typeText: typeName(type) }
  })
}

function castColumn(
  name: string,
  source: number,
  cast: CastTarget,
  type: SqlType,
  representation: Representation,
): FileColumn {
  return { name, source, tree: columnTree(type, representation), cast, typeText: cast }
}

/** A value stored as text, for want of a type, is checked as if it had that type. */
function castOfText(type: SqlType, tree: ColumnNode): CastTarget | undefined {
  if (tree.kind !== 'text') return undefined
  if (type.kind === 'time') return type.withTimeZone ? undefined : 'time'
  return type.kind === 'uuid' ? 'uuid' : undefined
}
