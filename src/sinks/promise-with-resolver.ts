/** A promise that is settled from elsewhere. */
export interface PromiseWithResolver {
  readonly promise: Promise<void>
  resolve(): void
  reject(reason: Error): void
}

/** One that may be rejected without a waiting caller. */
export function promiseWithResolver(): PromiseWithResolver {
  let resolve = () => {}
  let reject = (_: Error) => {}
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve
    reject = onReject
  })
  // A waiting caller gets the rejection; there may be none.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
