import type { Conformance } from './case.js'

/** More queries of Trino: the examples that its documentation works out, and their neighbours. */
export const WORKED_QUERIES: readonly Conformance[] = [
  {
    page: 'functions/comparison',
    cases: [
      [
        'select r = s from (select cast(row(1, null) as row(a integer, b integer)) r, cast(row(1, null) as row(a integer, b integer)) s)',
        [null],
      ],
      [
        'select r = s from (select cast(row(1, null) as row(a integer, b integer)) r, cast(row(2, null) as row(a integer, b integer)) s)',
        [false],
      ],
      [
        'select r in (s) from (select cast(row(1, null) as row(a integer, b integer)) r, cast(row(2, null) as row(a integer, b integer)) s)',
        [false],
      ],
      ['select (1,2) not in ((1,2),(3,4))', [false]],
      ['select (1,null) in ((1,2),(3,4))', [null]],
    ],
  },
  {
    page: 'sql/select',
    cases: [
      [
        'select a, b, count(*) from (values (1,2)) s(a,b) group by distinct cube(a,b), rollup(a) order by 1,2',
        [
          [1, 2, 1],
          [1, null, 1],
          [null, 2, 1],
          [null, null, 1],
        ],
      ],
      ['select a, count(*) from (values 1,1) s(a) group by all a', [[1, 2]]],
      ['select a, count(*) from (values 1,1) s(a) group by distinct 1', [[1, 2]]],
    ],
  },
  { page: 'functions/conversion', cases: [['select typeof(sum(x)) from (values 1,2) t(x)', ['bigint']]] },
  {
    page: 'sql/show-functions',
    cases: [
      [
        `show functions like 'starts%'`,
        [['starts_with', 'boolean', 'varchar, varchar', 'scalar', 'true', '']],
      ],
    ],
  },
]
