/** What the first page of a column chunk tells. */
export interface DictionarySample {
  /** Values on the page, at least 1. */
  readonly values: number
  /** Distinct ones in its first half and in all of it. */
  readonly distinctInHalf: number
  readonly distinct: number
  /** Bytes of the page with values as they are and with indices, and of the dictionary, all compressed. */
  readonly plainBytes: number
  readonly indexedBytes: number
  readonly dictionaryBytes: number
  /** Bytes of the dictionary before compression, to which a limit applies. */
  readonly rawDictionaryBytes: number
  /** How many times as many values the whole chunk will have. */
  readonly growth: number
}

/** Whether the chunk as a whole becomes smaller with a dictionary, which must not exceed `limit` bytes. */
export function dictionaryPays(sample: DictionarySample, limit: number): boolean {
  const { distinct, growth } = sample
  const expected = expectedDistinct(sample)
  const larger = expected / distinct
  if (sample.rawDictionaryBytes * larger > limit) return false
  const wider = indexBits(expected) / indexBits(distinct)
  const indexed = sample.indexedBytes * growth * wider + sample.dictionaryBytes * larger
  return indexed < sample.plainBytes * growth
}

/**
 * Distinct values of the whole chunk. If values are drawn at random from D, a share of e^(-n/D) is new after n of
 * them; what the second half of the sample adds to the first tells D. If it adds as many, values keep being new.
 */
function expectedDistinct({ values, distinctInHalf, distinct, growth }: DictionarySample): number {
  const added = distinct - distinctInHalf
  if (added === 0 || growth <= 1) return distinct
  if (added >= distinctInHalf) return distinct * growth
  const drawnPerValue = 2 * Math.log(distinctInHalf / added)
  const all = values / drawnPerValue
  return Math.max(distinct, all * -Math.expm1(-drawnPerValue * growth))
}

function indexBits(distinct: number): number {
  return Math.max(1, Math.ceil(Math.log2(distinct)))
}
