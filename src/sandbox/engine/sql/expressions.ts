import { Primaries } from './primaries.js'
import { SqlError } from './sql-error.js'
import type { Expression } from './syntax.js'

const COMPARISONS = ['=', '<>', '!=', '<=', '>=', '<', '>'] as const
const HIVE_COMPARISONS = ['==', '<=>'] as const

/** Operators, from the weakest to the strongest. */
export abstract class Expressions extends Primaries {
  expression(): Expression {
    return this.nested(() => this.#logical('or', () => this.#logical('and', () => this.#not())))
  }

  #logical(op: 'and' | 'or', read: () => Expression): Expression {
    const at = this.at
    const terms = [read()]
    while (this.word(op)) terms.push(read())
    return terms.length === 1 ? terms[0]! : { kind: 'logical', op, terms, at }
  }

  #not(): Expression {
    const { at } = this
    const isNegated = this.word('not') || (this.dialect === 'hive' && this.sign('!'))
    return isNegated
      ? this.nested(() => ({ kind: 'unary', op: 'not', of: this.#not(), at }))
      : this.#predicate()
  }

  #predicate(): Expression {
    let left = this.operand()
    for (;;) {
      const next = this.#comparison(left) ?? this.#is(left) ?? this.#test(left)
      if (next === undefined) return left
      left = next
    }
  }

  #comparison(left: Expression): Expression | undefined {
    const { at } = this
    const signs = this.dialect === 'hive' ? [...COMPARISONS, ...HIVE_COMPARISONS] : COMPARISONS
    const found = signs.find((sign) => this.sign(sign))
    if (found === undefined) return undefined
    const op = found === '!=' ? '<>' : found === '==' ? '=' : found
    const quantifier =
      this.isSign('(', 1) && this.isQueryAhead(2) ? this.oneOf('any', 'some', 'all') : undefined
    if (quantifier === undefined) {
      const right = this.operand()
      if (op === '<=>') return { kind: 'distinct from', left, right, not: true, at }
      return { kind: 'binary', op, left, right, at }
    }
    this.expectSign('(')
    const query = this.query()
    this.expectSign(')')
    return { kind: 'quantified', op, quantifier: quantifier === 'all' ? 'all' : 'any', left, query, at }
  }

  #is(left: Expression): Expression | undefined {
    const { at } = this
    if (!this.word('is')) return undefined
    const not = this.word('not')
    if (this.word('null')) return { kind: 'is null', of: left, not, at }
    this.expectWord('distinct', 'from')
    return { kind: 'distinct from', left, right: this.operand(), not, at }
  }

  #test(left: Expression): Expression | undefined {
    const { at } = this
    const mark = this.mark()
    const not = this.word('not')
    if (this.word('between')) {
      const low = this.operand()
      this.expectWord('and')
      return { kind: 'between', of: left, low, high: this.operand(), not, at }
    }
    if (this.word('in')) return { kind: 'in', of: left, list: this.#inList(), not, at }
    if (this.word('like')) {
      const pattern = this.operand()
      const mark = this.word('escape') ? this.operand() : undefined
      return { kind: 'like', of: left, pattern, escape: mark, not, at }
    }
    if (this.dialect === 'hive' && (this.word('rlike') || this.word('regexp'))) {
      const matches = this.call('rlike', [left, this.operand()], at)
      return not ? { kind: 'unary', op: 'not', of: matches, at } : matches
    }
    this.back(mark)
    return undefined
  }

  #inList(): readonly Expression[] | ReturnType<Primaries['query']> {
    this.expectSign('(')
    if (this.isQueryAhead(0)) {
      const query = this.query()
      this.expectSign(')')
      return query
    }
    const items = this.list(() => this.expression())
    this.expectSign(')')
    return items
  }

  operand(): Expression {
    const sums = () =>
      this.#leftToRight(['+', '-'], () => this.#leftToRight(['*', '/', '%'], () => this.#signed()))
    if (this.dialect !== 'hive') return this.#leftToRight(['||'], sums)
    // Hive's operators on bits: https://cwiki.apache.org/confluence/display/Hive/LanguageManual+UDF
    const and = () => this.#leftToRight(['&'], () => this.#leftToRight(['||'], sums))
    return this.#leftToRight(['|'], () => this.#leftToRight(['^'], and))
  }

  #leftToRight(signs: readonly string[], read: () => Expression): Expression {
    let left = read()
    for (let depth = 0; ; depth += 1) {
      const { at } = this
      const op =
        signs.find((sign) => this.sign(sign)) ??
        (this.dialect === 'hive' && signs.includes('*') && this.word('div') ? 'div' : undefined)
      if (op === undefined) return left
      if (depth > 900) throw new SqlError('the query is nested too deep for the sandbox', at)
      left = { kind: 'binary', op, left, right: read(), at }
    }
  }

  #signed(): Expression {
    const { at } = this
    const op = this.sign('-') ? '-' : this.sign('+') ? '+' : undefined
    if (op !== undefined) return this.nested(() => ({ kind: 'unary', op, of: this.#signed(), at }))
    if (this.dialect === 'hive' && this.sign('~'))
      return this.nested(() => this.call('bitwise_not', [this.#signed()], at))
    return this.#atZone(this.primary())
  }

  #atZone(of: Expression): Expression {
    const { at } = this
    if (!this.word('at', 'time', 'zone')) return of
    return this.#atZone({ kind: 'at zone', of, zone: this.primary(), at })
  }
}
