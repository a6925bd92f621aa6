import { Calls } from './calls.js'
import { SqlError } from './sql-error.js'
import type { Expression, Query, TypeSyntax } from './syntax.js'

/** Functions that are called without parentheses. */
const BARE = new Set([
  'current_catalog',
  'current_date',
  'current_schema',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
])

/** Words in front of a text that make a literal of it. */
const LITERAL_TYPES = new Set([
  'date',
  'time',
  'timestamp',
  'json',
  'decimal',
  'double',
  'bigint',
  'real',
  'varchar',
  'char',
  'uuid',
  'boolean',
  'tinyint',
  'smallint',
  'integer',
])

const INTERVAL_UNITS = [
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'second',
  'week',
  'years',
  'months',
  'days',
  'hours',
  'minutes',
  'seconds',
] as const

/** Literals, names, calls and whatever else binds tighter than operators. */
export abstract class Primaries extends Calls {
  abstract query(): Query

  primary(): Expression {
    let base = this.nested(() => this.#base())
    for (;;) {
      const at = this.at
      if (this.sign('[')) {
        const index = this.expression()
        this.expectSign(']')
        base = { kind: 'subscript', base, index, at }
      } else if (this.isSign('.')) {
        this.take()
        base = { kind: 'field', base, name: this.anyName(), at: base.at }
      } else return base
    }
  }

  #base(): Expression {
    const { kind, text, start: at } = this.peek()
    switch (kind) {
      case 'integer':
      case 'decimal':
      case 'double':
      case 'text':
      case 'bytes':
        this.take()
        return { kind: 'literal', type: kind, text, at }
      case 'typed':
        return this.#typedNumber(at)
      case 'sign':
        if (text === '(') return this.#parentheses(at)
        if (text === '?') throw new SqlError('parameters are not supported: a job has none', at)
        return this.fail()
      case 'end':
        return this.fail('<expression>')
      case 'name':
        return this.#nameOrCall(at)
      case 'word':
        return this.#wordly(text, at)
    }
  }

  #wordly(text: string, at: number): Expression {
    if (text === 'true' || text === 'false') return this.#literal('boolean', text, at)
    if (text === 'null') return this.#literal('null', text, at)
    if (BARE.has(text)) return this.#bare(text, at)
    if (this.peek(1).kind === 'text' && LITERAL_TYPES.has(text)) {
      this.take()
      const type: TypeSyntax = { name: text, args: [], fields: [], at }
      return { kind: 'typed literal', type, text: this.take().text, at }
    }
    if (text === 'interval') {
      const interval = this.#interval(at)
      if (interval) return interval
    }
    const special = this.#special(text, at)
    if (special) return special
    if (this.isName()) return this.#nameOrCall(at)
    // Hive and Trino both have functions that are called by words otherwise reserved.
    if (this.isSign('(', 1) && ['left', 'right', 'grouping', 'normalize', 'in'].includes(text))
      return this.#nameOrCall(at)
    return this.fail()
  }

  /** Hive's `1L`, a bigint, and the like. */
  #typedNumber(at: number): Expression {
    const [, text = '', letters = ''] = /^([\d.]+)(\D+)$/.exec(this.take().text) ?? []
    const name = { l: 'bigint', s: 'smallint', y: 'tinyint' }[letters.toLowerCase()] ?? 'decimal'
    return { kind: 'typed literal', type: { name, args: [], fields: [], at }, text, at }
  }

  #literal(type: 'boolean' | 'null', text: string, at: number): Expression {
    this.take()
    return { kind: 'literal', type, text, at }
  }

  #bare(text: string, at: number): Expression {
    this.take()
    const args: Expression[] = []
    if (this.sign('(')) {
      if (!this.isSign(')')) args.push(this.expression())
      this.expectSign(')')
    }
    return this.call(text, args, at)
  }

  /** `INTERVAL '1' DAY`, and Hive's without quotes. */
  #interval(at: number): Expression | undefined {
    const mark = this.mark()
    this.take()
    const negative = this.sign('-') || (this.sign('+') && false)
    const { kind, text } = this.peek()
    if (kind !== 'text' && !(kind === 'integer' && this.dialect === 'hive')) {
      this.back(mark)
      return undefined
    }
    this.take()
    const unit = this.oneOf(...INTERVAL_UNITS)?.replace(/s$/, '')
    if (!unit) this.fail("'YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'")
    const to = this.word('to') ? this.oneOf(...INTERVAL_UNITS) : undefined
    return { kind: 'interval', text: negative ? `-${text}` : text, unit, to, at }
  }

  #special(text: string, at: number): Expression | undefined {
    if (text === 'case') return this.#case(at)
    if (text === 'array' && this.isSign('[', 1)) {
      this.take()
      return { kind: 'array', items: this.#brackets(), at }
    }
    if (!this.isSign('(', 1)) return undefined
    if (text === 'exists') {
      this.take()
      return { kind: 'exists', query: this.#queryInParentheses(), at }
    }
    if (text === 'row') {
      this.take()
      return { kind: 'row', items: this.inParentheses(() => this.expression()), at }
    }
    return this.wordedCall(text, at) ?? (this.dialect === 'trino' ? this.jsonForm(text, at) : undefined)
  }

  #brackets(): Expression[] {
    this.expectSign('[')
    const items = this.isSign(']') ? [] : this.list(() => this.expression())
    this.expectSign(']')
    return items
  }

  #queryInParentheses(): Query {
    this.expectSign('(')
    const query = this.query()
    this.expectSign(')')
    return query
  }

  #case(at: number): Expression {
    this.take()
    const of = this.isWord('when') ? undefined : this.expression()
    const whens: [Expression, Expression][] = []
    while (this.word('when')) {
      const when = this.expression()
      this.expectWord('then')
      whens.push([when, this.expression()])
    }
    if (whens.length === 0) this.fail("'WHEN'")
    const otherwise = this.word('else') ? this.expression() : undefined
    this.expectWord('end')
    return { kind: 'case', of, whens, otherwise, at }
  }

  /** `(1)`, `(1, 2)`, `(SELECT 1)`, `(a, b) -> a + b`. */
  #parentheses(at: number): Expression {
    const lambda = this.#lambda(at)
    if (lambda) return lambda
    if (this.isQueryAhead(1)) return { kind: 'subquery', query: this.#queryInParentheses(), at }
    this.take()
    const items = this.list(() => this.expression())
    this.expectSign(')')
    return items.length === 1 ? items[0]! : { kind: 'row', items, at }
  }

  /** Whether a query begins behind parentheses. */
  protected isQueryAhead(from: number): boolean {
    let ahead = from
    while (this.isSign('(', ahead)) ahead += 1
    return ['select', 'with', 'values', 'table'].some((word) => this.isWord(word, ahead))
  }

  #lambda(at: number): Expression | undefined {
    const mark = this.mark()
    const params: string[] = []
    this.expectSign('(')
    while (this.isName() && (this.isSign(',', 1) || this.isSign(')', 1))) {
      params.push(this.anyName().text)
      if (!this.sign(',')) break
    }
    if (this.sign(')') && this.sign('->')) return { kind: 'lambda', params, body: this.expression(), at }
    this.back(mark)
    return undefined
  }

  #nameOrCall(at: number): Expression {
    const name = this.anyName()
    if (this.isSign('->') && this.dialect === 'trino') {
      this.take()
      return { kind: 'lambda', params: [name.text], body: this.expression(), at }
    }
    if (this.isSign('(')) return this.callOf(name, at)
    return { kind: 'name', name, at }
  }
}
