// The module's own memory: a bump allocator. Everything lives as long as the instance; only the input, which comes
// last, grows while rows flow. For ordinary results the memory an instance starts with (asconfig.json, in pages of
// 64 KiB) is enough, which matters as each growth costs the host a new ArrayBuffer.

let top: usize = __heap_base

/** Forgets every allocation. */
export function releaseAll(): void {
  top = __heap_base
}

/** Address of `bytes` new bytes, aligned to 16. Traps when the host has no memory left. */
export function allocate(bytes: usize): usize {
  const at = (top + 15) & ~15
  if (!commit(at + bytes)) unreachable()
  top = at + bytes
  return at
}

/** Makes the last allocation, which began at `at`, `bytes` long. False when the host has no memory left. */
export function resizeLast(at: usize, bytes: usize): bool {
  if (!commit(at + bytes)) return false
  top = at + bytes
  return true
}

function commit(end: usize): bool {
  const pages = <i32>((end + 0xffff) >>> 16)
  const missing = pages - memory.size()
  return missing <= 0 || memory.grow(missing) >= 0
}

/**
 * Copies `bytes` bytes, 16 at a time: for short runs cheaper than `memory.copy`, which is a call. Reads and writes
 * up to 15 bytes beyond the end, so both sides need that much slack.
 */
// @ts-ignore: decorator
@inline
export function copyLoose(from: usize, bytes: usize, to: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(to + i, v128.load(from + i))
}

export function equalBytes(a: usize, b: usize, bytes: usize): bool {
  for (let i: usize = 0; i < bytes; ++i) if (load<u8>(a + i) != load<u8>(b + i)) return false
  return true
}
