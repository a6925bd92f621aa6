import type { Representation } from '../../../kernel/columns/tree.js'
import type { ParquetProfile } from '../../../model/option-types.js'

/** Which types a file has. */
export interface Profile extends Representation {
  /** Whether texts of JSON are marked as such, and not as plain texts. */
  readonly marksJson: boolean
  /** Entries of the footer that the reader looks at. */
  readonly metadata: Readonly<Record<string, string>>
}

const micros = () => 6 as const

/** Nanoseconds where the type has them: years 1677 to 2262. */
const nanosWhereSaid = (precision = 6) => (precision > 6 ? 9 : 6)

/** Features that most readers support. */
export const COMMON_TYPES: Profile = {
  uuid: 'uuid',
  time: 'time',
  timestamp: nanosWhereSaid,
  ignoresCase: false,
  marksJson: false,
  metadata: {},
}

/**
 * Spark 3 refuses dates before 1582-10-15 and moments before 1900 unless a file says that they are in the calendar of today and not in that of
 * Spark 2, and it looks for that in the version of Spark that wrote the file: `datetimeRebaseSpec` of
 * https://github.com/apache/spark/blob/master/sql/core/src/main/scala/org/apache/spark/sql/execution/datasources/DataSourceUtils.scala
 */
const SPARK_CALENDAR = { 'org.apache.spark.version': '3.0.0' }

/** Features of single readers; docs/parquet.md gives the reasons. */
export const PROFILES: Readonly<Record<ParquetProfile, Profile>> = {
  spark: {
    uuid: 'text',
    time: 'text',
    timestamp: micros,
    ignoresCase: true,
    marksJson: false,
    metadata: SPARK_CALENDAR,
  },
  bigquery: {
    uuid: 'text',
    time: 'time',
    timestamp: micros,
    ignoresCase: true,
    marksJson: false,
    metadata: {},
  },
  athena: {
    uuid: 'text',
    time: 'text',
    timestamp: (precision = 3) => (precision <= 3 ? 3 : 6),
    ignoresCase: true,
    marksJson: false,
    metadata: {},
  },
  duckdb: { ...COMMON_TYPES, marksJson: true },
}
