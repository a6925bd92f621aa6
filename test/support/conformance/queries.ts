import { type Conformance, DONE, fails } from './case.js'

/** Statements of Trino, run in this order, with the rows that they answer. */
export const QUERIES: readonly Conformance[] = [
  {
    page: 'sql/select',
    cases: [
      ['SELECT count(*) FROM www_access WHERE count(*) > 1', fails('line 1:39: WHERE clause cannot contain')],
      ['SELECT 1 FROM www_access WHERE row_number() OVER () = 1', fails('line 1:32: WHERE clause cannot')],
      ['SELECT sum(1 + count(*)) FROM www_access', fails(`line 1:16: Cannot nest aggregations`)],
      ['SELECT sum(count(*)) OVER () FROM www_access', [5000]],
      ['SELECT count(*) FROM www_access WHERE code = (SELECT max(code) FROM www_access)', [24]],
      ['DROP TABLE nope', fails(`line 1:12: Table 'sample_datasets.nope' does not exist`)],
      ['DROP TABLE IF EXISTS nope', DONE],
      ['CREATE TABLE twice (a bigint)', DONE],
      ['CREATE TABLE twice (a bigint)', fails(`Table 'twice' already exists`)],
      ['DROP TABLE twice', DONE],
      [
        'SELECT current_user, current_catalog, current_schema',
        [['sandbox@localhost', 'td', 'sample_datasets']],
      ],
      [`SELECT 1, 'a'`, [[1, 'a']]],
      ['SELECT DISTINCT x FROM (VALUES 1, 1, 2) t (x) ORDER BY x', [1, 2]],
      ['SELECT x AS y FROM (VALUES 2, 1) t (x) ORDER BY y', [1, 2]],
      ['SELECT x FROM (VALUES 1, NULL, 2) t (x) ORDER BY x DESC', [2, 1, null]],
      ['SELECT x FROM (VALUES 1, NULL, 2) t (x) ORDER BY x NULLS FIRST', [null, 1, 2]],
      ['SELECT x FROM (VALUES 1, 2, 3) t (x) ORDER BY x OFFSET 1 LIMIT 1', [2]],
      ['SELECT x FROM (VALUES 3, 2) t (x) ORDER BY x FETCH FIRST 1 ROW ONLY', [2]],
      [
        'SELECT x, count(*) FROM (VALUES 1, 1, 2) t (x) GROUP BY 1 ORDER BY 1',
        [
          [1, 2],
          [2, 1],
        ],
      ],
      [
        'SELECT x % 2, sum(x) FROM (VALUES 1, 2, 3) t (x) GROUP BY x % 2 ORDER BY 1',
        [
          [0, 2],
          [1, 4],
        ],
      ],
      [
        'SELECT x AS g, count(*) FROM (VALUES 1) t (x) GROUP BY g',
        fails(`line 1:56: Column 'g' cannot be resolved`),
      ],
      [
        'SELECT x, y FROM (VALUES (1, 2)) t (x, y) GROUP BY x',
        fails('must be an aggregate expression or appear in GROUP BY clause'),
      ],
      [
        'SELECT x, y, count(*) FROM (VALUES (1, 2)) t (x, y) GROUP BY ROLLUP (x, y) ORDER BY 1, 2',
        [
          [1, 2, 1],
          [1, null, 1],
          [null, null, 1],
        ],
      ],
      [
        'SELECT x, y, count(*) FROM (VALUES (1, 2)) t (x, y) GROUP BY GROUPING SETS ((x), (y)) ORDER BY 1',
        [
          [1, null, 1],
          [null, 2, 1],
        ],
      ],
      [
        'SELECT x, y, grouping(x, y) FROM (VALUES (1, 2)) t (x, y) GROUP BY CUBE (x, y) ORDER BY 3',
        [
          [1, 2, 0],
          [1, null, 1],
          [null, 2, 2],
          [null, null, 3],
        ],
      ],
      ['SELECT x FROM (VALUES 1, 2) t (x) GROUP BY x HAVING x > 1', [2]],
      ['SELECT count(*) FROM www_access HAVING count(*) > 10', [5000]],
      ['SELECT sum(x) s FROM (VALUES 1, 2) t (x) WHERE sum(x) > 1', fails()],
      ['WITH a AS (SELECT 1 AS x), b (y) AS (SELECT x + 1 FROM a) SELECT y FROM b', [2]],
      [
        'WITH RECURSIVE t (n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 4) SELECT sum(n) FROM t',
        [10],
      ],
      ['SELECT 1 UNION SELECT 1', [1]],
      ['SELECT x FROM (SELECT 1 AS x UNION ALL SELECT 2.5) ORDER BY x', ['1.0', '2.5']],
      [`SELECT 1 UNION ALL SELECT 'a'`, fails('line 1:10: column 1 in UNION query have mismatched types')],
      ['SELECT * FROM (VALUES 1, 2, 2) INTERSECT SELECT 2', [2]],
      ['SELECT * FROM (VALUES 1, 2) EXCEPT SELECT 2', [1]],
      ['SELECT * FROM (VALUES 1, 2, 2) INTERSECT ALL SELECT * FROM (VALUES 2, 2)', [2, 2]],
      ['(SELECT 1 AS x) UNION (SELECT 2) ORDER BY x DESC', [2, 1]],
      ['SELECT a.x, b.y FROM (VALUES 1, 2) a (x) JOIN (VALUES 2) b (y) ON a.x = b.y', [[2, 2]]],
      [
        'SELECT a.x, b.y FROM (VALUES 1, 2) a (x) LEFT JOIN (VALUES 2) b (y) ON a.x = b.y ORDER BY 1',
        [
          [1, null],
          [2, 2],
        ],
      ],
      ['SELECT x FROM (VALUES 1, 2) a (x) FULL JOIN (VALUES 2, 3) b (x) USING (x) ORDER BY 1', [1, 2, 3]],
      [`SELECT * FROM (VALUES (1, 'a')) a (x, y) JOIN (VALUES (1, 'b')) b (x, z) USING (x)`, [[1, 'a', 'b']]],
      ['SELECT x, y FROM (VALUES 1) a (x) CROSS JOIN (VALUES 2) b (y)', [[1, 2]]],
      ['SELECT x, y FROM (VALUES 1) a (x), (VALUES 2) b (y)', [[1, 2]]],
      [
        `SELECT a.x FROM (VALUES 1) a (x) JOIN (VALUES '1') b (y) ON a.x = b.y`,
        fails('line 1:65: Cannot apply operator: integer = varchar'),
      ],
      ['SELECT n FROM UNNEST(ARRAY[1, 2]) AS t (n)', [1, 2]],
      [
        `SELECT a, b FROM UNNEST(ARRAY[1, 2], ARRAY['x']) AS t (a, b)`,
        [
          [1, 'x'],
          [2, null],
        ],
      ],
      [`SELECT k, v FROM UNNEST(MAP(ARRAY['a'], ARRAY[1])) AS t (k, v)`, [['a', 1]]],
      [
        `SELECT n, i FROM UNNEST(ARRAY['a', 'b']) WITH ORDINALITY AS t (n, i)`,
        [
          ['a', 1],
          ['b', 2],
        ],
      ],
      [
        `SELECT a, b FROM UNNEST(ARRAY[ROW(1, 'x'), ROW(2, 'y')]) AS t (a, b)`,
        [
          [1, 'x'],
          [2, 'y'],
        ],
      ],
      [
        'SELECT t.x, n FROM (VALUES (1, ARRAY[5, 6])) t (x, y) CROSS JOIN UNNEST(t.y) AS u (n)',
        [
          [1, 5],
          [1, 6],
        ],
      ],
      [
        'SELECT t.x, n FROM (VALUES (1, CAST(NULL AS array(integer)))) t (x, y) LEFT JOIN UNNEST(y) AS u (n) ON TRUE',
        [[1, null]],
      ],
      ['SELECT x FROM (VALUES 1) t (x) WHERE x IN (SELECT 1)', [1]],
      ['SELECT x FROM (VALUES 1) t (x) WHERE EXISTS (SELECT 1 FROM (VALUES 1) u (y) WHERE y = x)', [1]],
      ['SELECT (SELECT max(y) FROM (VALUES 1, 2) u (y))', [2]],
      ['SELECT x FROM (VALUES 1, 2) t (x) WHERE x NOT IN (SELECT NULL)', []],
      ['SELECT m FROM (VALUES 1) t (x) CROSS JOIN LATERAL (SELECT x + 1 AS m)', [2]],
      ['SELECT count(*) <= 5000 FROM www_access TABLESAMPLE BERNOULLI (50)', [true]],
      ['SELECT t.* FROM (VALUES (1, 2)) t (a, b)', [[1, 2]]],
      ['SELECT "x y" FROM (SELECT 1 AS "x y")', [1]],
      [`SELECT 1 AS 'x'`, fails('line 1:13: mismatched input')],
      ['SELECT user FROM www_access LIMIT 1', [null]],
      ['SELECT sample_datasets.nasdaq.symbol FROM sample_datasets.nasdaq LIMIT 1', ['AAPL']],
      ['SELECT nosuch FROM nasdaq', fails(`line 1:8: Column 'nosuch' cannot be resolved`)],
      ['SELECT "nope" FROM nasdaq', fails(`line 1:8: Column 'nope' cannot be resolved`)],
      ['SELECT nosuch(1)', fails(`line 1:8: Function 'nosuch' not registered`)],
      ['SELECT length(1)', fails('line 1:8: Unexpected parameters (integer) for function length')],
      [
        'SELECT list_transform(ARRAY[1], x -> x)',
        fails(`line 1:8: Function 'list_transform' not registered`),
      ],
      ['SELECT x FROM (VALUES 1) a (x), (VALUES 2) b (x)', fails(`line 1:8: Column 'x' is ambiguous`)],
      [
        'SELECT * FROM (VALUES 1) t (a, b)',
        fails(`line 1:15: Column alias list has 2 entries but 't' has 1 columns`),
      ],
      ['SELECT 1 WHERE 1', fails('line 1:16: WHERE clause must evaluate to a boolean: actual type integer')],
      ['SELECT CAST(1 AS nosuch)', fails('line 1:18: Unknown type: nosuch')],
      ['TABLE nasdaq LIMIT 0', []],
      [
        `VALUES (1, 'a'), (2, 'b')`,
        [
          [1, 'a'],
          [2, 'b'],
        ],
      ],
    ],
  },
  {
    page: 'functions/aggregate',
    cases: [
      [`SELECT max_by(x, y) FROM (VALUES ('a', NULL), ('b', 1)) t (x, y)`, ['b']],
      [`SELECT count(DISTINCT (x, y)) FROM (VALUES (1, 2), (1, 2), (1, 3)) t (x, y)`, [2]],
      [`SELECT count(DISTINCT x, y) FROM (VALUES (1, 2)) t (x, y)`, fails('Unexpected parameters')],

      ['SELECT any_value(x) FROM (VALUES NULL, 1) t (x)', [1]],
      ['SELECT arbitrary(x) FROM (VALUES 1) t (x)', [1]],
      ['SELECT array_agg(x ORDER BY x DESC) FROM (VALUES 1, 2) t (x)', [[2, 1]]],
      ['SELECT array_agg(x) FROM (VALUES 1, NULL) t (x)', [[1, null]]],
      ['SELECT array_agg(DISTINCT x ORDER BY x) FROM (VALUES 2, 1, 1) t (x)', [[1, 2]]],
      ['SELECT avg(x) FROM (VALUES 1, 2) t (x)', [1.5]],
      ['SELECT avg(x) FROM (VALUES 1.0, 2.5) t (x)', ['1.8']],
      ['SELECT bool_and(x), bool_or(x), every(x) FROM (VALUES true, false) t (x)', [[false, true, false]]],
      ['SELECT count(*), count(x), count(DISTINCT x) FROM (VALUES 1, 1, NULL) t (x)', [[3, 2, 1]]],
      ['SELECT count_if(x > 1) FROM (VALUES 1, 2, 3) t (x)', [2]],
      ['SELECT geometric_mean(x) FROM (VALUES 2E0, 8E0) t (x)', [4]],
      [`SELECT listagg(x, ',') WITHIN GROUP (ORDER BY x) FROM (VALUES 'b', 'a') t (x)`, ['a,b']],
      [`SELECT max(x), min(x) FROM (VALUES 'a', 'b') t (x)`, [['b', 'a']]],
      [
        'SELECT max(x, 2), min(x, 2) FROM (VALUES 1, 2, 3) t (x)',
        [
          [
            [3, 2],
            [1, 2],
          ],
        ],
      ],
      [`SELECT max_by(x, y), min_by(x, y) FROM (VALUES ('a', 1), ('b', 2)) t (x, y)`, [['b', 'a']]],
      [`SELECT max_by(x, y) FROM (VALUES (NULL, 2), ('a', 1)) t (x, y)`, [null]],
      [
        `SELECT max_by(x, y, 2), min_by(x, y, 1) FROM (VALUES (NULL, 3), ('a', 1), ('b', 2)) t (x, y)`,
        [[[null, 'b'], ['a']]],
      ],
      ['SELECT max(x), min(x) FROM (VALUES 1E0, nan(), 3E0) t (x)', [[3, 1]]],
      ['SELECT sum(x) FROM (VALUES 1, 2) t (x)', [3]],
      ['SELECT sum(x) FROM (VALUES 1.5, 2.25) t (x)', ['3.75']],
      ['SELECT sum(x) FROM (VALUES 1) t (x) WHERE false', [null]],
      ['SELECT sum(DISTINCT x) FROM (VALUES 1, 1, 2) t (x)', [3]],
      ['SELECT sum(x) FILTER (WHERE x > 1) FROM (VALUES 1, 2, 3) t (x)', [5]],
      [`SELECT map_agg(x, y) FROM (VALUES ('a', 1), ('b', 2)) t (x, y)`, [{ a: 1, b: 2 }]],
      [`SELECT multimap_agg(x, y) FROM (VALUES ('a', 1), ('a', 2)) t (x, y)`, [{ a: [1, 2] }]],
      [`SELECT histogram(x) FROM (VALUES 'a', 'b', 'a') t (x)`, [{ a: 2, b: 1 }]],
      ['SELECT approx_distinct(x) FROM (VALUES 1, 1, 2) t (x)', [2]],
      ['SELECT approx_distinct(x, 0.01) FROM (VALUES 1, 2) t (x)', [2]],
      ['SELECT approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3) t (x)', [2]],
      ['SELECT approx_percentile(x, ARRAY[0.0, 1.0]) FROM (VALUES 1, 2, 3) t (x)', [[1, 3]]],
      ['SELECT stddev_pop(x), var_pop(x) FROM (VALUES 1, 3) t (x)', [[1, 1]]],
      ['SELECT stddev(x), variance(x) FROM (VALUES 1, 3) t (x)', [[Math.SQRT2, 2]]],
      ['SELECT corr(x, y), covar_pop(x, y) FROM (VALUES (1, 1), (3, 3)) t (x, y)', [[1, 1]]],
      ['SELECT regr_slope(y, x), regr_intercept(y, x) FROM (VALUES (1, 3), (2, 5)) t (x, y)', [[2, 1]]],
      ['SELECT bitwise_and_agg(x), bitwise_or_agg(x) FROM (VALUES 6, 3) t (x)', [[2, 7]]],
      ['SELECT bitwise_xor_agg(x) FROM (VALUES 6, 3) t (x)', [5]],
      ['SELECT array_sort(set_agg(x)) FROM (VALUES 1, 1, 2) t (x)', [[1, 2]]],
      ['SELECT stddev_samp(x), var_samp(x), covar_samp(x, x) FROM (VALUES 1, 3) t (x)', [[Math.SQRT2, 2, 2]]],
      [
        'SELECT round(skewness(x), 3), round(kurtosis(x), 3) FROM (VALUES 1, 2, 3, 10) t (x)',
        [[1.018, 3.228]],
      ],
      [`SELECT current_timestamp(3) > TIMESTAMP '2014-10-01 00:00:00 UTC'`, [true]],
      [`SELECT sum(x) FROM (VALUES 'a') t (x)`, fails('line 1:8: Unexpected parameters')],
      ['SELECT sum(9223372036854775807) FROM (VALUES 1, 2) t (x)', fails()],
    ],
  },
  {
    page: 'functions/window',
    cases: [
      [
        'SELECT x, row_number() OVER (ORDER BY x DESC) FROM (VALUES 1, 2) t (x) ORDER BY x',
        [
          [1, 2],
          [2, 1],
        ],
      ],
      [
        'SELECT x, rank() OVER (ORDER BY x), dense_rank() OVER (ORDER BY x) FROM (VALUES 1, 1, 2) t (x) ORDER BY x',
        [
          [1, 1, 1],
          [1, 1, 1],
          [2, 3, 2],
        ],
      ],
      [
        'SELECT x, lag(x) OVER (ORDER BY x), lead(x, 1, 0) OVER (ORDER BY x) FROM (VALUES 1, 2) t (x) ORDER BY x',
        [
          [1, null, 2],
          [2, 1, 0],
        ],
      ],
      [
        'SELECT x, sum(x) OVER (ORDER BY x) FROM (VALUES 1, 2) t (x) ORDER BY x',
        [
          [1, 1],
          [2, 3],
        ],
      ],
      [
        'SELECT x, sum(x) OVER (ORDER BY x ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM (VALUES 1, 2, 3) t (x) ORDER BY x',
        [
          [1, 1],
          [2, 3],
          [3, 5],
        ],
      ],
      [
        'SELECT x, first_value(x) OVER w, last_value(x) OVER w FROM (VALUES 1, 2) t (x) WINDOW w AS (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) ORDER BY x',
        [
          [1, 1, 2],
          [2, 1, 2],
        ],
      ],
      [
        'SELECT x, ntile(2) OVER (ORDER BY x) FROM (VALUES 1, 2) t (x) ORDER BY x',
        [
          [1, 1],
          [2, 2],
        ],
      ],
      [
        'SELECT x, lag(x) IGNORE NULLS OVER (ORDER BY i) FROM (VALUES (1, 5), (2, NULL), (3, 7)) t (i, x) ORDER BY i',
        [
          [5, null],
          [null, 5],
          [7, 5],
        ],
      ],
      [
        'SELECT x, percent_rank() OVER (ORDER BY x), cume_dist() OVER (ORDER BY x) FROM (VALUES 1, 2) t (x) ORDER BY x',
        [
          [1, 0, 0.5],
          [2, 1, 1],
        ],
      ],
      [
        'SELECT nth_value(x, 2) OVER (ORDER BY x ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM (VALUES 1, 2) t (x) LIMIT 1',
        [2],
      ],
      ['SELECT rank()', fails('line 1:8: Window function rank requires an OVER clause')],
    ],
  },
  {
    page: 'sql/show-columns',
    cases: [
      [
        'DESCRIBE nasdaq',
        [
          ['symbol', 'varchar', '', ''],
          ['open', 'double', '', ''],
          ['volume', 'bigint', '', ''],
          ['high', 'double', '', ''],
          ['low', 'double', '', ''],
          ['close', 'double', '', ''],
          ['time', 'bigint', '', ''],
        ],
      ],
      [
        'SHOW COLUMNS FROM nasdaq',
        [
          ['symbol', 'varchar', '', ''],
          ['open', 'double', '', ''],
          ['volume', 'bigint', '', ''],
          ['high', 'double', '', ''],
          ['low', 'double', '', ''],
          ['close', 'double', '', ''],
          ['time', 'bigint', '', ''],
        ],
      ],
      ['SHOW TABLES', ['nasdaq', 'www_access']],
      [`SHOW TABLES LIKE 'nas%'`, ['nasdaq']],
      ['SHOW SCHEMAS', ['information_schema', 'sample_datasets']],
      [
        `SELECT table_name FROM information_schema.tables WHERE table_schema = 'sample_datasets' ORDER BY 1`,
        ['nasdaq', 'www_access'],
      ],
      [
        `SELECT data_type FROM information_schema.columns WHERE table_name = 'www_access' AND column_name = 'code'`,
        ['bigint'],
      ],
    ],
  },
  {
    page: 'sql/create-table-as',
    cases: [
      [`CREATE TABLE t1 AS SELECT 1 AS a, 'x' AS b`, DONE],
      ['CREATE TABLE t1 AS SELECT 1 AS a', fails()],
      [
        `CREATE TABLE IF NOT EXISTS t2 (a bigint, b array(varchar)) WITH (bucketed_on = ARRAY['a'], bucket_count = 4)`,
        DONE,
      ],
      ['CREATE TABLE t3 AS SELECT 1', fails('line 1:1: Column name not specified at position 1')],
      [`INSERT INTO t1 VALUES (2, 'y')`, DONE],
      [`INSERT INTO t1 (b) VALUES ('z')`, DONE],
      [
        `INSERT INTO t1 VALUES ('a', 1)`,
        fails(
          'line 1:1: Insert query has mismatched column types: Table: [integer, varchar], Query: [varchar, integer]',
        ),
      ],
      [`INSERT INTO t2 VALUES (1, ARRAY['x'])`, DONE],
      ['SELECT count(*), count(a), sum(a) FROM t1', [[3, 2, 3]]],
      ['DELETE FROM t1 WHERE a = 2', DONE],
      ['CREATE OR REPLACE VIEW v AS SELECT a FROM t1', DONE],
      ['SELECT count(*) FROM v', [2]],
      ['DROP VIEW v', DONE],
      ['DROP TABLE t1', DONE],
      ['DROP TABLE IF EXISTS t1', DONE],
    ],
  },
]
