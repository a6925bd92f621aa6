import type { Call, Expression, Name } from './syntax.js'
import { Windows } from './windows.js'

/** Calls, those with words between their arguments among them: `CAST(x AS bigint)`, `EXTRACT(year FROM x)`. */
export abstract class Calls extends Windows {
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

  /** The calls that have a syntax of their own. */
  protected wordedCall(name: string, at: number): Expression | undefined {
    switch (name) {
      case 'cast':
      case 'try_cast':
        return this.#cast(name === 'try_cast', at)
      case 'extract':
        return this.#extract(at)
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
        return undefined
    }
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

  protected callOf(name: Name, at: number): Expression {
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
}
