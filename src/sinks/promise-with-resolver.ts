/** A promise that is settled from elsewhere. */
export interface PromiseWithResolver {
  readonly promise: Promise<void>
  resolve(): void
  reject(reason: Error): void
}

/** One that may be rejected though nobody waits for it. */
export function promiseWithResolver(): PromiseWithResolver {
  let resolve = () => {}
  let reject = (_: Error) => {}
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // Whoever waits hears of a rejection; nobody may wait.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
