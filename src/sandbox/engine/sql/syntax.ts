/** The syntax tree of a query. `at` is the place in the user's text. */
export interface Node {
  readonly at: number
}

export interface Name extends Node {
  readonly text: string
  /** As the user wrote it. */
  readonly raw: string
}

/** `array(varchar)`, `decimal(10, 2)`, `row(a bigint)`, `timestamp(3) with time zone`. */
export interface TypeSyntax extends Node {
  readonly name: string
  readonly args: readonly (TypeSyntax | number)[]
  readonly fields: readonly (string | undefined)[]
}

export interface SortItem extends Node {
  readonly expression: Expression
  readonly descending: boolean
  readonly nullsFirst: boolean | undefined
}

export interface Window extends Node {
  readonly base: Name | undefined
  readonly partitionBy: readonly Expression[]
  readonly orderBy: readonly SortItem[]
  readonly frame: Frame | undefined
}

export interface Bound {
  readonly kind: 'unbounded preceding' | 'preceding' | 'current row' | 'following' | 'unbounded following'
  readonly value: Expression | undefined
}

export interface Frame {
  readonly unit: 'rows' | 'range' | 'groups'
  readonly start: Bound
  readonly end: Bound | undefined
}

export interface Call extends Node {
  readonly kind: 'call'
  readonly name: string
  readonly args: readonly Expression[]
  readonly star: boolean
  readonly distinct: boolean
  readonly orderBy: readonly SortItem[]
  readonly filter: Expression | undefined
  readonly ignoreNulls: boolean
  readonly over: Window | Name | undefined
}

export type Expression =
  | (Node & { readonly kind: 'literal'; readonly type: LiteralType; readonly text: string })
  | (Node & {
      readonly kind: 'interval'
      readonly text: string
      readonly unit: string
      readonly to: string | undefined
    })
  | (Node & { readonly kind: 'typed literal'; readonly type: TypeSyntax; readonly text: string })
  | (Node & { readonly kind: 'name'; readonly name: Name })
  | (Node & { readonly kind: 'field'; readonly base: Expression; readonly name: Name })
  | Call
  | (Node & { readonly kind: 'unary'; readonly op: '-' | '+' | 'not'; readonly of: Expression })
  | (Node & {
      readonly kind: 'binary'
      readonly op: string
      readonly left: Expression
      readonly right: Expression
    })
  | (Node & { readonly kind: 'logical'; readonly op: 'and' | 'or'; readonly terms: readonly Expression[] })
  | (Node & { readonly kind: 'is null'; readonly of: Expression; readonly not: boolean })
  | (Node & {
      readonly kind: 'distinct from'
      readonly left: Expression
      readonly right: Expression
      readonly not: boolean
    })
  | (Node & {
      readonly kind: 'between'
      readonly of: Expression
      readonly low: Expression
      readonly high: Expression
      readonly not: boolean
    })
  | (Node & {
      readonly kind: 'in'
      readonly of: Expression
      readonly list: readonly Expression[] | Query
      readonly not: boolean
    })
  | (Node & {
      readonly kind: 'like'
      readonly of: Expression
      readonly pattern: Expression
      readonly escape: Expression | undefined
      readonly not: boolean
    })
  | (Node & { readonly kind: 'exists'; readonly query: Query })
  | (Node & {
      readonly kind: 'quantified'
      readonly op: string
      readonly quantifier: 'any' | 'all'
      readonly left: Expression
      readonly query: Query
    })
  | (Node & {
      readonly kind: 'case'
      readonly of: Expression | undefined
      readonly whens: readonly (readonly [when: Expression, then: Expression])[]
      readonly otherwise: Expression | undefined
    })
  | (Node & {
      readonly kind: 'cast'
      readonly of: Expression
      readonly to: TypeSyntax
      readonly isTry: boolean
    })
  | (Node & { readonly kind: 'extract'; readonly field: string; readonly of: Expression })
  | (Node & { readonly kind: 'array'; readonly items: readonly Expression[] })
  | (Node & { readonly kind: 'row'; readonly items: readonly Expression[] })
  | (Node & { readonly kind: 'subscript'; readonly base: Expression; readonly index: Expression })
  | (Node & { readonly kind: 'lambda'; readonly params: readonly string[]; readonly body: Expression })
  | (Node & { readonly kind: 'subquery'; readonly query: Query })
  | (Node & { readonly kind: 'at zone'; readonly of: Expression; readonly zone: Expression })
  | (Node & { readonly kind: 'grouping'; readonly args: readonly Expression[] })
  | (Node & {
      readonly kind: 'json path'
      readonly form: 'json_exists' | 'json_query' | 'json_value'
      readonly input: Expression
      readonly path: string
      readonly pathAt: number
      readonly passing: readonly JsonEntry[]
      readonly returning: TypeSyntax | undefined
      readonly wrapper: 'none' | 'conditional' | 'unconditional'
      readonly omitsQuotes: boolean
      readonly onEmpty: JsonBehaviour | undefined
      readonly onError: JsonBehaviour | undefined
    })
  | (Node & {
      readonly kind: 'json build'
      readonly form: 'json_object' | 'json_array'
      readonly entries: readonly JsonEntry[]
      readonly keepsNull: boolean
      readonly isUnique: boolean
      readonly returning: TypeSyntax | undefined
    })

/** An argument of a JSON function: a member or item, or a named parameter of its path. */
export interface JsonEntry {
  readonly name: string | undefined
  readonly key: Expression | undefined
  readonly value: Expression
  /** `FORMAT JSON`: a text that is JSON already. */
  readonly isJson: boolean
}

/** Result of a JSON function `ON EMPTY` or `ON ERROR`. */
export type JsonBehaviour =
  | {
      readonly kind: 'error' | 'null' | 'true' | 'false' | 'unknown' | 'empty array' | 'empty object'
    }
  | { readonly kind: 'default'; readonly value: Expression }

export interface JsonBehaviours {
  readonly onEmpty: JsonBehaviour | undefined
  readonly onError: JsonBehaviour | undefined
}

/** A column of JSON_TABLE, or the columns of a path within the one around it. */
export type JsonColumn =
  | (Node & { readonly kind: 'ordinality'; readonly name: Name })
  | (Node &
      JsonBehaviours & {
        readonly kind: 'column'
        readonly name: Name
        readonly type: TypeSyntax
        /** `FORMAT JSON`: as JSON_QUERY finds it, not JSON_VALUE. */
        readonly isJson: boolean
        readonly path: string
        readonly wrapper: 'none' | 'conditional' | 'unconditional'
        readonly omitsQuotes: boolean
      })
  | (Node & { readonly kind: 'nested'; readonly path: string; readonly columns: readonly JsonColumn[] })

export type LiteralType = 'integer' | 'decimal' | 'double' | 'text' | 'bytes' | 'boolean' | 'null'

export type SelectItem =
  | (Node & { readonly kind: 'star'; readonly relation: readonly Name[] })
  | (Node & {
      readonly kind: 'expression'
      readonly expression: Expression
      readonly alias: Name | undefined
      /** Of the columns that a table function of Hive makes. */
      readonly aliases?: readonly Name[]
    })

export type Grouping =
  | (Node & { readonly kind: 'simple'; readonly expressions: readonly Expression[] })
  | (Node & {
      readonly kind: 'rollup' | 'cube' | 'sets'
      readonly sets: readonly (readonly Expression[])[]
      /** All columns in the order of Hive's GROUPING__ID. */
      readonly columns?: readonly Expression[]
    })

export interface Select extends Node {
  readonly kind: 'select'
  readonly distinct: boolean
  readonly items: readonly SelectItem[]
  readonly from: Relation | undefined
  readonly where: Expression | undefined
  readonly groupBy: readonly Grouping[] | undefined
  /** `GROUP BY DISTINCT`: each set of columns once. */
  readonly groupsOnce: boolean
  readonly having: Expression | undefined
  readonly windows: readonly (readonly [Name, Window])[]
}

export type Body =
  | Select
  | (Node & { readonly kind: 'values'; readonly rows: readonly Expression[] })
  | (Node & { readonly kind: 'query'; readonly query: Query })
  | (Node & {
      readonly kind: 'set'
      readonly op: 'union' | 'intersect' | 'except'
      readonly all: boolean
      /** `CORRESPONDING`: the columns of both sides are matched by their names. */
      readonly byName: boolean
      readonly left: Body
      readonly right: Body
    })

export interface With extends Node {
  readonly name: Name
  readonly columns: readonly Name[] | undefined
  readonly query: Query
}

export interface Query extends Node {
  readonly recursive: boolean
  readonly with: readonly With[]
  readonly body: Body
  readonly orderBy: readonly SortItem[]
  readonly offset: Expression | undefined
  readonly limit: Expression | undefined
  readonly withTies: boolean
}

export type JoinKind = 'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi'

export interface Alias {
  readonly name: Name
  readonly columns: readonly Name[] | undefined
}

export type Relation =
  | (Node & {
      readonly kind: 'table'
      readonly name: readonly Name[]
      readonly alias: Alias | undefined
      readonly sample: { readonly method: string; readonly percent: Expression } | undefined
    })
  | (Node & {
      readonly kind: 'derived'
      readonly query: Query
      readonly alias: Alias | undefined
      readonly isLateral: boolean
    })
  | (Node & {
      readonly kind: 'unnest'
      readonly items: readonly Expression[]
      readonly ordinality: boolean
      readonly alias: Alias | undefined
    })
  | (Node & {
      readonly kind: 'json table'
      readonly input: Expression
      readonly path: string
      readonly pathAt: number
      readonly passing: readonly JsonEntry[]
      readonly columns: readonly JsonColumn[]
      readonly endsOnError: boolean
      readonly alias: Alias | undefined
    })
  | (Node & {
      readonly kind: 'join'
      readonly join: JoinKind
      readonly left: Relation
      readonly right: Relation
      readonly on: Expression | undefined
      readonly using: readonly Name[] | undefined
    })
  | (Node & {
      readonly kind: 'lateral view'
      readonly left: Relation
      readonly outer: boolean
      readonly call: Call
      readonly table: Name
      readonly columns: readonly Name[]
    })
