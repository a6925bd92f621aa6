/** The connection ended while a transaction was being committed, with unknown result. The cause is why it ended. */
export class UnknownCommit extends Error {
  override readonly name = 'UnknownCommit'

  constructor(cause: unknown) {
    super('it is not known whether the transaction was committed', { cause })
  }
}
