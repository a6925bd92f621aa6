import { type Conformance, fails } from './case.js'

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
      [
        `select * from unnest(array[row('Java',  1995),row('SQL' , 1974)],array[row(false),row(true)]) as t(language,first_appeared_year,declarative)`,
        [
          ['Java', 1995, false],
          ['SQL', 1974, true],
        ],
      ],
      [
        'select a, b, rownumber from unnest(array[2, 5],array[7, 8, 9]) with ordinality as t(a, b, rownumber)',
        [
          [2, 7, 1],
          [5, 8, 2],
          [null, 9, 3],
        ],
      ],
      ['select * from unnest(array[]) as t(value)', []],
      ['select * from unnest(cast(null as array(integer))) as t(number)', []],
      [
        `select numbers, animals, n, a from (values (array[2, 5], array['dog', 'cat', 'bird']),(array[7, 8, 9], array['cow', 'pig'])) as x (numbers, animals) cross join unnest(numbers, animals) as t (n, a)`,
        [
          [[2, 5], ['dog', 'cat', 'bird'], 2, 'dog'],
          [[2, 5], ['dog', 'cat', 'bird'], 5, 'cat'],
          [[2, 5], ['dog', 'cat', 'bird'], null, 'bird'],
          [[7, 8, 9], ['cow', 'pig'], 7, 'cow'],
          [[7, 8, 9], ['cow', 'pig'], 8, 'pig'],
          [[7, 8, 9], ['cow', 'pig'], 9, null],
        ],
      ],
      [
        `select runner, checkpoint from (values ('Joe', array[10, 20, 30, 42]),('Roger', array[10]),('Dave', array[]),('Levi', null)) as marathon (runner, checkpoints) left join unnest(checkpoints) as t(checkpoint) on true order by 1, 2`,
        [
          ['Dave', null],
          ['Joe', 10],
          ['Joe', 20],
          ['Joe', 30],
          ['Joe', 42],
          ['Levi', null],
          ['Roger', 10],
        ],
      ],
      [
        `select name, x, y from (values 'a') nation(name) cross join lateral (select name || ' :-' as x) cross join lateral (select x || ')' as y)`,
        [['a', 'a :-', 'a :-)']],
      ],
      [
        `select a, b, c, sum(w), grouping(a,b,c) from (values ('C',94131,'NJ',13),('C',90210,'CT',1337),('NJ',7081,'CT',225)) s(a,b,c,w) group by grouping sets ((a),(a,b),(c)) order by 5,1,2,3`,
        [
          ['C', 90210, null, 1337, 1],
          ['C', 94131, null, 13, 1],
          ['NJ', 7081, null, 225, 1],
          ['C', null, null, 1350, 3],
          ['NJ', null, null, 225, 3],
          [null, null, 'CT', 1562, 6],
          [null, null, 'NJ', 13, 6],
        ],
      ],
      [
        `select * from (values (1, 'alice')) as t(id, name) union all corresponding select * from (values ('bob', 2)) as t(name, id) order by 1`,
        [
          [1, 'alice'],
          [2, 'bob'],
        ],
      ],
      [
        `select * from (values (date '2025-04-23', 'alice')) as t(order_date, name) union all corresponding select * from (values ('bob', 123.45)) as t(name, price) order by 1`,
        ['alice', 'bob'],
      ],
      [
        `select * from (values (1, 'alice')) as t(id, name) intersect corresponding select * from (values ('alice', 1)) as t(name, id)`,
        [[1, 'alice']],
      ],
      [
        `select * from (values (1, 'alice'), (2, 'bob')) as t(id, name) except corresponding select * from (values ('alice', 1)) as t(name, id)`,
        [[2, 'bob']],
      ],
      [
        'select * from (values 1) as t(x) union corresponding select * from (values 1) as t(y)',
        fails('No corresponding columns'),
      ],
      ['select x from (values 1,1,2,3) t(x) order by x fetch first row with ties', [1, 1]],
      ['select x from (values 1,1,2,2,3) t(x) order by x desc fetch first 2 rows with ties', [3, 2, 2]],
      ['select x from (values 1,1,2,2,3) t(x) order by x offset 1 fetch first 2 rows with ties', [1, 2, 2]],
      ['select x from (values 1,2,3) t(x) order by x % 2, x fetch first 1 row with ties', [2]],
      ['select x from (values 1,2,3) t(x) order by x % 2 fetch first 1 row with ties', [2]],
      [
        'select x % 2 as m, count(*) from (values 1,2,3) t(x) group by x % 2 order by count(*) desc fetch first 1 row with ties',
        [[1, 2]],
      ],
      [
        'select x % 2 as m, sum(x) from (values 1,2,3) t(x) group by 1 order by 2 fetch first 5 rows with ties',
        [
          [0, 2],
          [1, 4],
        ],
      ],
      ['select distinct x from (values 1,1,2) t(x) order by x fetch first 1 row with ties', [1]],
      ['select x from (values 1) t(x) union all select 1 order by 1 fetch first 1 row with ties', [1, 1]],
      [
        'select x from (values 1,2) t(x) fetch first 1 row with ties',
        fails('FETCH FIRST WITH TIES clause requires ORDER BY'),
      ],
      ['with t(x) as (values 1,1,2) select x from t order by x fetch first 1 row with ties', [1, 1]],
      [
        'select (select x from (values 1,2) t(x))',
        fails('SUBQUERY_MULTIPLE_ROWS: Scalar sub-query has returned multiple rows'),
      ],
      ['select x from (values 1,2) t(x) where x > all (values 1, null)', []],
      [`select date '2020-01-31' + interval '1' month - interval '1' month`, ['2020-01-29']],
      [
        'select * from unnest(array[row(1,2), null]) t(a,b)',
        [
          [1, 2],
          [null, null],
        ],
      ],
      ['select x from (values 1) t(x) qualify row_number() over () = 1', fails('mismatched input')],
      ['select x::varchar from (values 1) t(x)', fails('mismatched input')],
      [`select strftime(date '2020-01-01', '%Y')`, fails('not registered')],
      [`select * from '/etc/passwd'`, fails('mismatched input')],
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
  {
    page: 'functions/aggregate',
    cases: [
      [`select approx_most_frequent(2, x, 10) from (values 'a','a','b','b','b','c') t(x)`, [{ b: 3, a: 2 }]],
      ['select approx_percentile(x, w, 0.5) from (values (1, 1), (2, 3)) t(x, w)', [2]],
      [
        `select map_union(m) from (values map(array['a'],array[1]), map(array['b'],array[2])) t(m)`,
        [{ a: 1, b: 2 }],
      ],
      ['select set_union(x) from (values array[1,2], array[2,3]) t(x)', [[1, 2, 3]]],
      [
        'select reduce_agg(value, 0, (a, b) -> a + b, (a, b) -> a + b) sum_values from (values (1), (2), (3), (4), (5)) as t(value)',
        [15],
      ],
      [
        'select id, reduce_agg(value, 1, (a, b) -> a * b, (a, b) -> a * b) from (values (1, 3),(1, 4),(1, 5),(2, 6),(2, 7)) as t(id, value) group by id order by id',
        [
          [1, 60],
          [2, 42],
        ],
      ],
      ['select reduce_agg(x, 0, (a,b)->a+b, (a,b)->a+b) from (values 1, null) t(x)', [1]],
      ['select reduce_agg(x, 0, (a,b)->a+b, (a,b)->a+b) from (values 1) t(x) where false', [null]],
      [
        `select listagg(value, ',' on overflow error) within group (order by value) csv_value from (values 'a', 'b', 'c') t(value)`,
        ['a,b,c'],
      ],
      [
        `select listagg(value, ',' on overflow truncate '.....' with count) within group (order by value) from (values 'a', 'b', 'c') t(value)`,
        ['a,b,c'],
      ],
      [
        `select country, listagg(city, ',') within group (order by population desc) filter (where population >= 10_000_000) megacities from (values ('India', 'Bangalore', 13_700_000),('India', 'Chennai', 12_200_000),('India', 'Ranchi', 1_547_000),('Austria', 'Vienna', 1_897_000),('Poland', 'Warsaw', 1_765_000)) t(country, city, population) group by country order by country`,
        [
          ['Austria', null],
          ['India', 'Bangalore,Chennai'],
          ['Poland', null],
        ],
      ],
      [`select multimap_agg(k, v) from (values ('a',1),('a',2),('b',3)) t(k,v)`, [{ a: [1, 2], b: [3] }]],
      [`select max_by(x, y, 2) from (values ('a',1),('b',2),('c',3)) t(x,y)`, [['c', 'b']]],
      ['select kurtosis(x) from (values 1,2,3,4,10) t(x)', [3.151999999999994]],
      [
        'select sum(x) from (values 9223372036854775807, 1) t(x)',
        fails('NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow'),
      ],
      [
        `select sum(x), avg(x) from (values interval '1' day, interval '2' day) t(x)`,
        [['3 00:00:00.000', '1 12:00:00.000']],
      ],
      [
        `select sum(x) over (order by x rows 1 preceding) from (values interval '1' day, interval '2' day) t(x)`,
        ['1 00:00:00.000', '3 00:00:00.000'],
      ],
      [
        'select array_agg(x order by y desc nulls first) from (values (1,1),(2,null),(3,3)) t(x,y)',
        [[2, 3, 1]],
      ],
      ['select corr(x, y) from (values (1,1)) t(x,y)', [null]],
      ['select stddev_pop(x) from (values 2,4,4,4,5,5,7,9) t(x)', [2]],
      ['select corr(x, y) from (values (1,1),(2,2)) t(x,y)', [1]],
      ['select corr(x, y) from (values (1,1),(1,2)) t(x,y)', [null]],
      ['select corr(x, y) over () from (values (1,1),(2,2)) t(x,y)', [1, 1]],
    ],
  },
  {
    page: 'functions/lambda',
    cases: [
      [
        'select numbers, transform(numbers, n -> n * n) as squared_numbers from (values (array[1, 2]),(array[3, 4]),(array[5, 6, 7])) as t(numbers)',
        [
          [
            [1, 2],
            [1, 4],
          ],
          [
            [3, 4],
            [9, 16],
          ],
          [
            [5, 6, 7],
            [25, 36, 49],
          ],
        ],
      ],
      [
        'select xvalues, a, b, transform(xvalues, x -> a * x + b) as linear_function_values from (values (array[1, 2], 10, 5),(array[3, 4], 4, 2)) as t(xvalues, a, b)',
        [
          [[1, 2], 10, 5, [15, 25]],
          [[3, 4], 4, 2, [14, 18]],
        ],
      ],
      [
        `select transform(prices, n -> try_cast(n as varchar) || '$') as price_tags from (values (array[100, 200]),(array[30, 4])) as t(prices)`,
        [
          ['100$', '200$'],
          ['30$', '4$'],
        ],
      ],
      [
        'select numbers from (values (array[1,null,3]),(array[10,20,30]),(array[100,200,300])) as t(numbers) where any_match(numbers, n -> coalesce(n, 0) > 100)',
        [[100, 200, 300]],
      ],
    ],
  },
  {
    page: 'functions/conditional',
    cases: [
      [
        'select coalesce(try(total_cost / packages), 0) as per_package from (values (100,25),(72,5),(155,0),(490,25)) shipping(total_cost, packages)',
        [4, 14, 0, 19],
      ],
    ],
  },
  {
    page: 'functions/window',
    cases: [
      [
        'select nth_value(x, 0) over (order by x) from (values 1,2) t(x)',
        fails('line 1:21: INVALID_FUNCTION_ARGUMENT: Offset must be at least 1'),
      ],
      ['select lag(x, -1) over (order by x) from (values 1,2) t(x)', fails('Offset must be at least 0')],
      [
        'select lead(x, y) over (order by x) from (values (1, -1)) t(x, y)',
        fails('Offset must be at least 0'),
      ],
      ['select lead(x, y) over (order by x) from (values (1, 1), (2, 1)) t(x, y)', [2, null]],
      ['select lag(x, 0) over (order by x) from (values 1,2) t(x)', [1, 2]],
      [
        `select sum(x) over (order by y range between interval '1' day preceding and current row) from (values (1, date '2020-01-01'),(2, date '2020-01-02'),(4, date '2020-01-04')) t(x,y)`,
        [1, 3, 4],
      ],
      ['select count(*) over (order by x groups 1 preceding) from (values 1,1,2) t(x)', [2, 2, 3]],
      ['select ntile(0) over (order by x) from (values 1,2) t(x)', fails()],
    ],
  },
]
