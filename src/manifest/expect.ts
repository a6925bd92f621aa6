import * as z from 'zod'
import type { Expectations, PreviousOutput } from '../pipeline/gates/expectations.js'

const names = z.array(z.string().min(1)).min(1)
const rows = z.int().min(0)

/** `50%`, as a part of one. */
const percentage = z
  .string('expected a percentage, such as 50%')
  .meta({ pattern: '^\\d{1,6}(\\.\\d{1,4})? ?%$' })
  .transform((value, context) => {
    const [, percent] = /^(\d{1,6}(?:\.\d{1,4})?) ?%$/.exec(value) ?? []
    if (percent !== undefined) return Number(percent) / 100
    context.addIssue('expected a percentage, such as 50%')
    return z.NEVER
  })

/** Expectations of the rows of an export. */
export const expectSchema = z
  .strictObject({
    rows: z
      .strictObject({ min: rows, max: rows, max_change: percentage })
      .partial()
      .refine(
        ({ min = 0, max = Number.POSITIVE_INFINITY }) => min <= max,
        'no number of rows is at least min and at most max',
      ),
    not_null: names,
    unique: z.array(z.union([z.string().min(1), names], 'expected a column, or a list of them')).min(1),
    columns: names,
    schema: z.literal('same'),
  })
  .partial()

export type ExpectSettings = z.output<typeof expectSchema>

/**
 * The expectations of an export: its own, and those of `defaults` about what it says nothing of, so that one more check does not
 * take the place of another.
 */
export function expectationsOf(
  defaults: ExpectSettings | undefined,
  own: ExpectSettings | undefined,
): Expectations | undefined {
  const { rows, not_null: notNull, unique, columns, schema } = { ...defaults, ...own }
  const bounds = rows && {
    ...(rows.min !== undefined && { min: rows.min }),
    ...(rows.max !== undefined && { max: rows.max }),
    ...(rows.max_change !== undefined && { maxChange: rows.max_change }),
  }
  const expect = {
    ...(bounds && Object.keys(bounds).length > 0 && { rows: bounds }),
    ...(notNull && { notNull }),
    ...(unique && { unique }),
    ...(columns && { columns }),
    ...(schema && { schema }),
  }
  return Object.keys(expect).length === 0 ? undefined : expect
}

/** The same, compared with what an earlier start has written. */
export function comparedWith(
  expect: Expectations | undefined,
  previous: PreviousOutput | undefined,
): Expectations | undefined {
  return expect === undefined || previous === undefined ? expect : { ...expect, previous }
}
