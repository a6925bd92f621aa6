/** Ways to treat the files of earlier runs; see `PartitionOptions.earlierFiles`. */
export const EARLIER_FILES_RULES = ['remove', 'keep'] as const

/** See `PartitionOptions.earlierFiles`. */
export type EarlierFilesRule = (typeof EARLIER_FILES_RULES)[number]
