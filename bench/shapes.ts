import type { Packer } from './packer.js'
import type { Random } from './random.js'

/** One kind of result to measure: its schema and how a row is made. */
export interface Shape {
  readonly name: string
  readonly what: string
  readonly rows: number
  readonly schema: readonly (readonly [name: string, type: string])[]
  row(packer: Packer, random: Random, index: number): void
}

const METHODS = ['GET', 'GET', 'GET', 'POST', 'HEAD']
const CODES = [200, 200, 200, 200, 301, 404, 500]
const PATHS = ['/category/electronics', '/item/books/2941', '/item/sports/4642', '/search/?c=Books', '/']
const HOSTS = ['shop.example', 'www.example.org', 'cdn.example.net']
const AGENTS = [
  'Mozilla/5.0 (Windows NT 6.1; WOW64) AppleWebKit/535.11 (KHTML, like Gecko) Chrome/17.0.963.56 Safari/535.11',
  'Mozilla/5.0 (compatible; MSIE 9.0; Windows NT 6.1; WOW64; Trident/5.0)',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_7_3) AppleWebKit/534.53.11 (KHTML, like Gecko) Version/5.1.3 Safari/534.53.10',
]
const WORDS = 'the quick brown fox jumps over a lazy dog and says "well, well" to the others'.split(' ')
const MULTILINGUAL = [
  '日本語のテキスト',
  'Größenänderung',
  'Привет, мир',
  '안녕하세요 세계',
  'καλημέρα',
  '🙂🚀 emoji',
  'plain ascii',
]

/** The result the first measurements of this project were made with: 2 million rows by 12 columns, about 400 MB. */
const accessLog: Shape = {
  name: 'access log',
  what: 'texts, integers, doubles and a boolean, as a web server writes them',
  rows: 2_000_000,
  schema: [
    ['time', 'bigint'],
    ['id', 'bigint'],
    ['host', 'varchar'],
    ['path', 'varchar'],
    ['referer', 'varchar'],
    ['agent', 'varchar'],
    ['method', 'varchar'],
    ['code', 'bigint'],
    ['size', 'bigint'],
    ['seconds', 'double'],
    ['cached', 'boolean'],
    ['user', 'varchar'],
  ],
  row(packer, random, index) {
    packer
      .array(12)
      .integer(1_412_121_600 + Math.floor(index / 7))
      .integer(9_000_000_000_000 + index * 37)
    packer.text(`${random.below(223)}.${random.below(255)}.${random.below(255)}.${random.below(255)}`)
    packer.text(`${random.pick(PATHS)}?page=${random.below(500)}`)
    if (random.oneIn(3)) packer.nil()
    else packer.text(`https://${random.pick(HOSTS)}${random.pick(PATHS)}`)
    packer.text(random.pick(AGENTS)).text(random.pick(METHODS)).integer(random.pick(CODES))
    packer
      .integer(random.below(100_000))
      .double(random.below(3_000_000) / 1000)
      .boolean(random.oneIn(4))
    if (random.oneIn(2)) packer.nil()
    else packer.text(`user-${random.below(50_000)}`)
  },
}

const wide: Shape = {
  name: '200 columns',
  what: 'a feature table: mostly doubles and small integers',
  rows: 120_000,
  schema: Array.from({ length: 200 }, (_, i) => [`feature_${i}`, i % 3 === 0 ? 'double' : 'bigint'] as const),
  row(packer, random) {
    packer.array(200)
    for (let i = 0; i < 200; i++) {
      if (i % 3 === 0) packer.double(random.below(1_000_000_000) / 997)
      else packer.integer(random.below(i % 3 === 1 ? 100 : 1_000_000))
    }
  },
}

const longText: Shape = {
  name: 'long text',
  what: 'comments of about 1 KiB with quotes, commas and newlines',
  rows: 200_000,
  schema: [
    ['id', 'bigint'],
    ['title', 'varchar'],
    ['body', 'varchar'],
  ],
  row(packer, random, index) {
    let body = ''
    while (body.length < 1000) body += `${random.pick(WORDS)}${random.oneIn(12) ? ',\n' : ' '}`
    packer.array(3).integer(index).text(`Title, number ${index}`).text(body)
  },
}

const nested: Shape = {
  name: 'nested',
  what: 'an array of numbers, a map and an array of maps in each row',
  rows: 400_000,
  schema: [
    ['id', 'bigint'],
    ['scores', 'array(double)'],
    ['attributes', 'map(varchar,bigint)'],
    ['items', 'array(map(varchar,varchar))'],
  ],
  row(packer, random, index) {
    packer.array(4).integer(index).array(6)
    for (let i = 0; i < 6; i++) packer.double(random.below(10_000) / 100)
    packer.map(3).text('clicks').integer(random.below(1000)).text('views').integer(random.below(100_000))
    packer.text('carts').integer(random.below(5)).array(2)
    for (let i = 0; i < 2; i++) {
      packer
        .map(2)
        .text('sku')
        .text(`SKU-${random.below(99_999)}`)
        .text('name')
        .text(random.pick(WORDS))
    }
  },
}

const mostlyNull: Shape = {
  name: 'mostly NULL',
  what: '40 columns of which nine in ten cells are NULL',
  rows: 1_000_000,
  schema: Array.from(
    { length: 40 },
    (_, i) => [`attribute_${i}`, i % 2 === 0 ? 'varchar' : 'bigint'] as const,
  ),
  row(packer, random) {
    packer.array(40)
    for (let i = 0; i < 40; i++) {
      if (!random.oneIn(10)) packer.nil()
      else if (i % 2 === 0) packer.text(random.pick(WORDS))
      else packer.integer(random.below(1_000_000))
    }
  },
}

const multilingual: Shape = {
  name: 'multilingual',
  what: 'texts in seven scripts, most of them outside ASCII',
  rows: 1_000_000,
  schema: [
    ['id', 'bigint'],
    ['name', 'varchar'],
    ['comment', 'varchar'],
  ],
  row(packer, random, index) {
    packer.array(3).integer(index).text(random.pick(MULTILINGUAL))
    packer.text(`${random.pick(MULTILINGUAL)} ${random.pick(MULTILINGUAL)} ${random.pick(MULTILINGUAL)}`)
  },
}

export const SHAPES: readonly Shape[] = [accessLog, wide, longText, nested, mostlyNull, multilingual]
