/** Whether two types are the same, not only assignable to each other. */
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only where the argument, a type, is `true`. Nothing happens at run time. */
export function expectTrue<T extends true>(): T | undefined {
  return undefined
}
