import { display, type Kind, rowName, type Type } from './trino/type.js'

/** Names that Hive has for the types of Trino. */
const HIVE: Readonly<Partial<Record<Kind, string>>> = {
  integer: 'int',
  real: 'float',
  varbinary: 'binary',
  varchar: 'string',
  json: 'string',
  uuid: 'string',
  time: 'string',
  timestamp: 'timestamp',
  'timestamp with time zone': 'timestamp',
  unknown: 'void',
  'interval day to second': 'interval_day_time',
  'interval year to month': 'interval_year_month',
}

function hiveName(type: Type): string {
  switch (type.kind) {
    case 'array':
      return `array<${hiveName(type.of)}>`
    case 'map':
      return `map<${hiveName(type.key)},${hiveName(type.value)}>`
    case 'row':
      return `struct<${type.fields.map(({ name, type: field }, at) => `${name ?? `col${at + 1}`}:${hiveName(field)}`).join(',')}>`
    case 'decimal':
      return `decimal(${type.precision},${type.scale})`
    default:
      return HIVE[type.kind] ?? type.kind
  }
}

/** As the wire has it: without spaces behind commas, and from Presto without the precision of times. */
function wireName(type: Type, isPresto: boolean): string {
  switch (type.kind) {
    case 'array':
      return `array(${wireName(type.of, isPresto)})`
    case 'map':
      return `map(${wireName(type.key, isPresto)},${wireName(type.value, isPresto)})`
    case 'row':
      return `row(${type.fields.map(({ name, type: field }) => (name ? `${rowName(name)} ` : '') + wireName(field, isPresto)).join(',')})`
    case 'time':
    case 'timestamp':
    case 'timestamp with time zone':
      return isPresto ? type.kind : display(type)
    default:
      return display(type)
  }
}

/** The name of a type in `hive_result_schema`, as the engine of the job spells it. */
export function typeName(type: Type, engine: string): string {
  return engine === 'hive' ? hiveName(type) : wireName(type, engine === 'presto')
}
