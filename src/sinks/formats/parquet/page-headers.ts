import type { Buffer } from 'node:buffer'
import { ENCODING, PAGE } from './format.js'
import { ThriftWriter } from './thrift.js'

export interface PageSizes {
  /** Of the body, levels included. */
  readonly uncompressed: number
  readonly compressed: number
  /** CRC-32 of the body as stored; `undefined` where Node has none. */
  readonly crc: number | undefined
}

export interface DataPageV2 {
  readonly levels: number
  readonly nulls: number
  readonly rows: number
  readonly encoding: number
  readonly definitionBytes: number
  readonly repetitionBytes: number
  /** Levels never are. */
  readonly isCompressed: boolean
}

/**
 * The headers of one file's pages, made one at a time: each is valid until the next. They are the struct `PageHeader` of
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export class PageHeaders {
  /** A wide table has so many pages that a writer for each would cost more memory than the row group. */
  readonly #thrift = new ThriftWriter()

  dictionary(sizes: PageSizes, values: number): Buffer {
    return this.#header(PAGE.DICTIONARY, sizes, (thrift) => {
      thrift.struct(7, () => thrift.i32(1, values).i32(2, ENCODING.PLAIN))
    })
  }

  data(sizes: PageSizes, levels: number, encoding: number): Buffer {
    return this.#header(PAGE.DATA, sizes, (thrift) => {
      thrift.struct(5, () => thrift.i32(1, levels).i32(2, encoding).i32(3, ENCODING.RLE).i32(4, ENCODING.RLE))
    })
  }

  dataV2(sizes: PageSizes, page: DataPageV2): Buffer {
    return this.#header(PAGE.DATA_V2, sizes, (thrift) => {
      thrift.struct(8, () =>
        thrift
          .i32(1, page.levels)
          .i32(2, page.nulls)
          .i32(3, page.rows)
          .i32(4, page.encoding)
          .i32(5, page.definitionBytes)
          .i32(6, page.repetitionBytes)
          .bool(7, page.isCompressed),
      )
    })
  }

  #header(type: number, sizes: PageSizes, rest: (thrift: ThriftWriter) => void): Buffer {
    const thrift = this.#thrift.clear()
    thrift.body(() => {
      thrift.i32(1, type).i32(2, sizes.uncompressed).i32(3, sizes.compressed)
      // The field is a signed number of the same bits.
      if (sizes.crc !== undefined) thrift.i32(4, sizes.crc | 0)
      rest(thrift)
    })
    return thrift.view()
  }
}
