/** An answer that is not a success: an HTTP status with the JSON body Treasure Data sends beside it. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly details: Readonly<Record<string, unknown>> | undefined

  constructor(status: number, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message)
    this.status = status
    this.details = details
  }

  /** Clients look for the text under `message`, `error` or `text`; the API sends the last two. */
  body(): Record<string, unknown> {
    const { message, details } = this
    return { error: message, text: message, severity: 'error', ...(details && { details }) }
  }
}
