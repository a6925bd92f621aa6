/** The connection ended while a transaction was being committed, and nobody can tell whether it was. The cause is why it ended. */
export class UnknownCommit extends Error {
  override readonly name = 'UnknownCommit'

  constructor(cause: unknown) {
    super('it is not known whether the transaction was committed', { cause })
  }
}
