/**
 * The options, as a list of arguments, that rows of the type `T` need: `int64: 'bigint'` where something in them can only be
 * a `bigint`, `timestamps: 'date'` where something can only be a `Date`.
 */
export type OptionsFor<T, O> = unknown extends Needs<T> ? [options?: O] : [options: O & Needs<T>]

/** As {@link OptionsFor}, for a function within a pipeline: a `Date` may come from the function before it. */
export type CallOptionsFor<T, O> =
  unknown extends NeedsExact<T> ? [options?: O] : [options: O & NeedsExact<T>]

type Needs<T> = NeedsExact<T> & (true extends Holds<T, Date> ? { timestamps: 'date' } : unknown)

type NeedsExact<T> = true extends Holds<T, bigint> ? { int64: 'bigint' } : unknown

/** Whether a part of `T` is nothing but `X`, or null. Types that hold themselves are followed a few levels deep. */
type Holds<T, X, Depth extends 1[] = []> = 0 extends T & 1
  ? false
  : [T] extends [null | undefined]
    ? false
    : [T] extends [X | null | undefined]
      ? true
      : Depth['length'] extends 4
        ? false
        : Inside<T, X, [...Depth, 1]>

type Inside<T, X, Depth extends 1[]> = T extends readonly (infer Item)[]
  ? Holds<Item, X, Depth>
  : T extends ReadonlyMap<infer Key, infer Item>
    ? Holds<Key, X, Depth> | Holds<Item, X, Depth>
    : T extends Date | Uint8Array | ((...args: never[]) => unknown)
      ? false
      : T extends object
        ? { [K in keyof T]-?: Holds<T[K], X, Depth> }[keyof T]
        : false
