// Where everything is in the memory, which never grows. Addresses are constants, so that the hot loop carries none of
// them in a register. The compiler's own data begins behind all of it (`memoryBase` in asconfig.json).

/** The state of a stream, see state.ts. */
export const STATE: usize = 1024

/** Lengths of the codes of a dynamic block as they are read: 286 and 30 of them, a byte each. */
export const LENGTHS: usize = 2048
/** Where a table is made: codes of each length, where their symbols begin, and the symbols by length. */
export const COUNTS: usize = 2560
export const OFFSETS: usize = 2688
export const SORTED: usize = 2816

/** Table entry of each symbol, without the length of its code: 288 and 32 numbers of 32 bits. */
export const LITERAL_SYMBOLS: usize = 4096
export const DISTANCE_SYMBOLS: usize = 5632

/** For each short distance how to repeat a pattern: a shuffle of 16 bytes, and how many bytes it fills. */
export const SHUFFLES: usize = 6144
export const STEPS: usize = 6400

/** Tables of codes; tables.ts says why they have enough room. */
export const LENGTH_TABLE: usize = 7168
export const LITERAL_TABLE: usize = 8192
export const DISTANCE_TABLE: usize = 18432

/** For the checksum: eight tables of 256 numbers, and a ring of blocks. */
export const CRC_TABLES: usize = 20480
export const CRC_RING: usize = 28672

export const INPUT: usize = 65536
export const INPUT_BYTES: usize = 262144
/** Bytes one may read beyond the end of the input. */
export const INPUT_SLACK: usize = 64

/** How far back a match may reach. */
export const HISTORY_BYTES: usize = 32768
export const OUTPUT: usize = INPUT + INPUT_BYTES + 65536
/** Room for output behind the history. */
export const OUTPUT_BYTES: usize = 1048576
export const OUTPUT_END: usize = OUTPUT + HISTORY_BYTES + OUTPUT_BYTES
/** Bytes one may write beyond the end of the output. */
export const OUTPUT_SLACK: usize = 512

export const END: usize = OUTPUT_END + OUTPUT_SLACK

/** Traps when the memory is not as large as this file says, or the compiler has put something into it. */
export function assertLayout(): void {
  const hasRoom = <usize>memory.size() << 16 >= END && __heap_base >= END
  const isApart = INPUT + INPUT_BYTES + INPUT_SLACK <= OUTPUT
  if (!hasRoom || !isApart) unreachable()
}
