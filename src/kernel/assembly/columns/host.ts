// Rare work that is not worth code here; JavaScript does it (src/kernel/columns/module.ts).

/**
 * Seconds by which the clocks of a region are ahead of UTC when they show the given time, counted as seconds since
 * 1970-01-01 of that clock; `NO_OFFSET` for an unknown name or a time that the region's clocks skipped.
 */
// @ts-ignore: decorator
@external('host', 'zoneOffset')
export declare function zoneOffset(nameAt: usize, nameLength: usize, clockSeconds: f64): i32

export const NO_OFFSET: i32 = i32.MIN_VALUE

/** Writes the shortest plain decimal digits of a finite number, at most 400 bytes. Returns how many they are. */
// @ts-ignore: decorator
@external('host', 'plainDigits')
export declare function plainDigits(value: f64, op: usize): u32

/**
 * Parses JSON text as a value of the type of a list, map or row. Returns where the host put it as msgpack, in memory
 * it got from `borrow`, or 0 when the text is not that.
 */
// @ts-ignore: decorator
@external('host', 'parseJson')
export declare function parseJson(node: usize, textAt: usize, textLength: usize): usize

/**
 * Reads the key of a map from its text, as the type of the key has it. Returns where the host put it as msgpack, in memory
 * it got from `borrow`.
 */
// @ts-ignore: decorator
@external('host', 'packKey')
export declare function packKey(node: usize, textAt: usize, textLength: usize): usize

/** Writes the msgpack value as JSON text to memory from `borrow`, as a msgpack text, and returns where, or 0. */
// @ts-ignore: decorator
@external('host', 'jsonText')
export declare function jsonText(at: usize, bytes: usize): usize

/** The same with the text that `castValue` leaves to the encoders: that of bytes, extensions, arrays and maps. */
// @ts-ignore: decorator
@external('host', 'castText')
export declare function castText(at: usize, bytes: usize): usize
