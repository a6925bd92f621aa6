import { rulesOf } from './rule.js'

const both = (name: string, returns: string, template: string) => ({
  [`${name}(json, varchar) -> ${returns}`]: template,
  [`${name}(varchar, varchar) -> ${returns}`]: template,
})

const contains = {
  'json_array_contains(json, varchar) -> boolean': '_json_array_contains($1, $2)',
  'json_array_contains(json, boolean) -> boolean': '_json_array_contains_boolean($1, $2)',
  'json_array_contains(json, bigint) -> boolean': '_json_array_contains_whole($1, $2)',
  'json_array_contains(json, double) -> boolean': '_json_array_contains_number($1, $2)',
  'json_array_contains(varchar, varchar) -> boolean': '_json_array_contains($1, $2)',
  'json_array_contains(varchar, boolean) -> boolean': '_json_array_contains_boolean($1, $2)',
  'json_array_contains(varchar, bigint) -> boolean': '_json_array_contains_whole($1, $2)',
  'json_array_contains(varchar, double) -> boolean': '_json_array_contains_number($1, $2)',
}

export const JSONS = rulesOf('functions/json', {
  'is_json_scalar(json) -> boolean': '_is_json_scalar($1)',
  'is_json_scalar(varchar) -> boolean': '_is_json_scalar($1)',
  ...contains,
  'json_array_get(json, bigint) -> json': '_json_array_get($1, $2)',
  'json_array_get(varchar, bigint) -> json': '_json_array_get($1, $2)',
  'json_array_length(json) -> bigint': '_json_array_length($1)',
  'json_array_length(varchar) -> bigint': '_json_array_length($1)',
  ...both('json_extract', 'json', '_json_extract($1, $2)'),
  ...both('json_extract_scalar', 'varchar', '_json_extract_scalar($1, $2)'),
  'json_format(json) -> varchar': '$1',
  'json_parse(varchar) -> json': '_json_parse($1)',
  ...both('json_size', 'bigint', '_json_size($1, $2)'),
})
