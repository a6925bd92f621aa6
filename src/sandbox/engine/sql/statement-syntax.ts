import type { Expression, Name, Node, Query, TypeSyntax } from './syntax.js'

export interface ColumnDefinition {
  readonly name: Name
  readonly type: TypeSyntax
}

export type Statement =
  | (Node & { readonly kind: 'query'; readonly query: Query })
  | (Node & { readonly kind: 'explain'; readonly query: Query; readonly format: string | undefined })
  | (Node & {
      readonly kind: 'show tables'
      readonly schema: Name | undefined
      readonly like: string | undefined
    })
  | (Node & { readonly kind: 'show schemas'; readonly like: string | undefined })
  | (Node & { readonly kind: 'show columns' | 'describe'; readonly table: readonly Name[] })
  | (Node & { readonly kind: 'show functions'; readonly like: string | undefined })
  | (Node & {
      readonly kind: 'create table'
      readonly table: readonly Name[]
      readonly ifNotExists: boolean
      readonly columns: readonly ColumnDefinition[]
    })
  | (Node & {
      readonly kind: 'create as'
      readonly thing: 'table' | 'view'
      readonly table: readonly Name[]
      readonly ifNotExists: boolean
      readonly replace: boolean
      readonly columns: readonly Name[] | undefined
      readonly query: Query
      readonly withData: boolean
    })
  | (Node & { readonly kind: 'create schema'; readonly name: Name; readonly ifNotExists: boolean })
  | (Node & {
      readonly kind: 'drop'
      readonly thing: 'table' | 'view'
      readonly table: readonly Name[]
      readonly ifExists: boolean
    })
  | (Node & {
      readonly kind: 'insert'
      readonly table: readonly Name[]
      readonly columns: readonly Name[] | undefined
      readonly query: Query
      readonly overwrite: boolean
    })
  | (Node & {
      readonly kind: 'delete'
      readonly table: readonly Name[]
      readonly where: Expression | undefined
    })
  | (Node & {
      readonly kind: 'update'
      readonly table: readonly Name[]
      readonly sets: readonly (readonly [Name, Expression])[]
      readonly where: Expression | undefined
    })
  | (Node & {
      readonly kind: 'alter'
      readonly table: readonly Name[]
      readonly change:
        | { readonly kind: 'add column'; readonly column: ColumnDefinition }
        | { readonly kind: 'drop column'; readonly column: Name }
        | { readonly kind: 'rename column'; readonly column: Name; readonly to: Name }
        | { readonly kind: 'rename'; readonly to: readonly Name[] }
    })
