import { JsonTables } from './json-tables.js'
import { SqlError } from './sql-error.js'
import type { Alias, Expression, JoinKind, Name, Relation } from './syntax.js'

/** Words that may follow a relation, and so are no alias of it. */
export const NO_ALIAS = new Set(
  'limit offset fetch tablesample window lateral cluster distribute sort anti semi match_recognize set rlike regexp minus'.split(
    ' ',
  ),
)

/** The FROM clause. */
export abstract class Relations extends JsonTables {
  /** The tables that the query names, with those that WITH makes. */
  readonly tables: (readonly Name[])[] = []

  protected tableName(): Name[] {
    const name = this.names()
    this.tables.push(name)
    return name
  }

  protected from(): Relation {
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
        return { kind: 'derived', query, alias: this.alias(), isLateral: false, at }
      this.back(mark)
      this.take()
      const inner = this.relation()
      this.expectSign(')')
      return inner
    }
    if (this.isWord('unnest') && this.isSign('(', 1)) return this.#unnest(at)
    if (this.dialect === 'trino' && this.isWord('json_table') && this.isSign('(', 1))
      return this.jsonTable(at)
    if (this.word('lateral')) {
      this.expectSign('(')
      const query = this.query()
      this.expectSign(')')
      return { kind: 'derived', query, alias: this.alias(), isLateral: true, at }
    }
    const name = this.tableName()
    if (this.isSign('(')) throw new SqlError(`Table function '${name.at(-1)!.text}' not registered`, at)
    const early = this.isWord('tablesample') ? this.#sample() : undefined
    const alias = this.alias()
    const sample = early ?? (this.isWord('tablesample') ? this.#sample() : undefined)
    if (this.isWord('match_recognize'))
      throw new SqlError('MATCH_RECOGNIZE is not supported by the sandbox', this.at)
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
    return { kind: 'unnest', items, ordinality, alias: this.alias(), at }
  }

  #sample(): { method: string; percent: Expression } {
    this.expectWord('tablesample')
    const method = this.anyName().text
    this.expectSign('(')
    const percent = this.expression()
    this.expectSign(')')
    return { method, percent }
  }

  protected alias(): Alias | undefined {
    const isSaid = this.word('as')
    const { kind, text } = this.peek()
    if (!isSaid && (!this.isName() || (kind === 'word' && NO_ALIAS.has(text)))) return undefined
    const name = this.name()
    const columns = this.isSign('(') ? this.inParentheses(() => this.name()) : undefined
    return { name, columns }
  }
}
