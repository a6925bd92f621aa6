import type { SqlType } from '../../model/schema.js'
import type { ToCell } from './cell.js'

/** The values that a column of a table can hold; see `cellsFor`. A type without a check here holds `nothing`. */
export type Holds =
  | { readonly kind: 'boolean' | 'double' | 'real' | 'bytes' | 'date' | 'uuid' | 'interval' | 'nothing' }
  /** Both ends included. */
  | { readonly kind: 'integer'; readonly least: bigint; readonly most: bigint }
  /** Digits in all and after the point; without any, as many as a number has. */
  | {
      readonly kind: 'decimal'
      readonly precision?: number
      readonly scale?: number
      /** Whether it holds NaN; and, without a precision, the infinities. */
      readonly special?: boolean
    }
  | {
      readonly kind: 'text'
      readonly characters?: number
      readonly bytes?: number
      /** Shorter texts are filled up with blanks, so that blanks at the end mean nothing. */
      readonly padded?: boolean
    }
  /** `digits` of the fraction of a second. */
  | { readonly kind: 'time'; readonly digits: number; readonly withOffset: boolean }
  | { readonly kind: 'timestamp'; readonly digits: number; readonly withZone: boolean }
  /** `parsed`: kept as values, without duplicate keys, rather than as the text. */
  | { readonly kind: 'json'; readonly parsed: boolean }
  /** Values of a kind that only its database has. */
  | { readonly kind: 'own'; cells(type: SqlType): ToCell }
  /** Texts of one form. */
  | { readonly kind: 'form'; accepts(text: string): boolean }

/** A column of a table that is there. */
export interface SqlColumn {
  readonly name: string
  /** The type as the database spells it. */
  readonly typeText: string
  readonly holds: Holds
  /** Whether it may hold NULL. */
  readonly nullable: boolean
  /** Whether the database makes its values itself, and takes none. */
  readonly generated: boolean
}
