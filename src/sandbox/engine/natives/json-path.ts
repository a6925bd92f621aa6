import { type Json, JsonNumber } from './json-text.js'

/** An expression of the JSON path language: https://trino.io/docs/current/functions/json.html#json-path-language */
export type PathNode =
  | { readonly kind: 'context' | 'current' | 'last' }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: Json }
  | { readonly kind: 'binary'; readonly op: string; readonly left: PathNode; readonly right: PathNode }
  | { readonly kind: 'unary'; readonly op: string; readonly of: PathNode }
  /** `key` is absent for all members, or all items. */
  | { readonly kind: 'member'; readonly base: PathNode; readonly key: string | undefined }
  | { readonly kind: 'descendant'; readonly base: PathNode; readonly key: string }
  | { readonly kind: 'items'; readonly base: PathNode; readonly subscripts: readonly Subscript[] | undefined }
  | { readonly kind: 'filter'; readonly base: PathNode; readonly predicate: Predicate }
  | { readonly kind: 'method'; readonly base: PathNode; readonly name: Method }

export interface Subscript {
  readonly from: PathNode
  readonly to: PathNode | undefined
}

export type Predicate =
  | { readonly kind: 'and' | 'or'; readonly left: Predicate; readonly right: Predicate }
  | { readonly kind: 'not' | 'is unknown'; readonly of: Predicate }
  | { readonly kind: 'compare'; readonly op: string; readonly left: PathNode; readonly right: PathNode }
  | { readonly kind: 'exists'; readonly path: PathNode }
  | { readonly kind: 'starts with'; readonly path: PathNode; readonly prefix: PathNode }

const METHODS = ['double', 'ceiling', 'floor', 'abs', 'keyvalue', 'type', 'size'] as const
export type Method = (typeof METHODS)[number]

export interface JsonPath {
  readonly isLax: boolean
  readonly root: PathNode
}

/** An error of a path, with the place in it. */
export class PathSyntaxError extends Error {}

const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|"((?:[^"]|"")*)"|(\$[A-Za-z_]\w*)|([A-Za-z_]\w*)|(==|<>|!=|<=|>=|&&|\|\||\.\.|[-+*/%$@.,()[\]?!<>]))/y

interface Token {
  readonly kind: 'number' | 'text' | 'variable' | 'word' | 'sign' | 'end'
  readonly text: string
}

function tokensOf(path: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (path.slice(TOKEN.lastIndex).trim() !== '') {
    const at = TOKEN.lastIndex
    const found = TOKEN.exec(path)
    if (found === null) throw new PathSyntaxError(`invalid JSON path at ${at + 1}: ${path}`)
    const [, number, text, variable, word, sign] = found
    if (number !== undefined) tokens.push({ kind: 'number', text: number })
    else if (text !== undefined) tokens.push({ kind: 'text', text: text.replaceAll('""', '"') })
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable.slice(1) })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
    else tokens.push({ kind: 'sign', text: sign! })
  }
  return [...tokens, { kind: 'end', text: '' }]
}

const COMPARISONS = ['==', '<>', '!=', '<=', '>=', '<', '>']

class PathReader {
  readonly #path: string
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(path: string) {
    this.#path = path
    this.#tokens = tokensOf(path)
  }

  read(): JsonPath {
    const isLax = this.#word('lax')
    if (!isLax && !this.#word('strict')) this.#fail('the path begins with lax or strict')
    const root = this.#sum()
    if (this.#peek().kind !== 'end') this.#fail(`unexpected '${this.#peek().text}'`)
    return { isLax, root }
  }

  #fail(why: string): never {
    throw new PathSyntaxError(`invalid JSON path, ${why}: ${this.#path}`)
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)]!
  }

  #is(kind: Token['kind'], text: string): boolean {
    return this.#peek().kind === kind && this.#peek().text === text
  }

  #sign(...texts: string[]): string | undefined {
    const found = texts.find((text) => this.#is('sign', text))
    if (found !== undefined) this.#at += 1
    return found
  }

  #word(text: string): boolean {
    const found = this.#is('word', text)
    if (found) this.#at += 1
    return found
  }

  #expect(sign: string): void {
    if (this.#sign(sign) === undefined) this.#fail(`'${sign}' is missing`)
  }

  #sum(): PathNode {
    return this.#leftToRight(['+', '-'], () => this.#leftToRight(['*', '/', '%'], () => this.#signed()))
  }

  #leftToRight(signs: string[], read: () => PathNode): PathNode {
    let left = read()
    for (;;) {
      const op = this.#sign(...signs)
      if (op === undefined) return left
      const right = read()
      // A fraction in a path is a decimal of SQL, which has digits that a double does not.
      for (const side of [left, right])
        if (side.kind === 'literal' && side.value instanceof JsonNumber && /[.eE]/.test(side.value.text))
          this.#fail('the sandbox computes with whole numbers of the path only')
      left = { kind: 'binary', op, left, right }
    }
  }

  #signed(): PathNode {
    const op = this.#sign('+', '-')
    return op === undefined ? this.#accessors(this.#primary()) : { kind: 'unary', op, of: this.#signed() }
  }

  #primary(): PathNode {
    const { kind, text } = this.#peek()
    this.#at += 1
    switch (kind) {
      case 'number':
        return { kind: 'literal', value: new JsonNumber(text) }
      case 'text':
        return { kind: 'literal', value: text }
      case 'variable':
        return { kind: 'variable', name: text }
      case 'word':
        if (text === 'last') return { kind: 'last' }
        if (text === 'true' || text === 'false') return { kind: 'literal', value: text === 'true' }
        if (text === 'null') return { kind: 'literal', value: null }
        return this.#fail(`unexpected '${text}'`)
      case 'sign': {
        if (text === '$') return { kind: 'context' }
        if (text === '@') return { kind: 'current' }
        if (text !== '(') return this.#fail(`unexpected '${text}'`)
        const inner = this.#sum()
        this.#expect(')')
        return inner
      }
      case 'end':
        return this.#fail('it ends too early')
      default:
        return kind satisfies never
    }
  }

  #accessors(from: PathNode): PathNode {
    let base = from
    for (;;) {
      if (this.#sign('..')) base = { kind: 'descendant', base, key: this.#key() }
      else if (this.#sign('.')) base = this.#member(base)
      else if (this.#sign('[')) base = this.#items(base)
      else if (this.#sign('?')) {
        this.#expect('(')
        base = { kind: 'filter', base, predicate: this.#or() }
        this.#expect(')')
      } else return base
    }
  }

  #key(): string {
    const { kind, text } = this.#peek()
    if (kind !== 'word' && kind !== 'text') this.#fail('a key is missing')
    this.#at += 1
    return text
  }

  #member(base: PathNode): PathNode {
    if (this.#sign('*')) return { kind: 'member', base, key: undefined }
    const isPlain = this.#peek().kind === 'word'
    const key = this.#key()
    if (!isPlain || !this.#is('sign', '(')) return { kind: 'member', base, key }
    this.#expect('(')
    this.#expect(')')
    const name = METHODS.find((method) => method === key)
    return name === undefined
      ? this.#fail(`the sandbox does not know the method ${key}()`)
      : { kind: 'method', base, name }
  }

  #items(base: PathNode): PathNode {
    if (this.#sign('*')) {
      this.#expect(']')
      return { kind: 'items', base, subscripts: undefined }
    }
    const subscripts: Subscript[] = []
    do {
      const from = this.#sum()
      subscripts.push({ from, to: this.#word('to') ? this.#sum() : undefined })
    } while (this.#sign(','))
    this.#expect(']')
    return { kind: 'items', base, subscripts }
  }

  #or(): Predicate {
    let left = this.#and()
    while (this.#sign('||')) left = { kind: 'or', left, right: this.#and() }
    return left
  }

  #and(): Predicate {
    let left = this.#not()
    while (this.#sign('&&')) left = { kind: 'and', left, right: this.#not() }
    return left
  }

  #not(): Predicate {
    return this.#sign('!') ? { kind: 'not', of: this.#not() } : this.#test()
  }

  #test(): Predicate {
    if (this.#is('word', 'exists')) {
      this.#at += 1
      this.#expect('(')
      const path = this.#sum()
      this.#expect(')')
      return { kind: 'exists', path }
    }
    return this.#inner() ?? this.#comparison()
  }

  /** `(…)` around a predicate, not around a path. */
  #inner(): Predicate | undefined {
    if (!this.#is('sign', '(')) return undefined
    const mark = this.#at
    try {
      this.#expect('(')
      const of = this.#or()
      this.#expect(')')
      if (!this.#word('is')) return of
      if (!this.#word('unknown')) this.#fail("'unknown' is missing")
      return { kind: 'is unknown', of }
    } catch (error) {
      if (!(error instanceof PathSyntaxError)) throw error
      this.#at = mark
      return undefined
    }
  }

  #comparison(): Predicate {
    const left = this.#sum()
    if (this.#word('starts')) {
      if (!this.#word('with')) this.#fail("'with' is missing")
      return { kind: 'starts with', path: left, prefix: this.#sum() }
    }
    const op = this.#sign(...COMPARISONS)
    if (op === undefined) return this.#fail('a comparison is missing')
    return { kind: 'compare', op: op === '!=' ? '<>' : op, left, right: this.#sum() }
  }
}

const known = new Map<string, JsonPath>()

/** @throws PathSyntaxError for what is no path, or has parts that the sandbox does not know. */
export function parseJsonPath(path: string): JsonPath {
  let parsed = known.get(path)
  if (parsed === undefined) {
    parsed = new PathReader(path).read()
    if (known.size > 1000) known.clear()
    known.set(path, parsed)
  }
  return parsed
}
