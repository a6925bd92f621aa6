import type { Representation } from '../../../kernel/columns/tree.js'
import type { ParquetProfile } from '../../../model/option-types.js'

/** Which types a file has. */
export interface Profile extends Representation {
  /** Whether texts of JSON are marked as such, and not as plain texts. */
  readonly marksJson: boolean
}

const micros = () => 6 as const

/** Nanoseconds where the type has them: years 1677 to 2262. */
const nanosWhereSaid = (precision = 6) => (precision > 6 ? 9 : 6)

/** Features that most readers support. */
export const COMMON_TYPES: Profile = {
  uuid: 'uuid',
  time: 'time',
  timestamp: nanosWhereSaid,
  marksJson: false,
}

/** Features of single readers; docs/parquet.md gives the reasons. */
export const PROFILES: Readonly<Record<ParquetProfile, Profile>> = {
  spark: { uuid: 'text', time: 'text', timestamp: micros, marksJson: false },
  bigquery: { uuid: 'text', time: 'time', timestamp: micros, marksJson: false },
  athena: {
    uuid: 'text',
    time: 'text',
    timestamp: (precision = 3) => (precision <= 3 ? 3 : 6),
    marksJson: false,
  },
  duckdb: { ...COMMON_TYPES, marksJson: true },
}
