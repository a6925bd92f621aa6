import type { Row } from '../rows/reader.js'
import type { Sink } from '../sinks/contract.js'
import type { Report } from './report.js'
import type { TransformOf } from './shape.js'

/**
 * A function that takes transforms and a sink, between the arguments `Before` and `After`. What each transform makes is known
 * to the next one, up to twelve of them.
 */
export interface WriteThrough<Before extends readonly unknown[], After extends readonly unknown[]> {
  // The longest comes first: the compiler types a function once, by the first signature that it tries it with.
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
    F = Row<never>,
    G = Row<never>,
    H = Row<never>,
    I = Row<never>,
    J = Row<never>,
    K = Row<never>,
    L = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      t6: TransformOf<E, F>,
      t7: TransformOf<F, G>,
      t8: TransformOf<G, H>,
      t9: TransformOf<H, I>,
      t10: TransformOf<I, J>,
      t11: TransformOf<J, K>,
      t12: TransformOf<K, L>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
    F = Row<never>,
    G = Row<never>,
    H = Row<never>,
    I = Row<never>,
    J = Row<never>,
    K = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      t6: TransformOf<E, F>,
      t7: TransformOf<F, G>,
      t8: TransformOf<G, H>,
      t9: TransformOf<H, I>,
      t10: TransformOf<I, J>,
      t11: TransformOf<J, K>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
    F = Row<never>,
    G = Row<never>,
    H = Row<never>,
    I = Row<never>,
    J = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      t6: TransformOf<E, F>,
      t7: TransformOf<F, G>,
      t8: TransformOf<G, H>,
      t9: TransformOf<H, I>,
      t10: TransformOf<I, J>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
    F = Row<never>,
    G = Row<never>,
    H = Row<never>,
    I = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      t6: TransformOf<E, F>,
      t7: TransformOf<F, G>,
      t8: TransformOf<G, H>,
      t9: TransformOf<H, I>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
    F = Row<never>,
    G = Row<never>,
    H = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      t6: TransformOf<E, F>,
      t7: TransformOf<F, G>,
      t8: TransformOf<G, H>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
    F = Row<never>,
    G = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      t6: TransformOf<E, F>,
      t7: TransformOf<F, G>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
    F = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      t6: TransformOf<E, F>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <
    R extends object = Row<never>,
    A = Row<never>,
    B = Row<never>,
    C = Row<never>,
    D = Row<never>,
    E = Row<never>,
  >(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      t5: TransformOf<D, E>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <R extends object = Row<never>, A = Row<never>, B = Row<never>, C = Row<never>, D = Row<never>>(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      t4: TransformOf<C, D>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <R extends object = Row<never>, A = Row<never>, B = Row<never>, C = Row<never>>(
    ...given: [
      ...before: Before,
      t1: TransformOf<R, A>,
      t2: TransformOf<A, B>,
      t3: TransformOf<B, C>,
      sink: Sink,
      ...after: After,
    ]
  ): Promise<Report>
  <R extends object = Row<never>, A = Row<never>, B = Row<never>>(
    ...given: [...before: Before, t1: TransformOf<R, A>, t2: TransformOf<A, B>, sink: Sink, ...after: After]
  ): Promise<Report>
  <R extends object = Row<never>, A = Row<never>>(
    ...given: [...before: Before, t1: TransformOf<R, A>, sink: Sink, ...after: After]
  ): Promise<Report>
  (...given: [...before: Before, sink: Sink, ...after: After]): Promise<Report>
  (
    ...given:
      | [...Before, ...TransformOf<Row<never>, unknown>[], Sink]
      | [...Before, ...TransformOf<Row<never>, unknown>[], Sink, ...Required<After>]
  ): Promise<Report>
}
