/** The engines that run queries. */
export const QUERY_TYPES = ['trino', 'presto', 'hive'] as const

/** The engine a query is for; `trino` and `presto` are the same one. */
export type QueryType = (typeof QUERY_TYPES)[number]
