import { Cursor } from './cursor.js'
import type { Expression, JsonBehaviour, JsonBehaviours, JsonEntry } from './syntax.js'

const FORMS = ['json_exists', 'json_query', 'json_value', 'json_object', 'json_array'] as const
type Form = (typeof FORMS)[number]

/** The SQL/JSON functions, whose arguments have clauses: https://trino.io/docs/current/functions/json.html */
export abstract class JsonForms extends Cursor {
  abstract expression(): Expression

  protected jsonForm(name: string, at: number): Expression | undefined {
    const form = FORMS.find((each) => each === name)
    if (form === undefined) return undefined
    this.take()
    this.expectSign('(')
    const made =
      form === 'json_object' || form === 'json_array' ? this.#build(form, at) : this.#path(form, at)
    this.expectSign(')')
    return made
  }

  #path(form: Exclude<Form, 'json_object' | 'json_array'>, at: number): Expression {
    const input = this.expression()
    this.formatClause()
    this.expectSign(',')
    const pathAt = this.at
    const path = this.text()
    const passing = this.word('passing') ? this.list(() => this.passedEntry()) : []
    const returning = this.word('returning') ? this.type() : undefined
    this.formatClause()
    const wrapper = form === 'json_query' ? this.wrapperClause() : 'none'
    const omitsQuotes = form === 'json_query' && this.quotesClause()
    const { onEmpty, onError } = this.behaviours()
    return {
      kind: 'json path',
      form,
      input,
      path,
      pathAt,
      passing,
      returning,
      wrapper,
      omitsQuotes,
      onEmpty,
      onError,
      at,
    }
  }

  /** Texts are JSON by themselves here; encodings of bytes are not known to the sandbox. */
  protected formatClause(): boolean {
    if (!this.word('format', 'json')) return false
    if (this.isWord('encoding')) this.fail()
    return true
  }

  /** Names without quotes are in upper case, as the SQL standard says. */
  protected passedEntry(): JsonEntry {
    const value = this.expression()
    const isJson = this.formatClause()
    this.expectWord('as')
    const isQuoted = this.peek().kind === 'name'
    const { raw } = this.name()
    return { name: isQuoted ? raw : raw.toUpperCase(), key: undefined, value, isJson }
  }

  protected wrapperClause(): 'none' | 'conditional' | 'unconditional' {
    const isWith = this.word('with')
    if (!isWith && !this.word('without')) return 'none'
    const isConditional = isWith && this.word('conditional')
    if (isWith && !isConditional) this.word('unconditional')
    this.word('array')
    this.expectWord('wrapper')
    return isWith ? (isConditional ? 'conditional' : 'unconditional') : 'none'
  }

  protected quotesClause(): boolean {
    const said = this.oneOf('keep', 'omit')
    if (said === undefined) return false
    this.expectWord('quotes')
    if (this.word('on')) this.expectWord('scalar', 'string')
    return said === 'omit'
  }

  /** The clauses `ON EMPTY` and `ON ERROR`. */
  protected behaviours(): JsonBehaviours {
    let onEmpty: JsonBehaviour | undefined
    let onError: JsonBehaviour | undefined
    for (;;) {
      const behaviour = this.#behaviour()
      if (behaviour === undefined) return { onEmpty, onError }
      this.expectWord('on')
      if (this.word('empty')) onEmpty = behaviour
      else {
        this.expectWord('error')
        onError = behaviour
      }
    }
  }

  #behaviour(): JsonBehaviour | undefined {
    if (this.word('default')) return { kind: 'default', value: this.expression() }
    if (this.word('empty')) return { kind: this.word('object') ? 'empty object' : this.#emptyArray() }
    const kind = this.oneOf('error', 'null', 'true', 'false', 'unknown')
    return kind && { kind }
  }

  #emptyArray(): 'empty array' {
    this.word('array')
    return 'empty array'
  }

  #build(form: 'json_object' | 'json_array', at: number): Expression {
    const isObject = form === 'json_object'
    const hasItems = !this.isSign(')') && !this.isWord('returning')
    const entries = hasItems ? this.list(() => (isObject ? this.#member() : this.#item())) : []
    const keeps = this.word('null', 'on', 'null')
    const leaves = !keeps && this.word('absent', 'on', 'null')
    const isUnique = isObject && this.word('with', 'unique')
    if (isUnique || (isObject && this.word('without', 'unique'))) this.word('keys')
    const returning = this.word('returning') ? this.type() : undefined
    this.formatClause()
    return {
      kind: 'json build',
      form,
      entries,
      keepsNull: isObject ? !leaves : keeps,
      isUnique,
      returning,
      at,
    }
  }

  #item(): JsonEntry {
    const value = this.expression()
    return { name: undefined, key: undefined, value, isJson: this.formatClause() }
  }

  /** `'a' : 1`, `'a' VALUE 1`, `KEY 'a' VALUE 1` */
  #member(): JsonEntry {
    const isSaid = this.isWord('key') && !this.isSign(':', 1) && !this.isSign('.', 1)
    if (isSaid) this.take()
    const key = this.expression()
    if (isSaid || !this.sign(':')) this.expectWord('value')
    return { ...this.#item(), key }
  }
}
