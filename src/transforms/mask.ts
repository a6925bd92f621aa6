import { requireObject, requireShape, SluiceError } from '../errors.js'
import { RowMasker } from '../kernel/masker.js'
import type { Limits } from '../model/limits.js'
import { isMaskKind, MASK_KEY_VARIABLE, type MaskKind, maskProblem } from '../model/masks.js'
import type { Plan } from '../model/plan.js'
import type { Row } from '../rows/reader.js'
import { checkOptions } from '../usage.js'
import { namedColumns } from './columns.js'
import { MaskKey, maskKeyOf } from './mask-key.js'
import type { RowFlow } from './row-flow.js'
import type { MaskedRow, TypedStage } from './typed.js'

/**
 * A transform that masks columns. It is no edit of a plan, which a sink of a program could overlook: whatever is behind it gets
 * rows that hold nothing else.
 */
export interface Mask {
  /** Tells masks, edits of the plan and row functions apart. */
  readonly kind: 'mask'
  /** The flow with its columns masked. */
  apply(flow: RowFlow, limits: Limits): RowFlow
  /** The plan of the masked rows. @throws SluiceError `E_USAGE` when it names a column that is not there, or one that is cast. */
  planOf(plan: Plan): Plan
}

/** A {@link Mask} that knows the rows that it takes and makes. */
export interface TypedMask<In, Out> extends Mask, TypedStage<In, Out> {}

/** How columns are masked. */
export interface MaskOptions {
  /**
   * The key of `hmac-sha256`: a text, of which the UTF-8 counts, or bytes. Best are 32 random bytes; anyone who has it can tell
   * which value a hash stands for by trying.
   *
   * @default the environment variable `TD_SLUICE_MASK_KEY`
   */
  readonly key?: string | Uint8Array | undefined
}

/**
 * Masks columns: `{ email: 'hmac-sha256', phone: 'redact', card: 'last4', name: 'null' }`. What is behind it, row functions,
 * sinks, checks and messages, sees masked values only, as texts. NULL stays NULL. A value that is no text is masked as the text
 * that CSV has of it.
 *
 * @example
 * await pipeline(source, mask({ email: 'hmac-sha256' }, { key: process.env.MASK_KEY }), csv('users.csv'))
 * @throws SluiceError `E_USAGE` for another kind of mask, and for hashes without a key or with one of fewer than 16 bytes; from the run, when the result has no such
 *   column, when that is cast before, and for a source with a `spool`, which keeps the download as it came.
 */
export function mask<
  In extends object = Row<never>,
  const Masks extends Readonly<Record<string, MaskKind>> = Readonly<Record<string, MaskKind>>,
>(masks: Masks, options: MaskOptions = {}): TypedMask<In, MaskedRow<In, Masks>> {
  checkOptions(options, 'mask', { key: 'text or object' })
  const { key } = options
  const isKey = key === undefined || typeof key === 'string' || key instanceof Uint8Array
  requireShape(isKey, 'the option key of mask', 'a text or bytes')
  requireObject(masks, 'the first argument of mask')
  if (key !== undefined) return maskBy(masks, new MaskKey(key))
  return maskBy(masks, needsKey(masks) ? maskKeyOf(process.env) : undefined)
}

/** The same, for a key that was read. */
export function maskBy(masks: Readonly<Record<string, MaskKind>>, key: MaskKey | undefined): Mask {
  requireMasks(masks, key)
  const kinds = new Map(Object.entries(masks))
  const sourcesOf = (plan: Plan) => {
    const found = new Map<number, MaskKind>()
    for (const [name, kind] of kinds) {
      for (const column of namedColumns(plan, name)) {
        if (column.cast !== undefined)
          throw new SluiceError('E_USAGE', `the column ${JSON.stringify(name)} is masked and cast`, {
            hint: 'a masked column is a text: leave the cast out',
          })
        found.set(column.source, kind)
      }
    }
    return found
  }
  return {
    kind: 'mask',
    planOf: (plan) => maskedPlan(plan, sourcesOf(plan)),
    apply(flow, limits) {
      const sources = sourcesOf(flow.plan)
      const columns = [...sources].map(([source, mask]) => ({ source, mask }))
      columns.sort((a, b) => a.source - b.source)
      const masker = new RowMasker(flow.plan.schema, columns, key?.reveal(), limits)
      return {
        plan: maskedPlan(flow.plan, sources),
        chunks: maskedChunks(flow, masker),
        recycle: (chunk) => masker.recycle(chunk),
      }
    },
  }
}

/**
 * Checks masks by the kinds they name, and by the key.
 *
 * @throws SluiceError `E_USAGE`
 */
export function requireMasks(masks: Readonly<Record<string, unknown>>, key: MaskKey | undefined): void {
  requireObject(masks, 'the first argument of mask')
  for (const kind of Object.values(masks))
    if (!isMaskKind(kind)) throw new SluiceError('E_USAGE', maskProblem(kind))
  if (key === undefined && needsKey(masks))
    throw new SluiceError(
      'E_USAGE',
      `hmac-sha256 needs a key: set ${MASK_KEY_VARIABLE}, or name a file with it`,
      {
        hint: 'a file: --mask-key-file FILE, mask_key_file in a manifest; a program gives the option key',
      },
    )
}

/** Whether some of the masks are hashes. */
export function needsKey(masks: Readonly<Record<string, unknown>>): boolean {
  return Object.values(masks).includes('hmac-sha256')
}

const TEXT = { kind: 'varchar' } as const

function maskedPlan(plan: Plan, sources: ReadonlyMap<number, MaskKind>): Plan {
  const { schema, columns } = plan
  return {
    ...plan,
    schema: {
      ...schema,
      columns: schema.columns.map((column, source) =>
        sources.has(source) ? { ...column, type: TEXT, typeText: 'varchar' } : column,
      ),
    },
    columns: columns.map((column) => (sources.has(column.source) ? { ...column, type: TEXT } : column)),
  }
}

async function* maskedChunks({ chunks, recycle }: RowFlow, masker: RowMasker): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    yield* masker.push(chunk)
    recycle?.(chunk)
  }
  yield* masker.end()
  masker.release()
}
