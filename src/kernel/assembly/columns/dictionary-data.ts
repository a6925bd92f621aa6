import { Buffer } from './buffer'

/** State of a dictionary while its row group is open; dictionary.ts works on it. */
@unmanaged
export class Dictionary {
  /** Open addressing with linear probing: for each slot the hash in the upper half, the index plus one in the lower. */
  table: usize
  mask: u32
  count: u32
  values: Buffer
  /** Where in `values` each entry begins; only of texts. */
  offsets: Buffer
}
