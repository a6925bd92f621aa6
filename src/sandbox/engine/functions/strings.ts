import { padded } from '../trino/cast.js'
import { joinedChars } from '../trino/operators.js'
import type { Type } from '../trino/type.js'
import { bind, fill, type Typed } from '../trino/typed.js'
import { multimapOfPairs } from './collections.js'
import { isLiteralText, type Make, rulesOf } from './rule.js'

const joined: Make = (args) => `(${args.map(({ sql }) => sql).join(' || ')})`

/** A trimmed char has its spaces at the end again. */
const trimmed =
  (call: string): Make =>
  ([text, set]) => {
    const { length } = text!.type as Type & { kind: 'char' }
    return { sql: padded(fill(call, [text!.sql, set?.sql ?? '']), length), type: text!.type }
  }

const chars: Make = ([left, right], { at }) => joinedChars([left!, right!], at)

/** DuckDB's own function is faster where the place is known not to be 0 or counted from the end. */
const substr: Make = (args) => {
  const [text, start, length] = args
  const isPlain =
    typeof start!.literal === 'bigint' &&
    start!.literal > 0n &&
    (length === undefined || (typeof length.literal === 'bigint' && length.literal >= 0n))
  const sqls = args.map(({ sql }) => sql)
  if (isPlain) return `substring(${sqls.join(', ')})`
  return `_substr(${text!.sql}, ${start!.sql}, ${length?.sql ?? '2147483647'})`
}

/** In place of nothing, Trino puts the replacement around each letter. */
const replace: Make = ([text, wanted, replacement]) =>
  isLiteralText(wanted) && wanted.literal !== ''
    ? `replace(${text!.sql}, ${wanted.sql}, ${replacement!.sql})`
    : `_replace(${text!.sql}, ${wanted!.sql}, ${replacement!.sql})`

const split: Make = ([text, delimiter]) =>
  isLiteralText(delimiter) && delimiter.literal !== ''
    ? `string_split(${text!.sql}, ${delimiter.sql})`
    : `_split(${text!.sql}, ${delimiter!.sql}, 2147483647)`

const splitPairs = (args: readonly Typed[], kind: 'map' | 'multimap') =>
  bind(
    [`_pairs(${args.map(({ sql }) => sql).join(', ')}, '${kind}')`],
    (x) =>
      `list_transform(generate_series(1, len(${x}), 2), lambda e1: struct_pack(k := ${x}[e1], v := ${x}[e1 + 1]))`,
  )

export const STRINGS = [
  ...rulesOf('functions/string', {
    'chr(bigint) -> varchar': '_chr($1)',
    'codepoint(varchar) -> integer': '_codepoint($1)',
    'concat(varchar, varchar...) -> varchar': joined,
    'concat(char, char) -> char': chars,
    'concat(char, varchar) -> char': chars,
    'concat(varchar, char) -> char': chars,
    'concat_ws(varchar, array(varchar)) -> varchar':
      "CASE WHEN $1 IS NOT NULL AND $2 IS NOT NULL THEN coalesce(array_to_string($2, $1), '') END",
    'concat_ws(varchar, varchar...) -> varchar': 'concat_ws($*)',
    'ends_with(varchar, varchar) -> boolean': 'suffix($1, $2)',
    'hamming_distance(varchar, varchar) -> bigint': '_hamming($1, $2)',
    'length(varchar) -> bigint': 'length($1)',
    'length(char) -> bigint': 'length($1)',
    'levenshtein_distance(varchar, varchar) -> bigint': '_levenshtein($1, $2)',
    'lower(varchar) -> varchar': 'lower($1)',
    'lower(char) -> arg1': 'lower($1)',
    'lpad(varchar, bigint, varchar) -> varchar': '_lpad($1, $2, $3)',
    'ltrim(varchar) -> varchar': "_trim($1, 'l')",
    'ltrim(varchar, varchar) -> varchar': "_trim_set($1, $2, 'l')",
    'ltrim(char) -> arg1': trimmed("_trim($1, 'l')"),
    'ltrim(char, varchar) -> arg1': trimmed("_trim_set($1, $2, 'l')"),
    'luhn_check(varchar) -> boolean': '_luhn($1)',
    'normalize(varchar) -> varchar': "_normalize($1, 'NFC')",
    'normalize(varchar, varchar) -> varchar': '_normalize($1, $2)',
    'replace(varchar, varchar) -> varchar': "replace($1, $2, '')",
    'replace(varchar, varchar, varchar) -> varchar': replace,
    'reverse(varchar) -> varchar': '_reverse($1)',
    'rpad(varchar, bigint, varchar) -> varchar': '_rpad($1, $2, $3)',
    'rtrim(varchar) -> varchar': "_trim($1, 'r')",
    'rtrim(varchar, varchar) -> varchar': "_trim_set($1, $2, 'r')",
    'rtrim(char) -> arg1': trimmed("_trim($1, 'r')"),
    'rtrim(char, varchar) -> arg1': trimmed("_trim_set(rtrim($1, ' '), $2, 'r')"),
    'soundex(varchar) -> varchar': '_soundex($1)',
    'split(varchar, varchar) -> array(varchar)': split,
    'split(varchar, varchar, bigint) -> array(varchar)': '_split($1, $2, $3)',
    'split_part(varchar, varchar, bigint) -> varchar': '_split_part($1, $2, $3)',
    'split_to_map(varchar, varchar, varchar) -> map(varchar, varchar)': (args) =>
      `map_from_entries(${splitPairs(args, 'map')})`,
    'split_to_multimap(varchar, varchar, varchar) -> map(varchar, array(varchar))': (args) =>
      multimapOfPairs(splitPairs(args, 'multimap')),
    'starts_with(varchar, varchar) -> boolean': 'starts_with($1, $2)',
    'strpos(varchar, varchar) -> bigint': 'strpos($1, $2)',
    'strpos(varchar, varchar, bigint) -> bigint': '_strpos($1, $2, $3)',
    'substr(varchar, bigint) -> varchar': substr,
    'substr(varchar, bigint, bigint) -> varchar': substr,
    'substr(char, bigint) -> varchar': substr,
    'substr(char, bigint, bigint) -> varchar': substr,
    'substring(char, bigint) -> varchar': substr,
    'substring(char, bigint, bigint) -> varchar': substr,
    'substring(varchar, bigint) -> varchar': substr,
    'substring(varchar, bigint, bigint) -> varchar': substr,
    'translate(varchar, varchar, varchar) -> varchar': '_translate($1, $2, $3)',
    'trim(varchar) -> varchar': "_trim($1, 'b')",
    'trim(varchar, varchar) -> varchar': "_trim_set($1, $2, 'b')",
    'trim(char) -> arg1': trimmed("_trim($1, 'b')"),
    'trim(char, varchar) -> arg1': trimmed("_trim_set(rtrim($1, ' '), $2, 'b')"),
    // DuckDB's has a capital ß; Java's leaves the letter as it is.
    'upper(varchar) -> varchar': "replace(upper($1), 'ẞ', 'ß')",
    'upper(char) -> arg1': "replace(upper($1), 'ẞ', 'ß')",
    'title_case(varchar) -> varchar': '_title_case($1)',
    'overlay(varchar, varchar, bigint) -> varchar': '_overlay($1, $2, $3, length($2))',
    'overlay(varchar, varchar, bigint, bigint) -> varchar': '_overlay($1, $2, $3, $4)',
    'to_utf8(varchar) -> varbinary': '_to_utf8($1)',
    'from_utf8(varbinary) -> varchar': "_from_utf8($1, '\ufffd')",
    'from_utf8(varbinary, varchar) -> varchar': '_from_utf8($1, $2)',
  }),
  ...rulesOf('functions/regexp', {
    'regexp_count(varchar, varchar) -> bigint': '_regexp_count($1, $2)',
    'regexp_extract(varchar, varchar) -> varchar': '_regexp_extract($1, $2, 0)',
    'regexp_extract(varchar, varchar, bigint) -> varchar': '_regexp_extract($1, $2, $3)',
    'regexp_extract_all(varchar, varchar) -> array(varchar)': '_regexp_extract_all($1, $2, 0)',
    'regexp_extract_all(varchar, varchar, bigint) -> array(varchar)': '_regexp_extract_all($1, $2, $3)',
    'regexp_like(varchar, varchar) -> boolean': '_regexp_like($1, $2)',
    'regexp_position(varchar, varchar) -> bigint': '_regexp_position($1, $2, 1, 1)',
    'regexp_position(varchar, varchar, bigint) -> bigint': '_regexp_position($1, $2, $3, 1)',
    'regexp_position(varchar, varchar, bigint, bigint) -> bigint': '_regexp_position($1, $2, $3, $4)',
    'regexp_replace(varchar, varchar) -> varchar': "_regexp_replace($1, $2, '')",
    'regexp_replace(varchar, varchar, varchar) -> varchar': '_regexp_replace($1, $2, $3)',
    'regexp_replace(varchar, varchar, function(array(varchar),varchar)) -> varchar':
      '_regexp_joined(_regexp_split($1, $2), list_transform(CAST(CAST(_regexp_groups($1, $2) AS JSON) AS VARCHAR[][]), lambda @: $3(@)))',
    'regexp_split(varchar, varchar) -> array(varchar)': '_regexp_split($1, $2)',
  }),
  ...rulesOf('functions/url', {
    'url_encode(varchar) -> varchar': '_url_encode($1)',
    'url_decode(varchar) -> varchar': '_url_decode($1)',
    'url_extract_fragment(varchar) -> varchar': '_url_fragment($1)',
    'url_extract_host(varchar) -> varchar': '_url_host($1)',
    'url_extract_parameter(varchar, varchar) -> varchar': '_url_parameter($1, $2)',
    'url_extract_path(varchar) -> varchar': '_url_path($1)',
    'url_extract_port(varchar) -> bigint': '_url_port($1)',
    'url_extract_protocol(varchar) -> varchar': '_url_protocol($1)',
    'url_extract_query(varchar) -> varchar': '_url_query($1)',
  }),
  ...rulesOf('functions/binary', {
    'length(varbinary) -> bigint': 'octet_length($1)',
    'concat(varbinary, varbinary...) -> varbinary': joined,
    'to_hex(varbinary) -> varchar': 'hex($1)',
    'from_hex(varchar) -> varbinary': '_from_hex($1)',
    'to_base32(varbinary) -> varchar': '_to_base32($1)',
    'from_base32(varchar) -> varbinary': '_from_base32($1)',
    'to_ieee754_32(real) -> varbinary': '_to_ieee754_32($1)',
    'to_ieee754_64(double) -> varbinary': '_to_ieee754_64($1)',
    'from_ieee754_32(varbinary) -> real': 'CAST(_from_ieee754_32($1) AS FLOAT)',
    'from_ieee754_64(varbinary) -> double': '_from_ieee754_64($1)',
    'to_base64(varbinary) -> varchar': '_to_base64($1)',
    'from_base64(varchar) -> varbinary': '_from_base64($1)',
    'to_base64url(varbinary) -> varchar': '_to_base64url($1)',
    'from_base64url(varchar) -> varbinary': '_from_base64($1)',
    'md5(varbinary) -> varbinary': '_md5($1)',
    'sha1(varbinary) -> varbinary': '_sha1($1)',
    'sha256(varbinary) -> varbinary': '_sha256($1)',
    'sha512(varbinary) -> varbinary': '_sha512($1)',
    'hmac_md5(varbinary, varbinary) -> varbinary': '_hmac_md5($1, $2)',
    'hmac_sha1(varbinary, varbinary) -> varbinary': '_hmac_sha1($1, $2)',
    'hmac_sha256(varbinary, varbinary) -> varbinary': '_hmac_sha256($1, $2)',
    'hmac_sha512(varbinary, varbinary) -> varbinary': '_hmac_sha512($1, $2)',
    'crc32(varbinary) -> bigint': '_crc32($1)',
    'xxhash64(varbinary) -> varbinary': '_xxhash64($1)',
    'reverse(varbinary) -> varbinary': '_bytes_reverse($1)',
    'substr(varbinary, bigint) -> varbinary': '_bytes_substr($1, $2, 2147483647)',
    'substr(varbinary, bigint, bigint) -> varbinary': '_bytes_substr($1, $2, $3)',
    'lpad(varbinary, bigint, varbinary) -> varbinary': '_bytes_lpad($1, $2, $3)',
    'rpad(varbinary, bigint, varbinary) -> varbinary': '_bytes_rpad($1, $2, $3)',
    'from_big_endian_32(varbinary) -> integer': 'CAST(_from_big_endian_32($1) AS INTEGER)',
    'from_big_endian_64(varbinary) -> bigint': '_from_big_endian_64($1)',
    'to_big_endian_32(integer) -> varbinary': '_to_big_endian_32($1)',
    'to_big_endian_64(bigint) -> varbinary': '_to_big_endian_64($1)',
  }),
]
