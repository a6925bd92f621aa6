import { type Conformance, fails } from './case.js'

/** More expressions of Trino: the examples that its documentation works out, and their neighbours. */
export const WORKED_EXPRESSIONS: readonly Conformance[] = [
  {
    page: 'functions/conversion',
    cases: [
      ['cast(12345 as varchar(3))', fails('Value 12345 cannot be represented as varchar(3)')],
      ['cast(123 as varchar(3))', '123'],
      ['cast(true as varchar(3))', fails('INVALID_CAST_ARGUMENT')],
      [`cast(json '"abc"' as varchar(2))`, fails('INVALID_CAST_ARGUMENT')],
      ['try_cast(12345 as varchar(3))', null],
      ['cast(array[12345] as array(varchar(3)))', fails('INVALID_CAST_ARGUMENT')],
    ],
  },
  {
    page: 'functions/array',
    cases: [
      ['ARRAY[1, 1.2, 4][2]', '1.2'],
      ['ARRAY[1,null] = ARRAY[1,null]', null],
      ['ARRAY[1,null] <> ARRAY[2,null]', true],
      ['ARRAY[1,null] = ARRAY[1]', false],
      ['ARRAY[1,2] = null', null],
      ['ARRAY[ARRAY[1],ARRAY[null]] = ARRAY[ARRAY[1],ARRAY[2]]', null],
      ['ARRAY[ARRAY[1],ARRAY[null]] = ARRAY[ARRAY[3],ARRAY[2]]', false],
      ['ARRAY[1,null] < ARRAY[1,2]', fails('NOT_SUPPORTED: ARRAY comparison')],
      ['ARRAY[1,3] < ARRAY[1,2]', false],
      ['nullif(ARRAY[1], ARRAY[1])', null],
      ['transform(ARRAY[ARRAY[1]], x -> x = ARRAY[1])', [true]],
      ['reduce(ARRAY[5, 20, NULL, 50], 0, (s, x) -> s + x, s -> s)', null],
      [`reduce(ARRAY[2147483647, 1], BIGINT '0', (s, x) -> s + x, s -> s)`, 2147483648],
      [
        'reduce(ARRAY[5, 6, 10, 20], CAST(ROW(0.0, 0) AS ROW(sum DOUBLE, count INTEGER)), (s, x) -> CAST(ROW(x + s.sum, s.count + 1) AS ROW(sum DOUBLE, count INTEGER)), s -> IF(s.count = 0, NULL, s.sum / s.count))',
        10.25,
      ],
      ['sequence(1, 10, 0)', fails('sequence stop value')],
      ['sequence(1, 10, -1)', fails('sequence stop value')],
      ['sequence(10, 1, -4)', [10, 6, 2]],
      ['sequence(1, 10001)', fails('more than 10000')],
      [`sequence(date '2020-01-03', date '2020-01-01')`, ['2020-01-03', '2020-01-02', '2020-01-01']],
      [`sequence(date '2020-01-01', date '2020-03-01', interval '-1' month)`, fails('sequence stop value')],
      [
        `sequence(timestamp '2020-01-01 00:00', timestamp '2020-01-01 02:00', interval '1' hour)`,
        ['2020-01-01 00:00:00.000', '2020-01-01 01:00:00.000', '2020-01-01 02:00:00.000'],
      ],
      [
        `zip(ARRAY[1, 2], ARRAY['1b', null, '3b'])`,
        [
          [1, '1b'],
          [2, null],
          [null, '3b'],
        ],
      ],
      [`zip_with(ARRAY['a'], ARRAY['d', null, 'f'], (x, y) -> coalesce(x, y))`, ['a', null, 'f']],
    ],
  },
  {
    page: 'functions/map',
    cases: [
      [`MAP(ARRAY['a','b'],ARRAY[1,2]) = MAP(ARRAY['b','a'],ARRAY[2,1])`, true],
      [`MAP(ARRAY['a'],ARRAY[null]) = MAP(ARRAY['a'],ARRAY[1])`, null],
      [`MAP(ARRAY['a'],ARRAY[1]) = MAP(ARRAY['b'],ARRAY[1])`, false],
    ],
  },
  {
    page: 'functions/bitwise',
    cases: [
      ['bitwise_left_shift(1, 40)', 0],
      [`bitwise_left_shift(bigint '1', 40)`, 1099511627776],
      ['bitwise_right_shift(-1, 28)', 15],
      ['bitwise_right_shift(12, 64)', 0],
      ['bitwise_right_shift_arithmetic(-45, 64)', -1],
      ['bitwise_right_shift_arithmetic(12, 64)', 0],
      ['bitwise_right_shift_arithmetic(-8, 1)', -4],
      ['bit_count(9, 8)', 2],
      ['bit_count(-7, 64)', 62],
      ['bit_count(-7, 8)', 6],
      ['bit_count(1000, 8)', fails('Number must be representable')],
    ],
  },
  { page: 'functions/math', cases: [['sign(-5.5)', '-1']] },
  { page: 'functions/string', cases: [[`upper('straße')`, 'STRAßE']] },
]
