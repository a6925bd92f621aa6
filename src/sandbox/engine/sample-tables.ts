/**
 * The two tables of Treasure Data's own `sample_datasets`, in their columns and look. The rows are computed from their
 * number by integer arithmetic alone, so that they are the same on every machine and with every version of DuckDB.
 */

/** Hashes an expression that stays below 2^31 to 0 … 2^31 - 1. Each `salt` gives another, unrelated value. */
function hash(expression: string, salt: number): string {
  const mixed = `((${expression}) * 1103515245 + ${12345 + salt * 7919}) % 2147483648`
  return `(xor(${mixed}, (${mixed}) >> 15) * 1597334677 % 2147483648)`
}

function pick(values: readonly string[], index: string): string {
  const list = values.map((value) => `'${value}'`).join(', ')
  return `([${list}])[1 + ((${index}) % ${values.length})]`
}

const CATEGORIES = [
  'electronics',
  'software',
  'computers',
  'books',
  'games',
  'office',
  'music',
  'toys',
  'sports',
  'health',
  'jewelry',
  'giftcards',
  'networking',
  'cameras',
  'finance',
  'garden',
]

const AGENTS = [
  'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/535.11 (KHTML, like Gecko) Chrome/17.0.963.56 Safari/535.11',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_7_3) AppleWebKit/534.53.11 (KHTML, like Gecko) Version/5.1.3 Safari/534.53.10',
  'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)',
  'Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0; Trident/4.0; GTB7.2; SLCC1; .NET CLR 2.0.50727)',
  'Mozilla/5.0 (Windows NT 6.0; rv:10.0.1) Gecko/20100101 Firefox/10.0.1',
  'Mozilla/5.0 (iPhone; CPU iPhone OS 5_0_1 like Mac OS X) AppleWebKit/534.46 (KHTML, like Gecko) Version/5.1 Mobile/9A405 Safari/7534.48.3',
  'Mozilla/5.0 (iPad; CPU OS 5_0_1 like Mac OS X) AppleWebKit/534.46 (KHTML, like Gecko) Version/5.1 Mobile/9A405 Safari/7534.48.3',
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
]

const USERS = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi', 'ivan', 'judy']

/** From 2014-10-01 to the end of that month, UTC. */
const ACCESS_FROM = 1_412_121_600
const ACCESS_SECONDS = 31 * 86_400

/** `www_access`: a month of requests to a shop, in the order of time. */
export function wwwAccess(rows: number): string {
  const octets = [0, 8, 15, 22].map((shift, at) => `(1 + (h1 >> ${shift}) % ${at === 0 ? 223 : 254})`)
  return `
    SELECT
      CASE WHEN h2 % 8 = 0 THEN ${pick(USERS, 'h2 >> 4')} END AS "user",
      ${octets.join(` || '.' || `)} AS host,
      CASE
        WHEN h2 % 5 < 3 THEN '/category/' || ${pick(CATEGORIES, 'h2 >> 5')}
        WHEN h2 % 5 = 3 THEN '/item/' || ${pick(CATEGORIES, 'h2 >> 5')} || '/' || (1 + (h2 >> 11) % 5000)
        ELSE '/search/?c=' || ${pick(CATEGORIES, 'h2 >> 5')}
      END AS path,
      CASE
        WHEN h3 % 3 = 0 THEN '-'
        WHEN h3 % 3 = 1 THEN '/category/' || ${pick(CATEGORIES, 'h3 >> 3')}
        ELSE 'http://www.google.com/search?q=' || ${pick(CATEGORIES, 'h3 >> 3')}
      END AS referer,
      CASE WHEN h3 % 97 = 0 THEN 404 WHEN h3 % 211 = 0 THEN 500 ELSE 200 END::BIGINT AS code,
      ${pick(AGENTS, 'h3 >> 10')} AS agent,
      (40 + (h1 >> 9) % 120)::BIGINT AS size,
      CASE WHEN h2 % 29 = 0 THEN 'POST' ELSE 'GET' END AS method,
      (${ACCESS_FROM} + i * ${ACCESS_SECONDS} // ${Math.max(rows, 1)})::BIGINT AS "time"
    FROM (
      SELECT i, ${hash('i', 1)} AS h1, ${hash('i', 2)} AS h2, ${hash('i', 3)} AS h3
      FROM range(${rows}) AS numbers(i)
    )`
}

const SYMBOLS = [
  ...['AAPL', 'ADBE', 'ADP', 'ALTR', 'AMAT', 'AMGN', 'BIIB', 'BMC', 'CELG', 'CERN', 'CMCSA', 'COST', 'CSCO'],
  ...['CTAS', 'DELL', 'EA', 'EXPD', 'FAST', 'FISV', 'GILD', 'INTC', 'INTU', 'KLAC', 'LLTC', 'LRCX', 'MCHP'],
  ...[
    'MSFT',
    'MU',
    'MXIM',
    'NTRS',
    'ORCL',
    'PAYX',
    'PCAR',
    'QCOM',
    'ROST',
    'SBUX',
    'SIAL',
    'SPLS',
    'XLNX',
    'YHOO',
  ],
]

/** From 1992-08-25 to 2014-06-06, UTC midnights. */
const NASDAQ_FROM = 714_700_800
const NASDAQ_DAYS = 7954

/** `nasdaq`: daily prices; each symbol walks up and down its own range. */
export function nasdaq(rows: number): string {
  const symbols = SYMBOLS.length
  const days = Math.max(1, Math.ceil(rows / symbols))
  // A triangle wave is a walk without floating point, whose last digits differ between machines.
  const wave = `(2000 - abs(2000 - (day * (3 + s % 7) + s * 997) % 4000))`
  return `
    SELECT
      symbol,
      opening / 100.0::DOUBLE AS open,
      (1000 * (500 + (h % 9000) + s * 37))::BIGINT AS volume,
      (greatest(opening, closing) + (h >> 7) % 60) / 100.0::DOUBLE AS high,
      (least(opening, closing) - (h >> 13) % 60) / 100.0::DOUBLE AS low,
      closing / 100.0::DOUBLE AS close,
      (${NASDAQ_FROM} + day * 86400)::BIGINT AS "time"
    FROM (
      SELECT *, base + (h >> 3) % 120 AS opening, base + (h >> 17) % 120 AS closing
      FROM (
        SELECT
          s, day, ${pick(SYMBOLS, 's')} AS symbol,
          ${hash('day * 64 + s', 4)} AS h,
          800 + s * 113 + ${wave} AS base
        FROM (
          SELECT i % ${symbols} AS s, (i // ${symbols}) * ${NASDAQ_DAYS} // ${days} AS day
          FROM range(${rows}) AS numbers(i)
        )
      )
    )`
}
