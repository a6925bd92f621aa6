export type { RowEncoder, RowFramer } from './contract.js'
export { createEncoder } from './encoder.js'
export { createFramer, type FramerOptions } from './framer.js'
