import { NO_ALIAS, Relations } from './relations.js'
import { SqlError } from './sql-error.js'
import type {
  Body,
  Expression,
  Grouping,
  Name,
  Query,
  Relation,
  Select,
  SelectItem,
  Window,
  With,
} from './syntax.js'
import { unfolded } from './table-functions.js'

/** SELECT and what is around it. */
export abstract class Queries extends Relations {
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
    if (this.dialect === 'hive' && this.word('from')) return this.#select(this.from())
    return this.fail("'SELECT', 'TABLE', 'VALUES', 'WITH', '('")
  }

  #wholeTable(at: number): Select {
    const name = this.tableName()
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

  /** `early`: what Hive takes in front of SELECT. */
  #select(early?: Relation): Select {
    const { at } = this
    this.expectWord('select')
    const distinct = this.word('distinct')
    if (!distinct) this.word('all')
    const given = this.list(() => this.#item())
    const said = early ?? (this.word('from') ? this.from() : undefined)
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
    if (kind) return [{ kind, sets: all.map((expression) => [expression]), columns: all, at }]
    if (!this.word('grouping', 'sets')) return groupings
    return [{ kind: 'sets', sets: this.inParentheses(() => this.#set()), columns: all, at }]
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
}
