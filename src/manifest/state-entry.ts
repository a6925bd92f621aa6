import * as z from 'zod'

const fileSchema = z.object({ path: z.string(), bytes: z.number(), sha256: z.string().optional() })

const completeSchema = z.object({
  /** The output it is about: another path or format makes another output. */
  writingHash: z.string(),
  files: z.array(fileSchema),
  rows: z.number(),
  rowsWritten: z.number(),
  bytesOut: z.number(),
  /** Of the one file; those of several stand with them. States of earlier versions have that of the result here. */
  sha256: z.string().optional(),
  /** Of the result as read. */
  resultSha256: z.string().optional(),
  /** Names and types of its columns, where later ones are compared with them. */
  columns: z.array(z.object({ name: z.string(), type: z.string() })).optional(),
  /** Milliseconds that the start took for it. */
  durationMs: z.number().optional(),
  at: z.string(),
})

/** Times as `2026-01-31T00:00:00Z`. */
const utcText = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)

const windowSchema = z.object({
  from: utcText,
  to: utcText,
  /** Its output was final once: these are the rows of this time, whatever comes later. */
  isFinal: z.boolean().optional(),
  /** It was to begin where the first one did. */
  isFull: z.boolean().optional(),
})

/** The record of one export at one scheduled time, as the file has it. */
export const entrySchema = z.object({
  /** The job it is about: another query makes another job. */
  jobHash: z.string(),
  series: z.string(),
  attempt: z.int().min(1),
  jobId: z.string().nullable(),
  complete: completeSchema.nullable(),
  /** How the last start ended with it, when it failed. */
  failure: z.object({ code: z.string(), at: z.string() }).optional(),
  /** The rows that it is about, where the export has a watermark. */
  window: windowSchema.optional(),
  /** The manifest of the export: its path from the folder of the state on, so that both may be moved together. */
  manifest: z.string().optional(),
})

/** A line of the file, after the first. */
export const lineSchema = entrySchema.extend({ name: z.string(), time: z.string() })

/** A line that sets how far an export has come, whatever those before it say. */
export const watermarkSchema = z.strictObject({ name: z.string(), watermark: utcText })

/** The record of one export at one scheduled time. */
export type StateEntry = z.infer<typeof entrySchema>
/** From when to when the rows of an export go, the end not included. */
export type Window = z.infer<typeof windowSchema>
/** An output that lies complete on the disk. */
export type CompleteOutput = z.infer<typeof completeSchema>
