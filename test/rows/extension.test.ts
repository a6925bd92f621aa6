import t from 'tap'
import { createExtension, isExtension } from '../../src/rows/extension.js'
import { toJson } from '../../src/rows/json.js'
import { createRowWriter } from '../../src/rows/writer.js'

/** As in a program's own copy of `@msgpack/msgpack`. */
class ExtData {
  readonly type: number
  readonly data: Uint8Array
  constructor(type: number, data: Uint8Array) {
    this.type = type
    this.data = data
  }
}

t.test('an extension of any copy of the package is written as an extension', async (t) => {
  const write = createRowWriter()
  const expected = Uint8Array.of(0x91, 0xd4, 5, 9)
  t.same([...write([createExtension(5, Uint8Array.of(9))])], [...expected])
  t.same([...write([new ExtData(5, Uint8Array.of(9))])], [...expected])
  t.equal(toJson(new ExtData(5, Uint8Array.of(9))), '{"type":5,"data":"CQ=="}')
})

t.test('an object without a class, or with more keys, is a map', async (t) => {
  const data = Uint8Array.of(9)
  t.notOk(isExtension({ type: 5, data }))
  t.notOk(isExtension(Object.assign(Object.create(null), { type: 5, data })))
  t.notOk(isExtension(Object.assign(new ExtData(5, data), { more: 1 })))
  t.same([...createRowWriter()([{ type: 5, data }])].slice(0, 2), [0x91, 0x82])
})
