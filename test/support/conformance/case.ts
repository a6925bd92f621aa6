/** What a statement without a result answers. */
export const DONE = Symbol('done')

/** A query that ends with an error, which has this text in it. */
export class Failure {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

export const fails = (text = '') => new Failure(text)

/** An expression or a statement, and its value or rows. */
export type Case = readonly [sql: string, answer: unknown]

/** Cases by the page of the documentation that says what they answer. */
export interface Conformance {
  /** Below https://trino.io/docs/current/, without `.html`; `td` and `hive` are the pages of Treasure Data and Hive. */
  readonly page: string
  readonly cases: readonly Case[]
}
