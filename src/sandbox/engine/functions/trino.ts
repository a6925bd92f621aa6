import { OPEN_TYPE } from './td.js'

/**
 * Functions of Trino that people use daily and DuckDB calls by another name. Not a translator: syntax that
 * differs, such as `UNNEST ... WITH ORDINALITY` or `SHOW COLUMNS`, is DuckDB's here.
 */
export const TRINO_FUNCTIONS = `
CREATE MACRO approx_distinct(x) AS approx_count_distinct(x);
CREATE MACRO approx_percentile(x, p) AS approx_quantile(x, p);
CREATE MACRO regexp_like(s, pattern) AS regexp_matches(s, pattern);
CREATE MACRO from_unixtime
  (t) AS to_timestamp(t),
  (t, tz) AS timezone(tz, to_timestamp(t));
CREATE MACRO to_unixtime(t) AS epoch(t);
CREATE MACRO _mysql_format(format) AS ${OPEN_TYPE}
  replace(replace(replace(replace(format, '%M', '%B'), '%i', '%M'), '%s', '%S'), '%T', '%H:%M:%S');
CREATE MACRO date_parse(s, format) AS strptime(s, _mysql_format(format));
CREATE MACRO date_format(t, format) AS strftime(t, _mysql_format(format));
CREATE MACRO format_datetime(t, format) AS strftime(t, _java_format(format));
CREATE MACRO json_extract_scalar(j, path) AS json_extract_string(j, path);
CREATE MACRO url_extract_host(url) AS nullif(regexp_extract(url, '^[a-z]+://(?:[^/@]*@)?([^/:?#]+)', 1), '');
CREATE MACRO url_extract_path(url) AS regexp_extract(url, '^[a-z]+://[^/?#]*([^?#]*)', 1);
`
