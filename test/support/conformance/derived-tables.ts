import { type Conformance, DONE, fails } from './case.js'

const AFRICA = `'[{"id": 1, "name": "Africa"}, {"id": 2, "name": "Asia"}]'`
const BOTH = `'{"x": 1, "ys": [10, 20], "zs": ["p"]}'`
const LIMIT = fails('Recursion depth limit exceeded (10)')

/** Tables that a query makes of JSON or of itself. */
export const DERIVED_TABLES: readonly Conformance[] = [
  {
    page: 'functions/json',
    cases: [
      [
        `SELECT * FROM json_table(${AFRICA}, 'strict $' COLUMNS (NESTED PATH 'strict $[*]' COLUMNS (
          id integer PATH 'strict $.id', name varchar PATH 'strict $.name')))`,
        [
          [1, 'Africa'],
          [2, 'Asia'],
        ],
      ],
      [
        `SELECT * FROM json_table('[{"a": 1}, {"a": 2}, {}]', 'lax $[*]' COLUMNS (
          n FOR ORDINALITY, a integer PATH 'lax $.a' DEFAULT -1 ON EMPTY)) AS t`,
        [
          [1, 1],
          [2, 2],
          [3, -1],
        ],
      ],
      [
        `SELECT * FROM json_table(${BOTH}, 'lax $' COLUMNS (x integer PATH 'lax $.x',
          NESTED PATH 'lax $.ys[*]' COLUMNS (y integer PATH 'lax $'),
          NESTED PATH 'lax $.zs[*]' COLUMNS (z varchar PATH 'lax $')))`,
        [
          [1, 10, null],
          [1, 20, null],
          [1, null, 'p'],
        ],
      ],
      [
        `SELECT * FROM json_table('{"x": 1}', 'lax $' COLUMNS (x integer PATH 'lax $.x',
          NESTED PATH 'lax $.ys[*]' COLUMNS (y integer PATH 'lax $')))`,
        [[1, null]],
      ],
      [
        `SELECT s.id, t.v FROM (VALUES (1, '[1, 2]'), (2, '[3]'), (3, NULL)) s(id, j)
          CROSS JOIN json_table(s.j, 'lax $[*]' COLUMNS (v bigint PATH 'lax $')) t ORDER BY 1, 2`,
        [
          [1, 1],
          [1, 2],
          [2, 3],
        ],
      ],
      [
        `SELECT s.id, t.v FROM (VALUES (1, '[1]'), (2, '[]')) s(id, j)
          LEFT JOIN json_table(s.j, 'lax $[*]' COLUMNS (v bigint PATH 'lax $')) t ON true ORDER BY 1`,
        [
          [1, 1],
          [2, null],
        ],
      ],
      [`SELECT * FROM json_table('no json', 'lax $' COLUMNS (a varchar PATH 'lax $.a'))`, []],
      [
        `SELECT * FROM json_table('no json', 'lax $' COLUMNS (a varchar PATH 'lax $.a') ERROR ON ERROR)`,
        fails('JSON_PATH_EVALUATION'),
      ],
      [`SELECT * FROM json_table('[1, "x"]', 'lax $[*]' COLUMNS (a integer PATH 'lax $'))`, [1, null]],
      [
        `SELECT * FROM json_table('[1, "x"]', 'lax $[*]' COLUMNS (a integer PATH 'lax $') ERROR ON ERROR)`,
        fails('INVALID_CAST_ARGUMENT'),
      ],
      [
        `SELECT * FROM json_table('{"a": {"b": 1}}', 'lax $' COLUMNS (a varchar FORMAT JSON PATH 'lax $.a'))`,
        ['{"b":1}'],
      ],
      [
        `SELECT * FROM json_table('[1, 2, 3]', 'lax $[*] ? (@ > $least)' PASSING 1 AS "least"
          COLUMNS (a integer PATH 'lax $'))`,
        [2, 3],
      ],
      [
        `SELECT * FROM json_table('[1]', 'lax $[*]' COLUMNS (a integer PATH 'lax $', A integer PATH 'lax $'))`,
        fails('must be unique'),
      ],
      [`SELECT * FROM json_table('[1]', 'lax $[*]' COLUMNS (a integer))`, fails('wants a PATH')],
      [
        `SELECT * FROM json_table('[1]', 'lax $[*]' COLUMNS (a integer PATH 'lax $') PLAN DEFAULT (INNER))`,
        fails('PLAN of JSON_TABLE is not supported'),
      ],
      [`SELECT * FROM json_table('[1]', 'lax $[' COLUMNS (a integer PATH 'lax $'))`, fails(`line 1:33: `)],
    ],
  },
  {
    page: 'sql/select',
    cases: [
      ['WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT max(n) FROM t', LIMIT],
      [
        'WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 10) SELECT count(*), max(n) FROM t',
        [[10, 10]],
      ],
      ['WITH RECURSIVE t(n) AS (VALUES 1 UNION ALL SELECT n + 1 FROM t WHERE n < 11) SELECT n FROM t', LIMIT],
      ['WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT * FROM t WHERE n < 0) SELECT * FROM t', [1]],
      [
        `WITH RECURSIVE e(a, b) AS (VALUES (1, 2), (2, 3), (3, 4)),
          p(a, b) AS (SELECT * FROM e UNION ALL SELECT p.a, e.b FROM p JOIN e ON p.b = e.a) SELECT count(*) FROM p`,
        [6],
      ],
      [
        "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + BIGINT '1' FROM t WHERE n < 3) SELECT * FROM t",
        fails(
          'recursion step relation output type (bigint) is not coercible to recursion base relation output type (integer)',
        ),
      ],
      [
        `WITH RECURSIVE t(n, s) AS (SELECT 1, 'a' UNION ALL SELECT n + 1, s || 'a' FROM t WHERE n < 3) SELECT s FROM t`,
        fails(
          'output type (varchar) is not coercible to recursion base relation output type (varchar(1)) at column 2',
        ),
      ],
      [
        `WITH RECURSIVE t(n, s) AS (SELECT 1, CAST('a' AS varchar) UNION ALL SELECT n + 1, s || 'a' FROM t WHERE n < 3)
          SELECT s FROM t ORDER BY n`,
        ['a', 'aa', 'aaa'],
      ],
      ['SELECT * FROM www_access MATCH_RECOGNIZE (PATTERN (a) DEFINE a AS true)', fails('MATCH_RECOGNIZE')],
      [
        'MERGE INTO www_access USING (VALUES 1) t(x) ON false WHEN NOT MATCHED THEN INSERT VALUES (1)',
        fails('MERGE'),
      ],
      [`CREATE TABLE padded (c char(5))`, fails('keeps no char(n) in tables')],
      [`CREATE TABLE padded AS SELECT CAST('a' AS char(2)) c`, fails('keeps no char(n) in tables')],
      [`CREATE TABLE clocks AS SELECT TIME '10:11:12' AS t`, DONE],
    ],
  },
]
