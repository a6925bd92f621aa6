import { type Conformance, DONE, fails } from './case.js'

/** Statements of Hive with the rows that its manual, or Treasure Data's, says they answer. */
export const HIVE: readonly Conformance[] = [
  {
    page: 'hive',
    cases: [
      [`select split('a,b', ',')[0], split('a,b', ',')[5]`, [['a', null]]],
      [
        `select from_unixtime(1412121600), from_unixtime(1412121600, 'yyyy-MM-dd')`,
        [['2014-10-01 00:00:00', '2014-10-01']],
      ],
      [
        'select TD_TIME_FORMAT(time, "yyyy-MM-dd") d, count(*) from www_access group by TD_TIME_FORMAT(time, "yyyy-MM-dd") order by d limit 1',
        [['2014-10-01', 162]],
      ],
      ['select a from (select array(1,2) as x) t lateral view explode(x) u as a', [1, 2]],
      [
        `select p, a from (select array('x','y') as x) t lateral view outer posexplode(x) u as p, a order by p`,
        [
          [0, 'x'],
          [1, 'y'],
        ],
      ],
      [
        `select t2.a, t2.b from (select '{"a":1,"b":"z"}' as j) t lateral view json_tuple(j, 'a', 'b') t2 as a, b`,
        [['1', 'z']],
      ],
      ['select `code` from www_access limit 1', [200]],
      [`select regexp_replace('a1b22', '\\\\d+', '#')`, ['a#b#']],
      ['select 7/2, 7 div 2, 1/0, 7 % 0', [[3.5, 3, null, null]]],
      [`select code = '200' from www_access limit 1`, [true]],
      [`select concat('a', 1), concat('a', null), concat_ws(',', 'a', null, 'b')`, [['a1', null, 'a,b']]],
      [
        `select cast('x' as int), cast(2.7 as int), cast('2.7' as int), cast(1.5 as string), cast(code as string) from www_access limit 1`,
        [[null, 2, 2, '1.5', '200']],
      ],
      [
        `select get_json_object('{"a":{"b":1}}', '$.a'), get_json_object('{"a":{"b":1}}', '$.a.b')`,
        [['{"b":1}', '1']],
      ],
      [`select nvl(null, 1), if(true, 'a', 'b'), coalesce(null, 2)`, [[1, 'a', 2]]],
      [`select parse_url('http://h/p?a=1', 'HOST'), parse_url('http://h/p?a=1', 'QUERY', 'a')`, [['h', '1']]],
      [
        `select to_date('2014-10-01 03:04:05'), date_add('2014-10-01', 1), datediff('2014-10-02', '2014-10-01')`,
        [['2014-10-01', '2014-10-02', 1]],
      ],
      ['select percentile(code, 0.5), percentile_approx(code, 0.5) from www_access', [[200, 200]]],
      [`select named_struct('a', 1).a, map('k', 2)['k'], map('k',2)['z']`, [[1, 2, null]]],
      [`select 'abc' rlike 'b'`, [true]],
      [
        'select count(*) from www_access a left semi join (select distinct code from www_access where code = 404) b on (a.code = b.code)',
        [38],
      ],
      ['insert overwrite table t1 select 1', fails('line 1:24: Table')],
      ['create table t1 as select 1 as a', DONE],
      ['insert into table t1 select 2', DONE],
      ['insert overwrite table t1 select 3', DONE],
      ['select * from t1', [3]],
      [
        `select unix_timestamp('2014-10-01 00:00:00'), unix_timestamp('2014-10-01', 'yyyy-MM-dd')`,
        [[1412121600, 1412121600]],
      ],
      ['select x from (select 1 x union all select null) t order by x', [null, 1]],
      [`select substr('abc', 0, 2), instr('abc', 'c'), year('2014-10-01')`, [['ab', 3, 2014]]],
      [`select td_parse_agent('Mozilla/5.0 (Windows NT 6.1) Chrome/16.0')['name']`, ['Chrome']],
      [`select '\\u0041\\101\\\\d\\%', length('\\Z')`, [['AA\\d\\%', 1]]],
      ['select 1L, 2S, 3Y, 1.5BD', [[1, 2, 3, '1.5']]],
      [
        `select date_format('2014-12-28', 'YYYY-ww u F W'), date_format('2014-10-01 00:00:00.5', 'S')`,
        [['2015-01 7 4 5', '500']],
      ],
      [
        `select unix_timestamp('2014-10-01 00:00:00 +0900', 'yyyy-MM-dd HH:mm:ss Z'), unix_timestamp('2014-10-01 00:00:00.5'), unix_timestamp('2014-02-30', 'yyyy-MM-dd'), unix_timestamp('2014-10-01')`,
        [[1412089200, 1412121600, 1393718400, null]],
      ],
      [`select extract(year from '2014-10-01'), extract(hour from '2014-10-01 05:00:00')`, [[2014, 5]]],
      [
        `select parse_url('http://u:p@h:80/p?a=1', 'FILE'), parse_url('http://u:p@h:80/p', 'AUTHORITY'), parse_url('http://u:p@h/p', 'USERINFO')`,
        [['/p?a=1', 'u:p@h:80', 'u:p']],
      ],
      [
        'select grouping__id, code, count(*) from www_access group by code, method with rollup having grouping__id > 0 order by 1 desc, 2 limit 2',
        [
          [3, null, 5000],
          [1, 200, 4938],
        ],
      ],
      [
        'select method, code, grouping__id from www_access group by code, method grouping sets ((method), (code)) order by 3, 2 limit 1',
        [[null, 200, 1]],
      ],
      ['select grouping__id from www_access group by code', fails("Column 'grouping__id' cannot be")],
      ["show tables 'www*|none'", ['www_access']],
      ["show functions like 'td_s*if'", ['td_sumif']],
      ['show columns in nasdaq', ['symbol', 'open', 'volume', 'high', 'low', 'close', 'time']],
      [
        `select current_database(), current_user(), printf('%05d %s', 7, 'x')`,
        [['sample_datasets', 'sandbox@localhost', '00007 x']],
      ],
      [`select decode(encode('é', 'UTF-8'), 'utf-8'), encode('a', 'UTF-16')`, fails("'UTF-8' only")],
      ['select td_sumif(size, code = 404), td_avgif(size, code = 1) from www_access', [[3839, null]]],
      ['select td_array_index(array(1, 2), 1), td_array_index(array(1), 5)', [[2, null]]],
      ['select foo(1)', fails(`line 1:8: Function 'foo' not reg`)],
      ['select element_at(array(1),1)', fails(`line 1:8: Function 'element_at' not reg`)],
      [`select floor(2.5), round(2.5), round(-2.5), ceil(1.2), length('日本')`, [[2, 3, -3, 2, 2]]],
      ['with x as (select 1 a) select * from x', [1]],
      ['select code, count(*) c from www_access group by code having c > 1000', [[200, 4938]]],
      ['select max(code) code from www_access having code > 1000', []],
      ['select chr(65), chr(321), chr(-1)', [['A', 'A', '']]],
      ['select count(distinct method) from www_access', [2]],
      ['select cast(1 as double), 1.5, 1e3', [[1, 1.5, 1000]]],
      [
        `select trim('  a '), upper('a'), lpad('a', 3, 'x'), reverse('abc'), greatest(1,2)`,
        [['a', 'A', 'xxa', 'cba', 2]],
      ],
    ],
  },
]
