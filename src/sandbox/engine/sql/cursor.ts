import { SqlError } from './sql-error.js'
import type { Name, TypeSyntax } from './syntax.js'
import { type Dialect, type Token, tokenize } from './tokens.js'

/** Trino's reserved words: no name unless quoted. */
const RESERVED = new Set(
  (
    'alter and as between by case cast constraint create cross cube current_catalog ' +
    'current_date current_path current_role current_schema current_time current_timestamp current_user ' +
    'deallocate delete describe distinct drop else end escape except execute exists extract false for from full ' +
    'group grouping having in inner insert intersect into is join left like localtime localtimestamp natural ' +
    'normalize not null on or order outer prepare recursive right rollup select table then trim true uescape union ' +
    'unnest using values when where with'
  ).split(' '),
)

/** Expressions in expressions; deeper ones would end in an overflow of some stack. */
const DEEPEST = 300

/** Reads tokens one after the other. */
export class Cursor {
  readonly sql: string
  readonly dialect: Dialect
  readonly #tokens: readonly Token[]
  #at = 0
  #depth = 0

  constructor(sql: string, dialect: Dialect) {
    this.sql = sql
    this.dialect = dialect
    this.#tokens = tokenize(sql, dialect)
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  take(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#at += 1
    return token
  }

  /** Where the reader stands, to come back to. */
  mark(): number {
    return this.#at
  }

  back(mark: number): void {
    this.#at = mark
  }

  get at(): number {
    return this.peek().start
  }

  isWord(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'word' && token.text === text
  }

  isSign(text: string, ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'sign' && token.text === text
  }

  /** Takes the words if they all come next. */
  word(...texts: string[]): boolean {
    if (!texts.every((text, i) => this.isWord(text, i))) return false
    this.#at += texts.length
    return true
  }

  /** Takes one of the words, if it comes next. */
  oneOf<T extends string>(...texts: readonly T[]): T | undefined {
    return texts.find((text) => this.word(text))
  }

  sign(text: string): boolean {
    if (!this.isSign(text)) return false
    this.#at += 1
    return true
  }

  fail(expecting?: string): never {
    const { start, end, kind } = this.peek()
    const found = kind === 'end' ? '<EOF>' : this.sql.slice(start, end)
    throw new SqlError(`mismatched input '${found}'${expecting ? `. Expecting: ${expecting}` : ''}`, start)
  }

  expectWord(...texts: string[]): void {
    for (const text of texts) if (!this.word(text)) this.fail(`'${text.toUpperCase()}'`)
  }

  expectSign(text: string): void {
    if (!this.sign(text)) this.fail(`'${text}'`)
  }

  text(): string {
    if (this.peek().kind !== 'text') this.fail('<string>')
    return this.take().text
  }

  integer(): number {
    if (this.peek().kind !== 'integer') this.fail('<integer>')
    return Number(this.take().text)
  }

  isName(ahead = 0): boolean {
    const { kind, text } = this.peek(ahead)
    return kind === 'name' || (kind === 'word' && !RESERVED.has(text))
  }

  name(): Name {
    if (!this.isName()) this.fail('<identifier>')
    return this.anyName()
  }

  /** Behind a dot, reserved words are names, too. */
  anyName(): Name {
    const { kind, text, start, end } = this.take()
    const raw = kind === 'name' ? text : this.sql.slice(start, end)
    return { text: text.toLowerCase(), raw, at: start }
  }

  names(): Name[] {
    const parts = [this.name()]
    while (this.sign('.')) parts.push(this.anyName())
    return parts
  }

  list<T>(read: () => T): T[] {
    const items = [read()]
    while (this.sign(',')) items.push(read())
    return items
  }

  /** A list in parentheses, perhaps of nothing. */
  inParentheses<T>(read: () => T): T[] {
    this.expectSign('(')
    const items = this.isSign(')') ? [] : this.list(read)
    this.expectSign(')')
    return items
  }

  /** Counts how deep the reader is in the query. */
  nested<T>(read: () => T): T {
    this.#depth += 1
    if (this.#depth > DEEPEST) throw new SqlError('the query is nested too deep for the sandbox', this.at)
    try {
      return read()
    } finally {
      this.#depth -= 1
    }
  }

  type(): TypeSyntax {
    const at = this.at
    let type = this.#baseType(at)
    while (this.isWord('array') || this.isSign('[')) {
      if (this.sign('[')) this.expectSign(']')
      else this.take()
      type = { name: 'array', args: [type], fields: [], at }
    }
    return type
  }

  #baseType(at: number): TypeSyntax {
    const name = this.anyName().text
    if (name === 'row' || name === 'struct') return this.#rowType(at)
    if (name === 'double') this.word('precision')
    if (name === 'interval') {
      const from = this.oneOf('year', 'day') ?? this.fail("'YEAR', 'DAY'")
      this.expectWord('to')
      this.expectWord(from === 'year' ? 'month' : 'second')
      return { name: `interval ${from}`, args: [], fields: [], at }
    }
    const args = this.#typeArgs()
    if (name !== 'timestamp' && name !== 'time') return { name, args, fields: [], at }
    const zone = this.word('with', 'time', 'zone')
    if (!zone) this.word('without', 'time', 'zone')
    return { name: zone ? `${name} with time zone` : name, args, fields: [], at }
  }

  #typeArgs(): (TypeSyntax | number)[] {
    const read = () => (this.peek().kind === 'integer' ? this.integer() : this.type())
    if (this.isSign('(')) return this.inParentheses(read)
    if (!this.sign('<')) return []
    const args = this.list(read)
    this.#closeAngle()
    return args
  }

  #closeAngle(): void {
    this.expectSign('>')
  }

  #rowType(at: number): TypeSyntax {
    const isAngle = this.isSign('<')
    this.expectSign(isAngle ? '<' : '(')
    const fields: (string | undefined)[] = []
    const args = this.list(() => {
      const next = this.peek(1)
      const isNamed = isAngle || (this.isName() && (next.kind === 'word' || next.kind === 'name'))
      const zoned = this.isWord('with', 1) || this.isWord('without', 1) || this.isWord('precision', 1)
      fields.push(isNamed && !zoned ? this.anyName().text : undefined)
      if (isAngle) this.expectSign(':')
      return this.type()
    })
    if (isAngle) this.#closeAngle()
    else this.expectSign(')')
    return { name: 'row', args, fields, at }
  }
}
