import { Expressions } from './expressions.js'
import { SqlError } from './sql-error.js'
import type { Alias, JsonColumn, Relation } from './syntax.js'

/** JSON_TABLE: https://trino.io/docs/current/functions/json.html#json-table */
export abstract class JsonTables extends Expressions {
  protected abstract alias(): Alias | undefined

  protected jsonTable(at: number): Relation {
    this.take()
    this.expectSign('(')
    const input = this.expression()
    this.formatClause()
    this.expectSign(',')
    const pathAt = this.at
    const path = this.#path()
    const passing = this.word('passing') ? this.list(() => this.passedEntry()) : []
    this.expectWord('columns')
    const columns = this.inParentheses(() => this.#column())
    if (this.isWord('plan')) throw new SqlError('PLAN of JSON_TABLE is not supported by the sandbox', this.at)
    const endsOnError = this.word('error')
    if (endsOnError || this.word('empty')) this.expectWord('on', 'error')
    this.expectSign(')')
    return { kind: 'json table', input, path, pathAt, passing, columns, endsOnError, alias: this.alias(), at }
  }

  /** Its name is of use to PLAN alone. */
  #path(): string {
    const path = this.text()
    if (this.word('as')) this.name()
    return path
  }

  #column(): JsonColumn {
    const { at } = this
    if (this.isWord('nested') && (this.isWord('path', 1) || this.peek(1).kind === 'text')) {
      this.take()
      this.word('path')
      const path = this.#path()
      this.expectWord('columns')
      return { kind: 'nested', path, columns: this.inParentheses(() => this.#column()), at }
    }
    const name = this.name()
    if (this.word('for', 'ordinality')) return { kind: 'ordinality', name, at }
    const type = this.type()
    const isJson = this.formatClause()
    if (!this.word('path'))
      throw new SqlError(
        'the sandbox wants a PATH for each column: without one, the letters of its member are not known',
        this.at,
      )
    const path = this.text()
    const wrapper = this.wrapperClause()
    const omitsQuotes = this.quotesClause()
    return { kind: 'column', name, type, isJson, path, wrapper, omitsQuotes, ...this.behaviours(), at }
  }
}
