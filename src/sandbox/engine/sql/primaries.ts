import { JsonForms } from './json-forms.js'
import { SqlError } from './sql-error.js'
import type { Bound, Call, Expression, Frame, Name, Query, SortItem, TypeSyntax, Window } from './syntax.js'

/** Functions that are called without parentheses. */
const BARE = new Set(['current_date', 'current_time', 'current_timestamp', 'localtime', 'localtimestamp'])

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
export abstract class Primaries extends JsonForms {
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

  protected call(name: string, args: readonly Expression[], at: number): Call {
    const none = {
      star: false,
      distinct: false,
      orderBy: [],
      filter: undefined,
      ignoreNulls: false,
      over: undefined,
    }
    return { kind: 'call', name, args, ...none, at }
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
    switch (text) {
      case 'cast':
      case 'try_cast':
        return this.#cast(text === 'try_cast', at)
      case 'exists': {
        this.take()
        const query = this.#queryInParentheses()
        return { kind: 'exists', query, at }
      }
      case 'extract':
        return this.#extract(at)
      case 'row':
        this.take()
        return { kind: 'row', items: this.inParentheses(() => this.expression()), at }
      case 'position':
        return this.#position(at)
      case 'substring':
        return this.#substring(at)
      case 'trim':
        return this.#trim(at)
      case 'overlay':
        return this.#overlay(at)
      case 'normalize':
        return this.#normalize(at)
      case 'listagg':
        return this.#listagg(at)
      default:
        return this.dialect === 'trino' ? this.jsonForm(text, at) : undefined
    }
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

  #cast(isTry: boolean, at: number): Expression {
    this.take()
    this.expectSign('(')
    const of = this.expression()
    this.expectWord('as')
    const to = this.type()
    this.expectSign(')')
    return { kind: 'cast', of, to, isTry, at }
  }

  #extract(at: number): Expression {
    this.take()
    this.expectSign('(')
    const field = this.anyName().text
    this.expectWord('from')
    const of = this.expression()
    this.expectSign(')')
    return { kind: 'extract', field, of, at }
  }

  #position(at: number): Expression {
    this.take()
    this.expectSign('(')
    const needle = this.operand()
    this.expectWord('in')
    const text = this.operand()
    this.expectSign(')')
    return this.call('strpos', [text, needle], at)
  }

  /** An expression without `IN` and its like. */
  abstract operand(): Expression

  #substring(at: number): Expression {
    this.take()
    this.expectSign('(')
    const args = [this.expression()]
    if (this.word('from')) {
      args.push(this.expression())
      if (this.word('for')) args.push(this.expression())
    } else while (this.sign(',')) args.push(this.expression())
    this.expectSign(')')
    return this.call('substring', args, at)
  }

  #trim(at: number): Expression {
    this.take()
    this.expectSign('(')
    const side = this.oneOf('leading', 'trailing', 'both')
    const name = side === 'leading' ? 'ltrim' : side === 'trailing' ? 'rtrim' : 'trim'
    const args: Expression[] = []
    if (!this.isWord('from')) args.push(this.expression())
    if (this.word('from')) args.unshift(this.expression())
    else if (this.sign(',')) args.push(this.expression())
    this.expectSign(')')
    return this.call(name, args, at)
  }

  #overlay(at: number): Expression {
    this.take()
    this.expectSign('(')
    const args = [this.expression()]
    this.expectWord('placing')
    args.push(this.expression())
    this.expectWord('from')
    args.push(this.expression())
    if (this.word('for')) args.push(this.expression())
    this.expectSign(')')
    return this.call('overlay', args, at)
  }

  #normalize(at: number): Expression {
    this.take()
    this.expectSign('(')
    const args = [this.expression()]
    if (this.sign(',')) {
      const form = this.oneOf('nfd', 'nfc', 'nfkd', 'nfkc') ?? this.fail("'NFD', 'NFC', 'NFKD', 'NFKC'")
      args.push({ kind: 'literal', type: 'text', text: form.toUpperCase(), at })
    }
    this.expectSign(')')
    return this.call('normalize', args, at)
  }

  /** The sandbox ends the query where the text is too long, whatever is said. */
  #overflow(): void {
    if (!this.word('on')) return
    this.expectWord('overflow')
    if (this.word('error')) return
    this.expectWord('truncate')
    if (this.peek().kind === 'text') this.text()
    this.oneOf('with', 'without')
    this.expectWord('count')
  }

  #listagg(at: number): Expression {
    this.take()
    this.expectSign('(')
    const distinct = this.word('distinct')
    const args = [this.expression()]
    if (this.sign(',')) args.push(this.expression())
    this.#overflow()
    this.expectSign(')')
    this.expectWord('within', 'group')
    this.expectSign('(')
    this.expectWord('order', 'by')
    const orderBy = this.list(() => this.sortItem())
    this.expectSign(')')
    return this.#tail({ ...this.call('listagg', args, at), distinct, orderBy })
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
    if (this.isSign('(')) return this.#callOf(name, at)
    return { kind: 'name', name, at }
  }

  #callOf(name: Name, at: number): Expression {
    if (name.text === 'grouping')
      return { kind: 'grouping', args: this.inParentheses(() => this.expression()), at }
    this.expectSign('(')
    if (this.sign('*')) {
      this.expectSign(')')
      return this.#tail({ ...this.call(name.text, [], at), star: true })
    }
    const distinct = this.word('distinct')
    if (!distinct) this.word('all')
    const args = this.isSign(')') || this.isWord('order') ? [] : this.list(() => this.expression())
    const orderBy = this.word('order', 'by') ? this.list(() => this.sortItem()) : []
    const ignoreNulls = this.#nullTreatment()
    this.expectSign(')')
    return this.#tail({ ...this.call(name.text, args, at), distinct, orderBy, ignoreNulls })
  }

  #nullTreatment(): boolean {
    if (this.word('ignore', 'nulls')) return true
    this.word('respect', 'nulls')
    return false
  }

  #tail(call: Call): Call {
    let filter: Expression | undefined
    if (this.isWord('filter') && this.isSign('(', 1)) {
      this.take()
      this.expectSign('(')
      this.expectWord('where')
      filter = this.expression()
      this.expectSign(')')
    }
    const ignoreNulls = this.#nullTreatment() || call.ignoreNulls
    const over = this.word('over') ? this.windowOrName() : undefined
    return { ...call, filter, ignoreNulls, over }
  }

  sortItem(): SortItem {
    const at = this.at
    const expression = this.expression()
    const descending = this.word('desc')
    if (!descending) this.word('asc')
    const nullsFirst = this.word('nulls', 'first') ? true : this.word('nulls', 'last') ? false : undefined
    return { expression, descending, nullsFirst, at }
  }

  windowOrName(): Window | Name {
    return this.isSign('(') ? this.window() : this.name()
  }

  window(): Window {
    const at = this.at
    this.expectSign('(')
    const isBase =
      this.isName() &&
      !['partition', 'order', 'rows', 'range', 'groups', 'distribute', 'sort'].some((word) =>
        this.isWord(word),
      )
    const base = isBase ? this.name() : undefined
    const partitions =
      this.word('partition', 'by') || (this.dialect === 'hive' && this.word('distribute', 'by'))
    const partitionBy = partitions ? this.list(() => this.expression()) : []
    const orders = this.word('order', 'by') || (this.dialect === 'hive' && this.word('sort', 'by'))
    const orderBy = orders ? this.list(() => this.sortItem()) : []
    const unit = this.oneOf('rows', 'range', 'groups')
    const frame = unit === undefined ? undefined : this.#frame(unit)
    this.expectSign(')')
    return { base, partitionBy, orderBy, frame, at }
  }

  #frame(unit: Frame['unit']): Frame {
    if (!this.word('between')) return { unit, start: this.#bound(), end: undefined }
    const start = this.#bound()
    this.expectWord('and')
    return { unit, start, end: this.#bound() }
  }

  #bound(): Bound {
    if (this.word('current', 'row')) return { kind: 'current row', value: undefined }
    if (this.word('unbounded', 'preceding')) return { kind: 'unbounded preceding', value: undefined }
    if (this.word('unbounded', 'following')) return { kind: 'unbounded following', value: undefined }
    const value = this.operand()
    const kind = this.oneOf('preceding', 'following')
    return { kind: kind ?? this.fail("'PRECEDING', 'FOLLOWING'"), value }
  }
}
