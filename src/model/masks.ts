/** How to mask a column. */
export const MASK_KINDS = ['hmac-sha256', 'redact', 'last4', 'null'] as const

/**
 * Ways to mask the values of a column. `hmac-sha256`: a hash with a key, 64 hexadecimal digits, the same for the same
 * value; `redact`: `***`; `last4`: a star for each character but the last four; `null`: NULL. NULL stays NULL in each.
 */
export type MaskKind = (typeof MASK_KINDS)[number]

/** List of the masks, for messages. */
export const MASK_FORMS = MASK_KINDS.join(', ')

/** Whether a text is one of {@link MASK_KINDS}. */
export function isMaskKind(text: unknown): text is MaskKind {
  return (MASK_KINDS as readonly unknown[]).includes(text)
}

/** Why something is no kind of mask, for messages. */
export function maskProblem(kind: unknown): string {
  const hash = typeof kind === 'string' && /^(sha|md5|hash|blake)/i.test(kind)
  if (hash)
    return `a hash without a key is no mask, as whoever guesses a value can check it: use hmac-sha256, not ${kind}`
  return `columns can be masked by ${MASK_FORMS}`
}

/** The environment variable with the key of hashes. */
export const MASK_KEY_VARIABLE = 'TD_SLUICE_MASK_KEY'
