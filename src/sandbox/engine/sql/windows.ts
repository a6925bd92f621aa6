import { JsonForms } from './json-forms.js'
import type { Bound, Expression, Frame, Name, SortItem, Window } from './syntax.js'

/** ORDER BY and windows: https://trino.io/docs/current/functions/window.html */
export abstract class Windows extends JsonForms {
  /** An expression without `IN` and its like. */
  abstract operand(): Expression

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
