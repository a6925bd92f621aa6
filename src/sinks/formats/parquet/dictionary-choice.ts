/** Measurements of the first page of a column chunk. */
export interface DictionarySample {
  /** Distinct values in the first half of the page and on all of it, and how many of these are there exactly once and twice. */
  readonly distinctInHalf: number
  readonly distinct: number
  readonly once: number
  readonly twice: number
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
 * Distinct values of the whole chunk: those seen, and of those not seen yet as many as the rest will show. How many values
 * are there once or twice tells how many are not there at all (Chao 1984, https://www.jstor.org/stable/4615964), whatever
 * the frequent ones are; the share of them that more values bring is that of Colwell et al. 2012
 * (https://doi.org/10.1093/jpe/rtr044). Without a value seen twice all keep being new.
 */
function expectedDistinct(sample: DictionarySample): number {
  const { distinct, once, twice, growth } = sample
  if (growth <= 1) return distinct
  if (isSorted(sample)) return distinct * growth
  const unseen = (once * (once - 1)) / (2 * (twice + 1))
  if (unseen === 0) return distinct
  return distinct + unseen * -Math.expm1((-(growth - 1) * once) / unseen)
}

/**
 * Whether equal values lie together, as those of a time stamp do. Of values drawn at random the second half brings fewer new
 * ones than there are values seen once, or hardly any.
 */
function isSorted({ distinctInHalf, distinct, once }: DictionarySample): boolean {
  const added = distinct - distinctInHalf
  return added > once && added * 2 >= distinctInHalf
}

function indexBits(distinct: number): number {
  return Math.max(1, Math.ceil(Math.log2(distinct)))
}
