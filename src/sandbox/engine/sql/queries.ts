import { Expressions } from './expressions.js'
import { SqlError } from './sql-error.js'
import type {
  Alias,
  Body,
  Expression,
  Grouping,
  JoinKind,
  Name,
  Query,
  Relation,
  Select,
  SelectItem,
  Window,
  With,
} from './syntax.js'
import { unfolded } from './table-functions.js'

/** Words that may follow a relation, and so are no alias of it. */
const NO_ALIAS = new Set(
  'limit offset fetch tablesample window lateral cluster distribute sort anti semi match_recognize set rlike regexp minus'.split(
    ' ',
  ),
)

/** SELECT and what is around it. */
export abstract class Queries extends Expressions {
  /** The tables that the query names, with those that WITH makes. */
  readonly tables: (readonly Name[])[] = []

  query(): Query {
    return this.nested(() => {
      const { at } = this
      const recursive = this.isWord('with') && this.isWord('recursive', 1)
      const ctes = this.word('with') ? this.#withs() : []
      const body = this.#body()
      return { recursive, with: ctes, body, ...this.#ending(), at }
    })
  }

  #withs(): With[] {
    this.word('recursive')
    return this.list(() => {
      const { at } = this
      const name = this.name()
      const columns = this.isSign('(') ? this.inParentheses(() => this.name()) : undefined
      this.expectWord('as')
      this.expectSign('(')
      const query = this.query()
      this.expectSign(')')
      return { name, columns, query, at }
    })
  }

  #ending(): Pick<Query, 'orderBy' | 'offset' | 'limit' | 'withTies'> {
    const isSorted =
      this.word('order', 'by') ||
      (this.dialect === 'hive' && (this.word('sort', 'by') || this.word('cluster', 'by')))
    const orderBy = isSorted ? this.list(() => this.sortItem()) : []
    let offset: Expression | undefined
    if (this.word('offset')) {
      offset = this.primary()
      if (!this.word('row')) this.word('rows')
    }
    let limit: Expression | undefined
    let withTies = false
    if (this.word('limit')) {
      limit = this.word('all') ? undefined : this.primary()
      if (this.dialect === 'hive' && this.sign(',')) {
        offset = limit
        limit = this.primary()
      }
    } else if (this.word('fetch')) {
      if (!this.word('first')) this.expectWord('next')
      limit =
        this.isWord('row') || this.isWord('rows')
          ? { kind: 'literal', type: 'integer', text: '1', at: this.at }
          : this.primary()
      if (!this.word('row')) this.expectWord('rows')
      withTies = this.word('with', 'ties')
      if (!withTies) this.expectWord('only')
    }
    return { orderBy, offset, limit, withTies }
  }

  #body(): Body {
    let left = this.#intersections()
    for (;;) {
      const { at } = this
      const op = this.oneOf('union', 'except')
      if (op === undefined) return left
      const all = this.#isAll()
      const byName = this.#isByName()
      left = { kind: 'set', op, all, byName, left, right: this.#intersections(), at }
    }
  }

  #intersections(): Body {
    let left = this.#term()
    for (;;) {
      const { at } = this
      if (!this.word('intersect')) return left
      const all = this.#isAll()
      const byName = this.#isByName()
      left = { kind: 'set', op: 'intersect', all, byName, left, right: this.#term(), at }
    }
  }

  #isAll(): boolean {
    if (this.word('all')) return true
    this.word('distinct')
    return false
  }

  #isByName(): boolean {
    return this.dialect === 'trino' && this.word('corresponding')
  }

  #term(): Body {
    const { at } = this
    if (this.isSign('(')) {
      this.take()
      const query = this.query()
      this.expectSign(')')
      return { kind: 'query', query, at }
    }
    if (this.word('values')) return { kind: 'values', rows: this.list(() => this.expression()), at }
    if (this.word('table')) return this.#wholeTable(at)
    if (this.isWord('select')) return this.#select()
    if (this.dialect === 'hive' && this.word('from')) return this.#select(this.#from())
    return this.fail("'SELECT', 'TABLE', 'VALUES', 'WITH', '('")
  }

  #wholeTable(at: number): Select {
    const name = this.#tableName()
    const from: Relation = { kind: 'table', name, alias: undefined, sample: undefined, at }
    const items: SelectItem[] = [{ kind: 'star', relation: [], at }]
    return {
      kind: 'select',
      distinct: false,
      items,
      from,
      where: undefined,
      groupBy: undefined,
      groupsOnce: false,
      having: undefined,
      windows: [],
      at,
    }
  }

  #tableName(): Name[] {
    const name = this.names()
    this.tables.push(name)
    return name
  }

  /** `early`: what Hive takes in front of SELECT. */
  #select(early?: Relation): Select {
    const { at } = this
    this.expectWord('select')
    const distinct = this.word('distinct')
    if (!distinct) this.word('all')
    const given = this.list(() => this.#item())
    const said = early ?? (this.word('from') ? this.#from() : undefined)
    const { items, from } = this.dialect === 'hive' ? unfolded(given, said) : { items: given, from: said }
    const where = this.word('where') ? this.expression() : undefined
    const isGrouped = this.word('group', 'by')
    const groupsOnce = isGrouped && this.word('distinct')
    const groupBy = isGrouped ? this.#groupings() : undefined
    const having = this.word('having') ? this.expression() : undefined
    const windows = this.word('window') ? this.list(() => this.#namedWindow()) : []
    if (this.dialect === 'hive' && this.word('distribute', 'by')) this.list(() => this.expression())
    return { kind: 'select', distinct, items, from, where, groupBy, groupsOnce, having, windows, at }
  }

  #namedWindow(): readonly [Name, Window] {
    const name = this.name()
    this.expectWord('as')
    return [name, this.window()]
  }

  #item(): SelectItem {
    const { at } = this
    if (this.sign('*')) return { kind: 'star', relation: [], at }
    const mark = this.mark()
    if (this.isName()) {
      const relation = [this.anyName()]
      while (this.isSign('.') && !this.isSign('*', 1) && this.sign('.')) relation.push(this.anyName())
      if (this.sign('.') && this.sign('*')) return { kind: 'star', relation, at }
      this.back(mark)
    }
    const expression = this.expression()
    if (this.word('as')) {
      if (this.isSign('(')) return this.#manyAliases(expression, at)
      return { kind: 'expression', expression, alias: this.name(), at }
    }
    const alias =
      this.isName() && !(this.peek().kind === 'word' && NO_ALIAS.has(this.peek().text))
        ? this.name()
        : undefined
    return { kind: 'expression', expression, alias, at }
  }

  /** `posexplode(x) AS (position, item)` of Hive. */
  #manyAliases(expression: Expression, at: number): SelectItem {
    if (this.dialect !== 'hive')
      throw new SqlError('aliases of several columns are not supported by the sandbox', this.at)
    return {
      kind: 'expression',
      expression,
      alias: undefined,
      at,
      aliases: this.inParentheses(() => this.name()),
    }
  }

  #groupings(): Grouping[] {
    this.word('all')
    const groupings = this.list(() => this.#grouping())
    if (this.dialect !== 'hive') return groupings
    const { at } = this
    const kind = this.word('with', 'rollup') ? 'rollup' : this.word('with', 'cube') ? 'cube' : undefined
    const all = groupings.flatMap((grouping) => (grouping.kind === 'simple' ? grouping.expressions : []))
    if (kind) return [{ kind, sets: all.map((expression) => [expression]), at }]
    if (!this.word('grouping', 'sets')) return groupings
    return [{ kind: 'sets', sets: this.inParentheses(() => this.#set()), at }]
  }

  #grouping(): Grouping {
    const { at } = this
    const kind =
      (this.isWord('rollup') || this.isWord('cube')) && this.isSign('(', 1)
        ? this.oneOf('rollup', 'cube')
        : undefined
    if (kind) return { kind, sets: this.inParentheses(() => this.#set()), at }
    if (this.word('grouping', 'sets'))
      return { kind: 'sets', sets: this.inParentheses(() => this.#set()), at }
    if (this.isSign('(') && this.isSign(')', 1)) return { kind: 'sets', sets: [this.#set()], at }
    const expression = this.expression()
    return { kind: 'simple', expressions: expression.kind === 'row' ? expression.items : [expression], at }
  }

  #set(): readonly Expression[] {
    return this.isSign('(') ? this.inParentheses(() => this.expression()) : [this.expression()]
  }

  #from(): Relation {
    let left = this.relation()
    for (;;) {
      const { at } = this
      if (this.sign(','))
        left = {
          kind: 'join',
          join: 'cross',
          left,
          right: this.relation(),
          on: undefined,
          using: undefined,
          at,
        }
      else if (this.dialect === 'hive' && this.isWord('lateral') && this.isWord('view', 1))
        left = this.#lateralView(left)
      else return left
    }
  }

  #lateralView(left: Relation): Relation {
    const { at } = this
    this.expectWord('lateral', 'view')
    const outer = this.word('outer')
    const call = this.primary()
    if (call.kind !== 'call') throw new SqlError('LATERAL VIEW wants a table function such as explode', at)
    const table = this.name()
    const columns = this.word('as') ? this.list(() => this.name()) : []
    return { kind: 'lateral view', left, outer, call, table, columns, at }
  }

  relation(): Relation {
    let left = this.#source()
    for (;;) {
      const { at } = this
      const join = this.#joinKind()
      if (join === undefined) return left
      if (join === 'natural') throw new SqlError('Natural join not supported', at)
      const right = join === 'cross' ? this.#source() : this.#rightSide()
      if (join === 'cross') left = { kind: 'join', join, left, right, on: undefined, using: undefined, at }
      else if (this.word('using'))
        left = {
          kind: 'join',
          join,
          left,
          right,
          on: undefined,
          using: this.inParentheses(() => this.name()),
          at,
        }
      else {
        const isOpen = this.dialect === 'hive' && !this.isWord('on')
        if (!isOpen) this.expectWord('on')
        left = {
          kind: 'join',
          join: isOpen ? 'cross' : join,
          left,
          right,
          on: isOpen ? undefined : this.expression(),
          using: undefined,
          at,
        }
      }
    }
  }

  /** `a JOIN b JOIN c ON … ON …` joins b and c first. */
  #rightSide(): Relation {
    const mark = this.mark()
    const source = this.#source()
    if (!['join', 'inner', 'left', 'right', 'full'].some((word) => this.isWord(word))) return source
    this.back(mark)
    return this.relation()
  }

  #joinKind(): JoinKind | 'natural' | undefined {
    if (this.word('cross', 'join')) return 'cross'
    if (this.isWord('natural')) return 'natural'
    if (this.word('inner', 'join') || this.word('join')) return 'inner'
    for (const kind of ['left', 'right', 'full'] as const) {
      if (kind === 'left' && this.dialect === 'hive' && this.word('left', 'semi', 'join')) return 'semi'
      if (this.word(kind, 'outer', 'join') || this.word(kind, 'join')) return kind
    }
    return undefined
  }

  #source(): Relation {
    const { at } = this
    if (this.isSign('(')) {
      if (!this.isQueryAhead(0)) {
        this.take()
        const inner = this.relation()
        this.expectSign(')')
        return inner
      }
      const mark = this.mark()
      this.take()
      // `((SELECT 1) UNION …)` is a query; `((SELECT 1) a JOIN …)` is a relation.
      const query = this.#attempt(() => this.query())
      if (query && this.sign(')'))
        return { kind: 'derived', query, alias: this.#alias(), isLateral: false, at }
      this.back(mark)
      this.take()
      const inner = this.relation()
      this.expectSign(')')
      return inner
    }
    if (this.isWord('unnest') && this.isSign('(', 1)) return this.#unnest(at)
    if (this.word('lateral')) {
      this.expectSign('(')
      const query = this.query()
      this.expectSign(')')
      return { kind: 'derived', query, alias: this.#alias(), isLateral: true, at }
    }
    const name = this.#tableName()
    if (this.isSign('(')) throw new SqlError(`Table function '${name.at(-1)!.text}' not registered`, at)
    const early = this.isWord('tablesample') ? this.#sample() : undefined
    const alias = this.#alias()
    const sample = early ?? (this.isWord('tablesample') ? this.#sample() : undefined)
    return { kind: 'table', name, alias, sample, at }
  }

  #attempt<T>(read: () => T): T | undefined {
    const mark = this.mark()
    const known = this.tables.length
    try {
      return read()
    } catch (error) {
      // Only where the other reading has a chance: a mistake inside the query is better told by this one.
      if (!(error instanceof SqlError) || !this.isSign('(')) throw error
      this.back(mark)
      this.tables.length = known
      return undefined
    }
  }

  #unnest(at: number): Relation {
    this.take()
    const items = this.inParentheses(() => this.expression())
    const ordinality = this.word('with', 'ordinality')
    return { kind: 'unnest', items, ordinality, alias: this.#alias(), at }
  }

  #sample(): { method: string; percent: Expression } {
    this.expectWord('tablesample')
    const method = this.anyName().text
    this.expectSign('(')
    const percent = this.expression()
    this.expectSign(')')
    return { method, percent }
  }

  #alias(): Alias | undefined {
    const isSaid = this.word('as')
    const { kind, text } = this.peek()
    if (!isSaid && (!this.isName() || (kind === 'word' && NO_ALIAS.has(text)))) return undefined
    const name = this.name()
    const columns = this.isSign('(') ? this.inParentheses(() => this.name()) : undefined
    return { name, columns }
  }
}
