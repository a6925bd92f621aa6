import {
  arrow,
  arrows,
  csv,
  type Destination,
  json,
  msgpack,
  ndjson,
  parquet,
  type Sink,
  tsv,
} from '../../../src/index.js'

/** The sink of each format, by its name. */
export const SINKS_OF_FORMATS = {
  csv,
  tsv,
  ndjson,
  json,
  msgpack,
  parquet,
  arrow,
  arrows,
} as const satisfies Record<string, (destination: Destination) => Sink>
